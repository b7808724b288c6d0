import { aggregation } from './contract.ts';
import {
  foldQuantiles,
  mergeQuantiles,
  quantile,
  quantileCells,
  quantileError,
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
  result: (cells, at, heap) => quantile(cells, at, heap, 50),
});
