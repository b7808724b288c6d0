/** `la explain`, and what it measures. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../connectors/temporary-folder.ts';
import { la, makeProject } from '../engine/project.ts';

const example = join(import.meta.dirname, '../../examples/wifi');
const data = join(example, 'data/wifi-rssi.ndjson.gz');

test('a view of the example, in words', { timeout: 30_000 }, async () => {
  const { exit, stdout, stderr } = await la('explain', 'phone_coverage', example);
  assert.equal(exit, 0, stderr);
  for (const expected of [
    /phone_coverage: a view of the stream wifi/,
    /rssi +f64/,
    /grouped by phone, building/,
    /derived: margin \(number\)/,
    /only rows that pass the filter/,
    /best_ap +arg_max +ap, by: rssi/,
    /About 2 windows held at once: its 10m, 10s for rows out of order, 1m for late ones/,
    /\|=+\|\.+\|-+\|/,
    /bytes a group/,
    /Changed rows are written every 2s/,
    /table \(sqlite\): Tables in a SQLite database/,
    /starts a new generation/,
  ]) {
    assert.match(stdout, expected);
  }
  assert.doesNotMatch(stdout, /Measured/);
});

test('measured on the data of the example', { timeout: 30_000 }, async () => {
  const { exit, stdout, stderr } = await la(
    'explain',
    'ap_signal',
    example,
    '--sample',
    data,
    '--json',
  );
  assert.equal(exit, 0, stderr);
  const { sample, state, window } = JSON.parse(stdout);
  assert.equal(sample.rows, 18_304);
  assert.equal(sample.result_rows, 2822);
  assert.deepEqual(sample.shares, { filtered: 0, late: 0, too_late: 0, invalid: 0 });
  assert.ok(sample.writes_per_row > sample.final_rows_per_row && sample.writes_per_row <= 1.1);
  assert.ok(
    sample.groups_per_window_max > 100 && sample.groups_max >= sample.groups_per_window_max,
  );
  assert.ok(sample.bytes_per_group > state.bytes_per_group, 'sketches take more than their cells');
  assert.ok(
    sample.projected_memory_bytes >=
      sample.groups_per_window_max * window.open_at_once * sample.bytes_per_group,
  );
  assert.ok(sample.rows_per_cpu_second > 10_000);
  const told = await la('explain', 'ap_signal', example, '--sample', data);
  assert.match(told.stdout, /18,304 rows over 19 d of event time/);
  assert.match(told.stdout, /2,822 result rows in the end: 0\.2 for each row read/);
});

test('shares of rows, counted on a sample made for it', { timeout: 30_000 }, async () => {
  const dir = await makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'none.ndjson' },
          event_time: { col_name: 't' },
          watermark: { delay: '1s' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
    },
    'none.ndjson': '',
    'views/v.json': {
      view: 'v',
      stream: 's',
      grouping_cols: ['k', { time: '10s' }],
      filter: 'v != 9',
      allowed_lateness: '10s',
      aggregation_info: [{ aggregation: 'sum', col_name: 'v', aggregated_col_name: 'total' }],
      sinks: ['table'],
    },
  });
  const rows = [
    { t: 1000, k: 'a', v: 1 },
    { t: 11_000, k: 'a', v: 9 },
    { t: 2000, k: 'b', v: 2 },
    { t: 21_000, k: 'a', v: 1 },
    { t: 3000, k: 'c', v: 3 },
    { t: 21_000, k: 'a', v: 'x' },
    { t: 21_000, k: 'b', v: 1 },
    { t: 21_000, k: 'b', v: 1 },
  ];
  const sample = join(await temporaryFolder(), 's.ndjson');
  await writeFile(sample, rows.map((row) => JSON.stringify(row)).join('\n'));
  const { stdout, stderr } = await la('explain', 'v', dir, '--sample', sample, '--json');
  assert.equal(stderr, '');
  const measured = JSON.parse(stdout).sample;
  assert.deepEqual(measured.shares, {
    filtered: 1 / 8,
    late: 1 / 8,
    too_late: 1 / 8,
    invalid: 1 / 8,
  });
  assert.deepEqual(measured.invalid_by_reason, { 'wrong_type:v': 1 });
  assert.equal(measured.span_ms, 20_000);
  // Two groups in the fullest window, three windows held: 10 s each, 1 s of delay, 10 s for late rows.
  assert.equal(measured.projected_memory_bytes, 2 * 3 * measured.bytes_per_group);
  assert.deepEqual([measured.rows, measured.result_rows, measured.groups_max], [8, 4, 4]);
});

test('what cannot be explained', { timeout: 30_000 }, async () => {
  const f = async (args: readonly string[], expected: RegExp) => {
    const { exit, stderr } = await la('explain', ...args);
    assert.equal(exit, 2, stderr);
    assert.match(stderr, expected);
  };
  await f(['ap_signals', example], /LA_EXPLAIN_UNKNOWN_VIEW: .*Did you mean "ap_signal"\?/);
  await f(['ap_signal', example, '--sample', 'none.ndjson'], /LA_EXPLAIN_NO_SAMPLE/);
  await f(['ap_signal', await temporaryFolder()], /LA_PROJECT_INVALID/);
});
