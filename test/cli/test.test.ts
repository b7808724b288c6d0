/** `la test`, as authors of views use it. */
import assert from 'node:assert/strict';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { addFiles, la, makeProject } from '../engine/project.ts';

const example = join(import.meta.dirname, '../../examples/wifi');

const project = {
  'la.json': {
    streams: {
      s: {
        source: { type: 'file', path: 'data.ndjson' },
        event_time: { col_name: 't' },
        watermark: { delay: '0s' },
      },
    },
    sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
  },
  'data.ndjson': '',
  'views/by_k.json': {
    view: 'sums',
    stream: 's',
    grouping_cols: ['k', { time: '10s' }],
    aggregation_info: [
      { aggregation: 'sum', col_name: 'v', aggregated_col_name: 'total' },
      { aggregation: 'last', col_name: 'v', aggregated_col_name: 'newest' },
    ],
    sinks: ['table'],
  },
};

const rows = [
  { t: 1000, k: 'a', v: 1 },
  { t: 2000, k: 'a', v: 2 },
  { t: 3000, k: 'b', v: 3 },
];

test('the cases of the example hold', { timeout: 30_000 }, async () => {
  const { exit, stdout } = await la('test', example, '--json');
  assert.equal(exit, 0, stdout);
  const { passed, files, untested } = JSON.parse(stdout);
  assert.ok(passed >= 12);
  assert.equal(files.length, 5);
  assert.deepEqual(untested, []);
});

test('the cases of the example tell changed views apart', { timeout: 30_000 }, async () => {
  const dir = await makeProject({});
  await cp(example, dir, { recursive: true, filter: (path) => !path.includes('/state') });
  const f = async (view: string, before: string, after: string) => {
    const path = join(dir, 'views', `${view}.json`);
    const text = await readFile(path, 'utf8');
    assert.ok(text.includes(before));
    await addFiles(dir, { [`views/${view}.json`]: text.replace(before, after) });
    const { exit, stdout } = await la('test', dir, '--json');
    assert.equal(exit, 1, `${view}: ${before} → ${after}`);
    const failed = JSON.parse(stdout).files.filter(({ cases }: { cases: { passed: boolean }[] }) =>
      cases.some(({ passed }) => !passed),
    );
    assert.deepEqual(
      failed.map(({ file }: { file: string }) => file),
      [`views/${view}.test.json`],
    );
    await addFiles(dir, { [`views/${view}.json`]: text });
  };
  await f('ap_signal', '"p": 95', '"p": 5');
  await f('ap_signal', '"write_interval"', '"allowed_lateness": "2m",\n  "write_interval"');
  await f('building_trend', '"hop": "5m"', '"hop": "15m"');
  await f('floor_phones', '"k": 3', '"k": 2');
  await f('phone_coverage', '"by": "rssi"', '"by": "floor"');
  await f('readings_per_minute', '"time": "1m"', '"time": "2m"');
});

