import { check } from '../../runtime/errors.ts';
import { aggregation } from './contract.ts';
import {
  foldQuantiles,
  mergeQuantiles,
  quantileCells,
  quantileError,
  quantileResults,
} from './quantiles.ts';

export const percentile = aggregation({
  doc: 'Number that p % of the numbers do not exceed (nearest rank).',
  error: quantileError,
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  params: { p: { type: 'number', min: 0, max: 100, resultOnly: true, doc: 'percent' } },
  cells: quantileCells,
  version: 2,
  fold: foldQuantiles,
  merge: mergeQuantiles,
  results(cells, at, count, out, heap, { p }) {
    check(typeof p === 'number', 'percentile has p');
    return quantileResults(cells, at, count, out, heap, p);
  },
});
