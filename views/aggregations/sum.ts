import { aggregation } from './contract.ts';
import { addNumber, addNumbers, EMPTY_SUM, mergeSum, sumResults } from './double-double.ts';

export const sum = aggregation({
  doc: 'Sum of the numbers, null without any or when it leaves the range of doubles.',
  error:
    'exact sum of 106 bits, rounded once: independent of order unless the parts cancel almost wholly',
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: EMPTY_SUM,
  version: 1,
  fold(cells, at, { x }, count) {
    for (let row = 0; row < count; row++) addNumber(cells, at[row]!, x[row]!);
  },
  foldOne(cells, cell, { x }, count) {
    addNumbers(cells, cell, x, count);
  },
  merge: mergeSum,
  results: sumResults,
});
