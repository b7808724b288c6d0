/** The project that most tests of whole runs share: two views of one stream with everything that makes it difficult. */

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summary } from '../../cli/summary.ts';
import { deadLetters, makeProject, type TableRow, tableRows } from './project.ts';

const groupings = {
  by_key: ['k', { time: '20s' }],
  by_partition: ['p', { time: '60s', hop: '20s' }],
};

export interface Variant {
  readonly data: readonly string[];
  readonly source?: object;
  readonly sinks?: Readonly<Record<string, object>>;
  readonly engine?: object;
  /** Over what all views have. */
  readonly view?: object;
}

export const makeRun = ({ data, source, sinks, engine, view: more }: Variant): Promise<string> =>
  makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data/*.ndjson', start: 'earliest', ...source },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '2s' },
        },
      },
      sinks: sinks ?? { table: { type: 'sqlite', path: 'state/results.db' } },
      checkpoints: { type: 'file', path: 'state/checkpoints', interval: '300ms' },
      engine: { chunk_rows: 200, ...engine },
    },
    ...Object.fromEntries(data.map((text, index) => [`data/p${index}.ndjson`, text])),
    ...Object.fromEntries(
      Object.entries(groupings).map(([view, grouping_cols]) => [
        `views/${view}.json`,
        {
          view,
          stream: 's',
          grouping_cols,
          aggregation_info: [
            { aggregation: 'count', aggregated_col_name: 'n' },
            { aggregation: 'last', col_name: 's', aggregated_col_name: 'last_s' },
            { aggregation: 'count_distinct', col_name: 's', aggregated_col_name: 'distinct_s' },
          ],
          allowed_lateness: '5s',
          write_interval: '500ms',
          sinks: Object.keys(sinks ?? { table: {} }),
          ...more,
        },
      ]),
    ),
  });

export interface Results {
  readonly rows: Record<string, TableRow[]>;
  readonly letters: string[];
  readonly counters: object[];
}

export async function resultsOf(dir: string, { views }: Summary): Promise<Results> {
  return {
    rows: rowsOf(dir),
    letters: [...(await deadLetters(dir))].map(([key, { reason }]) => `${key} ${reason}`).sort(),
    counters: views.map(({ view, read, folded, filtered, too_late, invalid, state }) => {
      assert.equal(read, folded + filtered + too_late + invalid, `the accounting of ${view}`);
      return { view, read, folded, filtered, too_late, invalid, state };
    }),
  };
}

export const rowsOf = (dir: string): Record<string, TableRow[]> =>
  Object.fromEntries(Object.keys(groupings).map((view) => [view, tableRows(dir, view)]));

/** Manifests of all units by now. */
export async function manifests(dir: string): Promise<number> {
  const folder = join(dir, 'state/checkpoints/man');
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  return files.filter((file) => file.endsWith('.json')).length;
}
