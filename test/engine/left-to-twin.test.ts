/** What the decode kernel leaves to its twin is counted, so that a user sees when records miss the fast way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeProject, runOnce } from './project.ts';

const project = (records: readonly string[]) => ({
  'la.json': {
    streams: {
      s: {
        source: { type: 'file', path: 'data.ndjson' },
        event_time: { col_name: 't', unit: 'ms' },
      },
    },
    sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
  },
  'data.ndjson': `${records.join('\n')}\n`,
  'views/v.json': {
    ...{ view: 'v', stream: 's', grouping_cols: ['k', { time: '10s' }] },
    aggregation_info: [{ aggregation: 'count', aggregated_col_name: 'n' }],
    sinks: ['table'],
  },
});

test('rows that the kernel cannot take are counted', async () => {
  const plain = Array.from({ length: 900 }, (_, i) => `{"t":${i},"k":"a${i % 7}"}`);
  const broken = Array.from({ length: 100 }, (_, i) => `{"t":${i},"k":"a`);
  const f = async (records: readonly string[], least: number) => {
    const summary = await runOnce(await makeProject(project(records)));
    assert.equal(summary.rows, records.length);
    // The kernel learns the order of keys from the first records, which the twin reads.
    const more = summary.rows_left_to_twin - least;
    assert.ok(more >= 0 && more <= 2, `${summary.rows_left_to_twin} of at least ${least}`);
  };
  await f(plain, 0);
  await f([...plain, ...broken], broken.length);
});
