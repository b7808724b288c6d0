import { aggregation } from './contract.ts';
import { foldMoments, mergeMoments, momentCells, momentError, varianceResults } from './moments.ts';

export const varPop = aggregation({
  doc: 'Variance of the population: mean squared distance from the mean.',
  error: momentError,
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: momentCells,
  version: 1,
  fold: foldMoments,
  merge: mergeMoments,
  results: varianceResults(0, false),
});
