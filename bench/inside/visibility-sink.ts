import type { Sink } from '../../connectors/contract.ts';
import { check } from '../../runtime/errors.ts';
import { LatencyHistogram } from '../latency-histogram.ts';
import { mark } from './marks.ts';
import { nowUs } from './schedule.ts';

export interface VisibilityOptions {
  readonly warm_up_rows: number;
  readonly rows_per_s: number;
}

/**
 * For one view of one group with the columns `cnt` and `newest` (its latest due time): all rows up to `cnt` are visible
 * with the batch, and when each of them was due follows from the rate.
 */
export function openVisibilitySink({ warm_up_rows, rows_per_s }: VisibilityOptions): Sink {
  const visible = new LatencyHistogram();
  let seen = warm_up_rows;
  let columns: readonly string[] = [];
  return {
    async prepare({ values }) {
      columns = values.map(({ name }) => name);
    },
    async write({ count, values }) {
      const now = nowUs();
      const cells = values[columns.indexOf('cnt')];
      const newest = values[columns.indexOf('newest')];
      check(cells instanceof Float64Array && newest instanceof Float64Array, 'cnt and newest');
      for (let row = 0; row < count; row++) {
        const rows = cells[row]!;
        for (; seen < rows; seen++) {
          visible.add(now - newest[row]! + ((rows - 1 - seen) * 1e6) / rows_per_s);
        }
      }
      return [];
    },
    async close() {
      mark('visible', { histogram: visible.sparse(), max_us: visible.maxUs });
    },
  };
}
