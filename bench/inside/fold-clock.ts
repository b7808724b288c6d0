/** A plugin: an aggregation that looks at the clock when it is given rows, and tells how long ago they were due. */
import { aggregation } from '../../views/aggregations/contract.ts';
import { LatencyHistogram } from '../latency-histogram.ts';
import { mark } from './marks.ts';
import { nowUs } from './schedule.ts';

/** Of this thread, on which one unit uses it. */
const folded = new LatencyHistogram();
let seen = 0;

export const aggregations = {
  bench_fold_clock: aggregation({
    doc: 'How long before they were folded rows were due; x is their due time.',
    error: 'exact',
    empty: null,
    result_type: 'integer',
    inputs: { x: 'number' },
    params: {
      skip: { type: 'integer', min: 0, max: 1e12, doc: 'Rows before the first that counts.' },
      rows: { type: 'integer', min: 0, max: 1e12, doc: 'Rows that count.' },
    },
    cells: [0],
    version: 1,
    fold(cells, at, { x }, count, _, { skip, rows }) {
      const [before, counted] = [Number(skip), Number(rows)];
      const now = nowUs();
      if (seen === 0) mark('first-fold');
      for (let row = 0; row < count; row++) {
        cells[at[row]!]!++;
        if (seen++ >= before) folded.add(now - x[row]!);
      }
      if (seen === before + counted) {
        mark('folded', { histogram: folded.sparse(), max_us: folded.maxUs });
      }
    },
    merge(into, at, from, fromAt) {
      into[at]! += from[fromAt]!;
    },
    result: (cells, at) => cells[at]!,
  }),
};
