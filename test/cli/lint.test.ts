/** `la lint` as people and programs see it; every rule is tested in test/views/lint.test.ts. */
import assert from 'node:assert/strict';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { la, makeProject } from '../engine/project.ts';

const project = {
  streams: {
    s: { source: { type: 'file', path: 'data.ndjson' }, event_time: { col_name: 't', unit: 'ms' } },
  },
  sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
};
const view = {
  view: 'v',
  stream: 's',
  grouping_cols: ['k', { time: '10s' }],
  aggregation_info: [{ aggregation: 'sum', col_name: 'x', aggregated_col_name: 'total' }],
  sinks: ['table'],
};
const files = {
  'la.json': project,
  'data.ndjson': '{"t":1,"k":"a","x":1}\n',
  'views/v.json': view,
};

test('a sound project', async () => {
  const dir = await makeProject(files);
  const [text, json] = await Promise.all([la('lint', dir), la('lint', dir, '--json')]);
  assert.deepEqual([text.exit, text.stdout, text.stderr], [0, `${dir}: 1 view, no errors.\n`, '']);
  const expected = { ok: true, errors: 0, warnings: 0, views: 1, faults: [] };
  assert.deepEqual([json.exit, JSON.parse(json.stdout)], [0, expected]);
});

test('warnings are no errors', async () => {
  const dir = await makeProject(files);
  await rm(join(dir, 'data.ndjson'));
  const { exit, stdout } = await la('lint', dir);
  assert.equal(exit, 0);
  assert.match(stdout, /^la\.json:\d+:\d+: warning LA_CONFIG_FILE_NOT_FOUND: .*\n {4}\S.*\n/);
  assert.ok(stdout.endsWith(`${dir}: 1 view, no errors, 1 warning.\n`), stdout);
});

test('wrong configurations: all faults with their places, exit code 2; la run refuses them too', async () => {
  const f = async (file: string, text: string, ...expected: [code: string, at: string][]) => {
    const dir = await makeProject({ ...files, [file]: text });
    const [lint, run] = await Promise.all([la('lint', dir, '--json'), la('run', dir, '--once')]);
    const { ok, errors, faults } = JSON.parse(lint.stdout);
    const found = faults.map(({ code, file, line, column }: Record<string, string>) => {
      return `${file}:${line}:${column} ${code}`;
    });
    const places = expected.map(([code, at]) => `${file}:${placeOf(at, text)} ${code}`);
    assert.deepEqual([lint.exit, ok, errors, found], [2, false, places.length, places]);
    assert.equal(run.exit, 2);
    for (const place of places) assert.ok(run.stderr.includes(place.split(' ')[0] ?? ''));
    const count = places.length === 1 ? '1 fault' : `${places.length} faults`;
    assert.match(run.stderr, new RegExp(`^LA_PROJECT_INVALID: .* has ${count}\\.$`, 'm'));
  };
  const changed = (change: object) => JSON.stringify({ ...view, ...change }, null, 2);
  await f('la.json', '{\n "streams": { x', ['LA_CONFIG_JSON', 'x']);
  await f('views/v.json', changed({ viw: 1 }), ['LA_CONFIG_UNKNOWN_KEY', '"viw"']);
  await f('views/v.json', changed({ stream: 't' }), ['LA_VIEW_UNKNOWN_STREAM', '"t"']);
  await f(
    'views/v.json',
    changed({ filter: 'x > )', sinks: ['tabel'] }),
    ['LA_VIEW_UNKNOWN_SINK', '"tabel"'],
    ['LA_EXPRESSION_SYNTAX', ')'],
  );
});

/** Line and column, from 1, of the first place where it stands. */
function placeOf(part: string, text: string): string {
  const before = text.slice(0, text.indexOf(part)).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

test('a folder that is none', async () => {
  const dir = await makeProject({ ...files });
  await mkdir(join(dir, 'empty'));
  await rm(join(dir, 'la.json'));
  await mkdir(join(dir, 'la.json'));
  const f = async (path: string, expected: RegExp) => {
    const { exit, stdout, stderr } = await la('lint', path);
    assert.equal(exit, 2);
    assert.match(stdout + stderr, expected);
  };
  await f(join(dir, 'nowhere'), /^LA_PROJECT_UNREADABLE: .*ENOENT.*nowhere/);
  await f(join(dir, 'data.ndjson'), /^LA_PROJECT_UNREADABLE: .*ENOTDIR/);
  await f(join(dir, 'empty'), /^la\.json:1:1: error LA_CONFIG_NO_PROJECT_FILE/);
  await f(dir, /^LA_PROJECT_UNREADABLE: .*EISDIR/);
});
