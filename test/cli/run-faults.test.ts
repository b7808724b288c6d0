/** What an operator sees of faults: a code, the values, what to do, and an exit code; never a stack trace. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Finished, la, makeProject, runOnce, startLa } from '../engine/project.ts';
import { awaitText } from './await-text.ts';

const records = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, row) => {
    return `${JSON.stringify({ t: (from + row) * 100, k: `k${row % 7}`, x: row })}\n`;
  }).join('');

interface Settings {
  readonly source?: object;
  readonly checkpoints?: object;
}

const files = ({ source = {}, checkpoints = {} }: Settings = {}) => ({
  'la.json': {
    streams: {
      s: {
        source: { type: 'file', path: 'data.ndjson', ...source },
        event_time: { col_name: 't', unit: 'ms' },
      },
    },
    sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
    checkpoints: { type: 'file', ...checkpoints },
  },
  'data.ndjson': records(300),
  'views/v.json': {
    view: 'v',
    stream: 's',
    grouping_cols: ['k', { time: '10s' }],
    aggregation_info: [{ aggregation: 'sum', col_name: 'x', aggregated_col_name: 'total' }],
    sinks: ['table'],
  },
});

function expectFault({ exit, stderr }: Finished, expectedExit: number, ...expected: RegExp[]) {
  assert.equal(exit, expectedExit, stderr);
  for (const each of expected) assert.match(stderr, each);
  assert.doesNotMatch(stderr, /\n {4}at |LA_UNEXPECTED/);
}

test('a source file is missing', async () => {
  const dir = await makeProject(files());
  await rm(join(dir, 'data.ndjson'));
  const finished = await la('run', dir, '--once');
  expectFault(finished, 2, /^LA_FILE_NOT_FOUND: no file matches data\.ndjson in \//m, /la\.json/);
});

test('a gzip file is broken', async () => {
  const dir = await makeProject({
    ...files({ source: { path: 'data.ndjson.gz' } }),
    'data.ndjson.gz': gzipSync(records(3000)),
  });
  await truncate(join(dir, 'data.ndjson.gz'), 9000);
  expectFault(
    await la('run', dir, '--once'),
    1,
    /^LA_STREAM_FAILED: The stream s cannot be read: the file data\.ndjson\.gz is no whole gzip/m,
    /^ {2}Replace the file by an undamaged copy/m,
  );
});

test('a source file was replaced since its checkpoint', async () => {
  const dir = await makeProject(files());
  await runOnce(dir);
  await writeFile(join(dir, 'data.ndjson'), records(300, 5));
  expectFault(
    await la('run', dir, '--once'),
    1,
    /^LA_STREAM_FAILED: .* data\.ndjson was truncated or replaced since its checkpoint/m,
    /^ {2}Bring the original file back\./m,
  );
});

test('the state folder cannot be written', async () => {
  const dir = await makeProject({ ...files(), state: 'a file' });
  expectFault(
    await la('run', dir, '--once'),
    1,
    /^LA_NODE_FAILED: .*the checkpoint store failed to open .*state\/checkpoints/m,
    /^ {2}Check that the store can be reached and written/m,
  );
});

test('the database of the results cannot be written', async () => {
  const dir = await makeProject(files());
  await mkdir(join(dir, 'state/results.db'), { recursive: true });
  const { child, finished } = startLa(['run', dir, '--once', '--grace', '1']);
  // It may be there again at any moment: the view waits, and says for what.
  await awaitText(child.stderr, /v waits, and tries again: LA_\w+: .*results\.db cannot be used/);
  child.kill('SIGTERM');
  // Whether it had read rows by then that it could not write is a matter of moments.
  const { stderr } = await finished;
  assert.match(stderr, /^ {2}Check that the file may be written/m);
});

test('all checkpoints are damaged', async () => {
  const dir = await makeProject(files());
  await runOnce(dir);
  const folder = join(dir, 'state/checkpoints/data/v@8');
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
  }
  expectFault(
    await la('run', dir, '--once'),
    1,
    /^LA_VIEW_DISABLED: .*no checkpoint of v@8 can be used: data\/v@8\/\S+: sha256 of object/m,
    /^ {2}See `la checkpoint verify`\./m,
  );
});

test('an unreadable project folder', async () => {
  const dir = await makeProject(files());
  // What even root cannot read: a folder that is a file.
  const finished = await la('run', join(dir, 'la.json'));
  expectFault(finished, 2, /^LA_PROJECT_UNREADABLE: .*ENOTDIR/m);
});

test('another process takes over: the first one says so and ends, the second one goes on', async () => {
  const settings = { source: { rate: '200/s' }, checkpoints: { interval: '500ms' } };
  const dir = await makeProject({ ...files(settings), 'data.ndjson': records(20_000) });
  const first = startLa(['run', dir, '--json']);
  await awaitCommits(dir, 1);
  const second = startLa(['run', dir, '--json']);
  const fenced = await first.finished;
  expectFault(fenced, 1, /"code":"LA_CHECKPOINT_FENCED","message":"a later start of v@8 has taken/);
  assert.equal(JSON.parse(fenced.stdout).views[0].state, 'disabled');
  await awaitCommits(dir, 2);
  second.child.kill('SIGTERM');
  const { exit, stdout, stderr } = await second.finished;
  assert.deepEqual([exit, stderr], [0, '']);
  const { rows, views } = JSON.parse(stdout);
  assert.equal(views[0].state, 'finished');
  assert.ok(rows > 0 && rows < views[0].read, 'it went on from where the first one was');
});

/** Until a start of this claim or a later one has committed more than its start. */
async function awaitCommits(dir: string, claim: number): Promise<void> {
  for (let look = 0; look < 100; look++) {
    const { stdout } = await la('checkpoint', 'ls', dir, '--json');
    const [unit] = stdout === '' ? [] : JSON.parse(stdout);
    if (unit?.claim >= claim && unit?.stateBytes > 0) return;
  }
  throw new Error(`no commit of claim ${claim}`);
}
