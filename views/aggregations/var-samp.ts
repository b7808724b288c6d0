import { aggregation } from './contract.ts';
import { foldMoments, mergeMoments, momentCells, momentError, varianceResults } from './moments.ts';

export const varSamp = aggregation({
  doc: 'Variance estimated from a sample (n - 1); null under two rows.',
  error: momentError,
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: momentCells,
  version: 1,
  fold: foldMoments,
  merge: mergeMoments,
  results: varianceResults(1, false),
});
