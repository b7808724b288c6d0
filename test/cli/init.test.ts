/** `la init`: what it writes passes lint, test and run as it stands. */
import assert from 'node:assert/strict';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { planProject } from '../../cli/init/plan-project.ts';
import { readSample } from '../../cli/init/sample.ts';
import { lintDirectory } from '../../cli/load-project.ts';
import { sources } from '../../connectors/registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import { errorToData } from '../../runtime/errors.ts';
import { temporaryFolder } from '../connectors/temporary-folder.ts';
import { la, runOnce } from '../engine/project.ts';

const wifi = join(import.meta.dirname, '../../examples/wifi/data/wifi-rssi.ndjson.gz');

async function fileWith(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, content);
  return path;
}

interface Report {
  readonly records: number;
  readonly event_time: { col_name: string; unit: string };
  readonly views: { view: string }[];
  readonly delay: string;
  readonly notes: string[];
}

/** Makes a project, which must work as it stands; rows folded by view. */
async function project(from: string, ...more: string[]) {
  const dir = join(await temporaryFolder(), 'new/project');
  const made = await la('init', dir, '--from', from, '--json', ...more);
  assert.equal(made.exit, 0, made.stderr);
  const report: Report = JSON.parse(made.stdout);
  const { faults } = await lintDirectory(dir);
  assert.deepEqual(faults, []);
  const tested = await la('test', dir, '--json');
  assert.equal(tested.exit, 0, tested.stdout + tested.stderr);
  assert.deepEqual(JSON.parse(tested.stdout).untested, []);
  const summary = await runOnce(dir);
  return { dir, report, summary };
}

async function json(dir: string, path: string) {
  return JSON.parse(await readFile(join(dir, path), 'utf8'));
}

test('the Wi-Fi data', { timeout: 60_000 }, async () => {
  const { dir, report, summary } = await project(wifi);
  assert.deepEqual(
    [report.event_time.col_name, report.event_time.unit, report.records],
    ['timestamp', 'ms', 18_304],
  );
  const names = report.views.map(({ view }) => view);
  assert.ok(names.includes('rate') && names.includes('by_ap'), names.join());
  for (const view of summary.views) assert.equal(view.folded, 18_304, view.view);
  const { streams } = await json(dir, 'la.json');
  assert.deepEqual(streams.wifi_rssi.columns.rssi, 'number');
  assert.deepEqual(streams.wifi_rssi.columns.ap, 'text');
  const { $schema } = await json(dir, 'views/rate.json');
  await stat(join(dir, 'views', $schema));
  assert.equal(await readFile(join(dir, '.gitignore'), 'utf8'), 'state/\n');
});

test('Wi-Fi client statistics out of order', { timeout: 60_000 }, async () => {
  const source = await sources.generator.open(
    { type: 'generator', rows: 20_000, rows_per_min: 2000, disorder_ms: 50_000 },
    { projectDir: '/', eventTime: () => Number.NaN, maxRecordBytes: 1 << 20, clock: systemClock },
  );
  const reader = await source.open('generator', 0, null);
  const lines: string[] = [];
  for (;;) {
    const batch = await reader.read(8192, new AbortController().signal);
    if (batch === 'end' || batch === 'idle') break;
    for (let row = 0; row < batch.count; row++) {
      const record = batch.bytes.subarray(batch.starts[row], batch.ends[row]);
      lines.push(Buffer.from(record).toString());
    }
  }
  const { report, summary } = await project(await fileWith('7-stats.ndjson', lines.join('\n')));
  assert.deepEqual([report.event_time.col_name, report.event_time.unit], ['ts', 'ms']);
  assert.equal(report.delay, '1m');
  const names = report.views.map(({ view }) => view);
  assert.ok(names.includes('by_site') && names.includes('by_org'), names.join());
  assert.ok(!names.includes('by_client'), 'clients hardly recur');
  for (const view of summary.views) assert.equal(view.folded, 20_000, view.view);
});

