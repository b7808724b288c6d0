/**
 * The final rows are a function of the view and the data: not of chunk sizes, threads, the interleaving of partitions, the
 * speed of replay, or restarts.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadLetters, makeProject, runOnce, type TableRow, tableRows } from './project.ts';
import { streamData } from './stream-data.ts';

const seed = Number(process.env['SEED'] ?? 20261124);

const aggregations = [
  { aggregation: 'count', aggregated_col_name: 'n' },
  { aggregation: 'sum', col_name: 'v', aggregated_col_name: 'total' },
  { aggregation: 'avg', col_name: 'v', aggregated_col_name: 'mean' },
  { aggregation: 'stddev_samp', col_name: 'v', aggregated_col_name: 'spread' },
  { aggregation: 'first', col_name: 's', aggregated_col_name: 'first_s' },
  { aggregation: 'last', col_name: 'v', aggregated_col_name: 'last_v' },
  { aggregation: 'count_distinct', col_name: 's', aggregated_col_name: 'distinct_s' },
  { aggregation: 'percentile', col_name: 'v', params: { p: 90 }, aggregated_col_name: 'p90' },
];

const views = {
  tumbling: { grouping_cols: ['k', { time: '10s' }], aggregation_info: aggregations },
  hopping: { grouping_cols: [{ time: '30s', hop: '10s' }], aggregation_info: aggregations },
  filtered: {
    grouping_cols: ['p', { time: '60s' }],
    filter: 'v > 0 && has(s)',
    aggregation_info: aggregations.slice(0, 3),
  },
};

interface Variant {
  readonly engine?: object;
  readonly rate?: string;
  readonly maxSkew?: string;
}

async function project(
  data: readonly string[],
  { engine, rate, maxSkew }: Variant,
): Promise<string> {
  return makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data/*.ndjson', start: 'earliest', ...(rate && { rate }) },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '2s', ...(maxSkew && { max_skew: maxSkew }) },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      checkpoints: { type: 'file', path: 'state/checkpoints', interval: '1s' },
      ...(engine && { engine }),
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
          write_interval: '1s',
          sinks: ['table'],
        },
      ]),
    ),
  });
}

interface Outcome {
  readonly rows: Record<string, TableRow[]>;
  readonly letters: string[];
  readonly counters: unknown;
}

async function outcome(data: readonly string[], variant: Variant): Promise<Outcome> {
  const dir = await project(data, variant);
  const summary = await runOnce(dir);
  for (const { view, read, folded, filtered, too_late, invalid } of summary.views) {
    assert.equal(read, folded + filtered + too_late + invalid, `the accounting of ${view}`);
  }
  const letters = await deadLetters(dir);
  return {
    rows: Object.fromEntries(Object.keys(views).map((view) => [view, tableRows(dir, view)])),
    letters: [...letters].map(([key, { reason }]) => `${key} ${reason}`).sort(),
    counters: summary.views.map(({ view, read, folded, filtered, too_late, invalid }) => {
      return { view, read, folded, filtered, too_late, invalid };
    }),
  };
}

test(`the final rows are a function of the data (SEED=${seed})`, async (t) => {
  const shape = { seed, partitions: 3, rows: 1500, spanMs: 300_000, disorderMs: 3000 };
  const data = streamData(shape);
  const expected = await outcome(data, {});
  assert.ok(expected.rows['tumbling']!.length > 200);
  assert.ok(expected.letters.some((letter) => letter.endsWith('too_late')));
  assert.ok(expected.letters.some((letter) => letter.endsWith('malformed')));

  const variants: Record<string, Variant> = {
    'chunks of 1 row': { engine: { chunk_rows: 1, chunk_slots: 4 } },
    'chunks of 7 rows': { engine: { chunk_rows: 7, chunk_slots: 4 } },
    'chunks of 1,000 rows': { engine: { chunk_rows: 1000 } },
    'chunks of 8,192 rows': { engine: { chunk_rows: 8192 } },
    '1 aggregator thread': { engine: { aggregator_threads: 1 } },
    '2 aggregator threads': { engine: { aggregator_threads: 2, chunk_rows: 100 } },
    '4 aggregator threads': { engine: { aggregator_threads: 4, chunk_rows: 100 } },
    throttled: { rate: '2500/s', engine: { chunk_rows: 100 } },
    'no skew allowed': { maxSkew: '1s', engine: { chunk_rows: 50 } },
    'any skew allowed': { maxSkew: '100d', engine: { chunk_rows: 50 } },
  };
  for (const [name, variant] of Object.entries(variants)) {
    await t.test(name, async () => {
      assert.deepEqual(await outcome(data, variant), expected);
    });
  }
});