test('a failure names the row and the columns', { timeout: 30_000 }, async () => {
  const dir = await makeProject({
    ...project,
    'views/by_k.test.json': {
      cases: [
        {
          name: 'sums',
          rows,
          expect: [
            { k: 'a', window_start: '1970-01-01T00:00:00Z', total: 4 },
            { k: 'c', total: 1 },
          ],
          dead_letters: [{ row: 1, reason: 'too_late' }],
          counters: { late: 1, read: 3 },
        },
      ],
    },
  });
  const { exit, stdout, stderr } = await la('test', dir);
  assert.equal(exit, 1, stderr);
  assert.match(stdout, /FAILED {2}sums/);
  assert.match(stdout, /row \{ "k": "a", "window_start": "1970-01-01T00:00:00Z" \} differs:/);
  assert.match(stdout, /total {2}expected 4 {2}actual 3/);
  assert.match(stdout, /missing row: \{ "k": "c", "total": 1 \}/);
  assert.match(stdout, /unexpected row: \{ "k": "b", .*"total": 3/);
  assert.match(stdout, /missing dead letter: \{ "row": 1, "reason": "too_late" \}/);
  assert.match(stdout, /late {2}expected 1 {2}actual 0/);
  assert.match(stdout, /0 cases passed, 1 failed/);
});

test('--update corrects cases and keeps the rest of the file', { timeout: 30_000 }, async () => {
  const text = `// Why these tests are.
{
    "cases": [
        {   // kept
            "name": "right",
            "rows": [{"t": 1, "k": "x",   "v": 1}],
            "expect": [ {"total": 1} ]   // as I like it
        },
        {
            "name": "wrong",
            "expect": [{ "k": "a", "total": 99 }], /* kept, too */
            "rows": [{ "t": 1000, "k": "a", "v": 1 }, { "t": 2000, "k": "b", "v": 2 }],
            "counters": { "read": 7 }
        },
        {
            "name": "new",
            "rows": [{ "t": 12000, "k": "a", "v": 1 }, { "t": 99000 }, { "t": 1000, "k": "a", "v": "x" }, "{"]
        },
        { "name": "one", "complete": false, "dead_letters": [], "rows": ["{", { "t": 5, "k": null, "v": 2 }] }
    ]
}
`;
  const dir = await makeProject({ ...project, 'views/by_k.test.json': text });
  const path = join(dir, 'views/by_k.test.json');
  const before = await la('test', dir, '--json');
  assert.equal(before.exit, 1, before.stderr);
  assert.equal(await readFile(path, 'utf8'), text, 'nothing is written without --update');
  const { exit, stdout } = await la('test', dir, '--update');
  assert.equal(exit, 0, stdout);
  assert.match(stdout, /1 case passed, 3 updated/);
  const expected = text
    .replace('[{ "k": "a", "total": 99 }]', '[{ "k": "a", "total": 1 }, { "k": "b", "total": 2 }]')
    .replace('"read": 7', '"read": 2')
    .replace(
      '"x" }, "{"]',
      `"x" }, "{"],
            "expect": [
              { "k": "a", "window_start": "1970-01-01T00:00:10Z", "total": 1, "newest": 1 },
              { "k": null, "window_start": "1970-01-01T00:01:30Z", "total": null, "newest": null }
            ]`,
    )
    .replace('"dead_letters": []', '"dead_letters": [{ "row": 0, "reason": "malformed" }]')
    .replace(
      '"v": 2 }] }\n',
      `"v": 2 }],
        "expect": [
          {
            "k": null,
            "window_start": "1970-01-01T00:00:00Z",
            "total": 2,
            "newest": 2,
            "complete": false
          }
        ] }
`,
    );
  assert.equal(await readFile(path, 'utf8'), expected);
  const after = await la('test', dir);
  assert.equal(after.exit, 0, after.stdout);
});

test('records may carry timestamps of their own', { timeout: 30_000 }, async () => {
  const la_json = JSON.parse(JSON.stringify(project['la.json']));
  la_json.streams.s.event_time.col_name = '$timestamp';
  const dir = await makeProject({
    ...project,
    'la.json': la_json,
    'views/by_k.test.json': {
      cases: [
        {
          name: 'by the time of the record',
          rows: [
            { $timestamp: 15_000, k: 'a', v: 1 },
            { k: 'a', v: 2 },
          ],
          expect: [{ k: 'a', window_start: 10_000, window_end: '1970-01-01T00:00:20Z', total: 1 }],
          dead_letters: [{ row: 1, reason: 'time_missing' }],
        },
      ],
    },
  });
  const { exit, stdout, stderr } = await la('test', dir);
  assert.equal(exit, 0, stdout + stderr);
});

test('faults of tests are reported with their places', { timeout: 30_000 }, async () => {
  const dir = await makeProject({
    ...project,
    'views/by_k.test.json': { cases: [{ name: 'n', row: [], expect: [] }] },
    'views/sums.test.json': { cases: [{ name: 'n', rows: [], expect: [] }] },
  });
  const { exit, stderr } = await la('test', dir);
  assert.equal(exit, 2, stderr);
  assert.match(stderr, /by_k\.test\.json:5:7: error LA_CONFIG_UNKNOWN_KEY: .*mean "rows"/);
  assert.match(stderr, /sums\.test\.json:1:1: error LA_TEST_NO_VIEW/);
  assert.match(stderr, /LA_TEST_INVALID: .* 3 faults/);
});

test('a project without tests, or with faults, has wrong usage', { timeout: 30_000 }, async () => {
  const none = await la('test', await makeProject(project));
  assert.equal(none.exit, 2);
  assert.match(none.stderr, /LA_TEST_NONE/);
  const broken = await la('test', await makeProject({ ...project, 'la.json': '{' }), '--json');
  assert.equal(broken.exit, 2);
  assert.match(broken.stderr, /LA_PROJECT_INVALID/);
});