test('nested and nasty records', { timeout: 60_000 }, async () => {
  const lines = Array.from({ length: 300 }, (_, row) => {
    const site = ['Zürich', 'b"c', 'x,y', "o'k"][row % 4];
    return JSON.stringify({
      meta: { sent: { at: 1_700_000_000.25 + row }, 'dotted.key': 1, rows: `r${row % 5}` },
      rows: `group ${row % 3}`,
      'weird name!': site,
      'Wéird Näme': site,
      $dollar: 1,
      '': 2,
      big: 1e300,
      id: 2 ** 53 + 2 * row,
      tags: ['a'],
      mixed: row % 2 === 0 ? 1 : 'one',
      nothing: null,
      constant: 'c',
      ...(row === 1 ? { constructor: 1 } : {}),
      message: `free text ${row} `.repeat(20),
    });
  });
  lines.splice(3, 0, '{"meta":', '', '[1]', '{"__proto__":{"a":1},"constructor":1}');
  lines[0] = `\ufeff${lines[0]?.replace('1e+300', '1e400')}`;
  const from = await fileWith('nasty [1]*.JSON.gz', gzipSync(lines.join('\r\n')));
  const { dir, report, summary } = await project(from);
  assert.deepEqual([report.event_time.col_name, report.event_time.unit], ['meta.sent.at', 's']);
  const names = report.views.map(({ view }) => view);
  assert.ok(names.includes('by_rows') && names.includes('by_weird_name'), names.join());
  assert.match(report.notes.join('\n'), /2 lines are no JSON objects/);
  assert.match(report.notes.join('\n'), /Of several types.*mixed/);
  assert.match(report.notes.join('\n'), /Lists.*tags/);
  assert.match(report.notes.join('\n'), /no path can name: meta\.dotted\.key, \$dollar/);
  const rate = summary.views.find(({ view }) => view === 'rate');
  assert.deepEqual([rate?.read, rate?.folded], [303, 299]);
  const { streams } = await json(dir, 'la.json');
  assert.equal(streams.nasty_1.columns.mixed, undefined);
  assert.equal(streams.nasty_1.source.path, 'data/nasty [1]*.JSON.gz');
});

test('times of ISO 8601', { timeout: 60_000 }, async () => {
  const lines = Array.from({ length: 60 }, (_, row) => {
    const time = new Date(1_760_000_000_000 + 1000 * row).toISOString();
    return JSON.stringify({
      host: `h${row % 2}`,
      updated_at: time,
      eventTime: time.replace('Z', '+00:00'),
      local: time.slice(0, 19),
      ms: row,
    });
  });
  const { report, summary } = await project(await fileWith('log.ndjson', lines.join('\n')));
  assert.deepEqual([report.event_time.col_name, report.event_time.unit], ['eventTime', 'iso8601']);
  assert.ok(report.views.some(({ view }) => view === 'by_host'));
  for (const view of summary.views) assert.equal(view.folded, 60);
});

test('a single record', { timeout: 60_000 }, async () => {
  const { report, summary } = await project(
    await fileWith('one', '{"t":1700000000000000000,"name":"x","v":1.5}'),
  );
  assert.deepEqual([report.event_time.col_name, report.event_time.unit], ['t', 'ns']);
  assert.deepEqual(
    report.views.map(({ view }) => view),
    ['rate', 'by_name'],
  );
  for (const view of summary.views) assert.equal(view.folded, 1);
});

test('which time it is, where several would do', { timeout: 60_000 }, async () => {
  const lines = Array.from({ length: 20 }, (_, row) =>
    JSON.stringify({
      created: 1_700_000_000 + row,
      logged_at: 1_700_000_100_000 + row,
      k: row % 2,
    }),
  );
  const from = await fileWith('two.ndjson', lines.join('\n'));
  const dir = join(await temporaryFolder(), 'p');
  const named = await la('init', dir, '--from', from, '--event-time', 'created', '--json');
  const report: Report = JSON.parse(named.stdout);
  assert.deepEqual([report.event_time.col_name, report.event_time.unit], ['created', 's']);
  const told = await la('init', dir, '--from', from, '--force');
  assert.match(told.stdout, /Event time: logged_at \(ms\): it holds epoch ms/);
  assert.match(told.stdout, /It could also be created \(s\)/);
});

