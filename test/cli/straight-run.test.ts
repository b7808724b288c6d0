/** What a straight run says of a stream is what the engine does with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineBatch } from '../../actors/line-batch.ts';
import { StraightLane } from '../../actors/straight-lane.ts';
import { StraightRun } from '../../actors/straight-run.ts';
import { lintDirectory } from '../../cli/load-project.ts';
import { compileView } from '../../views/compile.ts';
import { deadLetters, makeProject, runOnce, tableRows } from '../engine/project.ts';
import { streamData } from '../engine/stream-data.ts';

const seed = Number(process.env.SEED ?? 20261126);

const aggregations = [
  { aggregation: 'count', aggregated_col_name: 'n' },
  { aggregation: 'avg', col_name: 'v', aggregated_col_name: 'mean' },
  { aggregation: 'first', col_name: 's', aggregated_col_name: 'first_s' },
  { aggregation: 'top_k', col_name: 'v', params: { k: 2 }, aggregated_col_name: 'top' },
];
const views = {
  tumbling: { grouping_cols: ['k', { time: '10s' }], aggregation_info: aggregations },
  hopping: { grouping_cols: [{ time: '30s', hop: '10s' }], aggregation_info: aggregations },
  final: { grouping_cols: ['p', { time: '60s' }], filter: 'v > 0', aggregation_info: aggregations },
};

test(`a straight run ends like the engine (SEED=${seed})`, { timeout: 60_000 }, async () => {
  const data = streamData({
    seed,
    partitions: 3,
    rows: 1500,
    spanMs: 300_000,
    disorderMs: 3000,
  });
  const dir = await makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data/*.ndjson', start: 'earliest' },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '2s' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
    },
    ...Object.fromEntries(data.map((text, index) => [`data/p${index}.ndjson`, text])),
    ...Object.fromEntries(
      Object.entries(views).map(([view, spec]) => [
        `views/${view}.json`,
        {
          view,
          stream: 's',
          ...spec,
          allowed_lateness: '5s',
          write_interval: view === 'final' ? 'final' : '1s',
          sinks: ['table'],
        },
      ]),
    ),
  });
  const summary = await runOnce(dir);
  const letters = await deadLetters(dir);

  const { project } = await lintDirectory(dir);
  const stream = project?.streams.s;
  assert.ok(project !== undefined && stream !== undefined);
  const plans = project.views.map((view) => compileView(view, stream));
  const lane = new StraightLane({
    stream,
    plans,
    chunkRows: 97,
    dictionary: { entriesMax: 40, bytesMax: 1 << 20 },
  });
  const partitions = data.map((_, index) => `data/p${index}.ndjson`);
  for (const paced of [false, true]) {
    const run = new StraightRun({ lane, plans, partitions, paced });
    for (const [index, text] of data.entries()) run.feed(index, lineBatch(text.split('\n')));
    const results = run.finish({ complete: true });
    for (const { view, rows, counters, deadLetters } of results) {
      const expected = tableRows(dir, view);
      assert.ok(expected.length > 10);
      assert.deepEqual(
        rows.map(({ group_key, window_start, rows, n, mean, first_s }) => {
          return { group_key, window_start, rows, n, mean, first_s };
        }),
        expected.map(({ group_key, window_start, rows, n, mean, first_s }) => {
          return { group_key, window_start, rows, n, mean, first_s };
        }),
      );
      const told = summary.views.find((one) => one.view === view);
      assert.deepEqual(
        [counters.folded, counters.filtered, counters.tooLate, counters.invalid],
        [told?.folded, told?.filtered, told?.too_late, told?.invalid],
      );
      assert.deepEqual(
        deadLetters
          .map(({ partition, offset, reason }) => `${partition} ${offset} ${reason}`)
          .sort(),
        [...letters.values()]
          .filter((letter) => letter.view === view)
          .map(({ partition, offset, reason }) => `${partition} ${offset} ${reason}`)
          .sort(),
      );
    }
  }
});
