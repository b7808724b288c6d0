/** The eight views that speed is judged on, over a million rows, and every aggregation over all of them in one group. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordFile, writeProject } from '../../bench/workload.ts';
import { temporaryFolder } from '../connectors/temporary-folder.ts';
import { checkProject } from './check-project.ts';
import { everyAggregation } from './every-aggregation.ts';

const ROWS = 1_000_000;

test('a million rows give what DuckDB gives', async () => {
  const dir = await temporaryFolder();
  writeProject(dir, recordFile(ROWS, {}), [1, 2, 3, 4, 5, 6, 7, 8]);
  const everything = {
    view: 'everything',
    stream: 'wifi',
    grouping_cols: [{ time: '7d' }],
    aggregation_info: everyAggregation({
      numbers: ['rssi', 'bytes_tx'],
      values: ['client', 'band'],
      other: 'bytes_rx',
      condition: 'rssi > -60',
    }),
    write_interval: 'final',
    sinks: ['results'],
  };
  writeFileSync(join(dir, 'views', 'everything.json'), JSON.stringify(everything));
  const rows = await checkProject(dir, { 'rssi > -60': 'rssi > -60' });
  assert.deepEqual(rows, {
    ...{ v1: 1050, v2: 10416, v3: 100762, v4: 275686, v5: 450, v6: 1416, v7: 338036, v8: 121 },
    everything: 2,
  });
});