test('data inside the project stays where it is', { timeout: 60_000 }, async () => {
  const dir = await temporaryFolder();
  await mkdir(join(dir, 'logs'));
  await mkdir(join(dir, '.git'));
  const from = join(dir, 'logs/a.ndjson');
  await writeFile(from, '{"time":1700000000,"k":"x"}\n');
  const made = await la('init', dir, '--from', from);
  assert.equal(made.exit, 0, made.stderr);
  const { streams } = await json(dir, 'la.json');
  assert.equal(streams.a.source.path, 'logs/a.ndjson');
  assert.deepEqual((await lintDirectory(dir)).faults, []);
  // As for files that are too large to copy.
  const absolute = (await readFile(join(dir, 'la.json'), 'utf8')).replace('logs/a.ndjson', from);
  await writeFile(join(dir, 'la.json'), absolute);
  assert.deepEqual((await lintDirectory(dir)).faults, []);
});

test('a folder that is not empty needs --force', { timeout: 60_000 }, async () => {
  const dir = await temporaryFolder();
  await writeFile(join(dir, 'notes.txt'), 'mine');
  const from = await fileWith('a.ndjson', '{"time":1700000000,"k":"x"}\n');
  const refused = await la('init', dir, '--from', from);
  assert.equal(refused.exit, 2);
  assert.match(refused.stderr, /LA_INIT_NOT_EMPTY: .*notes\.txt/);
  const forced = await la('init', dir, '--from', from, '--force');
  assert.equal(forced.exit, 0, forced.stderr);
  assert.equal(await readFile(join(dir, 'notes.txt'), 'utf8'), 'mine');
});

test('what cannot be made a project of', { timeout: 60_000 }, async () => {
  const f = async (args: readonly string[], exit: number, expected: RegExp) => {
    const { stderr, ...ended } = await la('init', ...args);
    assert.equal(ended.exit, exit, stderr);
    assert.match(stderr, expected);
  };
  const dir = join(await temporaryFolder(), 'p');
  await f([dir], 2, /LA_INIT_USAGE: Which file/);
  await f([], 2, /LA_INIT_USAGE: Which folder/);
  await f(
    [dir, '--from', 'kafka://127.0.0.1/wifi'],
    2,
    /LA_INIT_SCHEME: .*kafka:\/\/ is not avail/,
  );
  await f([dir, '--from', join(dir, 'none')], 2, /LA_INIT_NO_FILE/);
  const named = ['--from', await fileWith('a.ndjson', '{"t":1700000000,"k":"x"}')];
  await f([dir, ...named, '--event-time', 'k'], 2, /LA_INIT_BAD_EVENT_TIME: .*"k".*no time/);
  await assert.rejects(stat(dir), 'nothing was written');
});

test('samples that no project can be made of', async () => {
  const f = async (content: string | Uint8Array, expected: RegExp, name = 'a.ndjson') => {
    const path = await fileWith(name, content);
    const planned = readSample(path).then((sample) =>
      planProject({ sample, path, eventTime: undefined }),
    );
    await assert.rejects(planned, (error) => {
      const { code, message, remedy } = errorToData(error);
      assert.match(`${code}: ${message} ${remedy}`, expected);
      return true;
    });
  };
  await assert.rejects(readSample(await temporaryFolder()), /it is not a file/);
  await f('', /LA_INIT_EMPTY/);
  await f('\n \n', /LA_INIT_EMPTY/);
  await f('time,k\n1,2\n', /LA_INIT_NOT_JSON: Line 1 .*2 of 2.*one JSON object/);
  await f('[\n {"t": 1},\n {"t": 2}\n]', /LA_INIT_NOT_JSON.*jq -c/);
  await f('[{"t": 1}]', /LA_INIT_NOT_JSON.*it is an array.*jq -c/);
  await f(gzipSync('{"t":1}'), /LA_INIT_NOT_JSON.*ending \.gz/);
  await f('{"t":1}', /LA_FILE_GZIP/, 'a.gz');
  await f('{"k":"x","n":5}', /LA_INIT_NO_EVENT_TIME.*There are: k, n/);
  await f('{"at":"2026-01-01T00:00:00"}', /LA_INIT_NO_EVENT_TIME/);
});
