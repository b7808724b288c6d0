import { aggregation } from './contract.ts';
import { addPair, EMPTY_SUM, mergeSum, productRest, sumResults } from './double-double.ts';

export const sumSq = aggregation({
  doc: 'Sum of the squares of the numbers.',
  error: 'sum of 106 bits, rounded once; squares under 1e-292 keep fewer bits; null over 1.8e308',
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: EMPTY_SUM,
  version: 1,
  fold(cells, at, { x }, count) {
    for (let row = 0; row < count; row++) {
      const value = x[row]!;
      const square = value * value;
      addPair(cells, at[row]!, square, productRest(value, value, square));
    }
  },
  merge: mergeSum,
  results: sumResults,
});
