import { aggregation } from './contract.ts';
import { addNumber, divide, mergeSum } from './double-double.ts';

export const avg = aggregation({
  doc: 'Arithmetic mean.',
  error: 'exact sum of 106 bits, divided and rounded once: independent of order as `sum` is',
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: [0, 0, 0],
  version: 1,
  fold(cells, at, { x }, count) {
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      addNumber(cells, cell, x[row]!);
      cells[cell + 2]!++;
    }
  },
  merge(into, at, from, fromAt) {
    mergeSum(into, at, from, fromAt);
    into[at + 2]! += from[fromAt + 2]!;
  },
  result(cells, at) {
    const count = cells[at + 2]!;
    return count === 0 ? null : divide(cells[at]!, cells[at + 1]!, count);
  },
});
