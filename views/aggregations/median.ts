import { aggregation } from './contract.ts';
import {
  foldQuantiles,
  mergeQuantiles,
  quantileCells,
  quantileError,
  quantileResults,
} from './quantiles.ts';

export const median = aggregation({
  doc: 'Middle number, of two the lower: `percentile` with p = 50.',
  error: quantileError,
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: quantileCells,
  version: 1,
  fold: foldQuantiles,
  merge: mergeQuantiles,
  results: (cells, at, count, out, heap) => quantileResults(cells, at, count, out, heap, 50),
});
