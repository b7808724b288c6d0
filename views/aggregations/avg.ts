import { aggregation } from './contract.ts';
import { addNumber, addNumbers, divide, mergeSum } from './double-double.ts';

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
  foldOne(cells, cell, { x }, count) {
    addNumbers(cells, cell, x, count);
    cells[cell + 2]! += count;
  },
  merge(into, at, from, fromAt) {
    mergeSum(into, at, from, fromAt);
    into[at + 2]! += from[fromAt + 2]!;
  },
  results(cells, at, count, out) {
    let nulls = 0;
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const isNull = cells[cell + 2] === 0;
      out[row] = isNull ? Number.NaN : divide(cells[cell]!, cells[cell + 1]!, cells[cell + 2]!);
      if (isNull) nulls++;
    }
    return nulls;
  },
});
