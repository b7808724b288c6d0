import { aggregation } from './contract.ts';

export const count = aggregation({
  doc: 'Number of rows.',
  error: 'exact',
  empty: 0,
  result_type: 'integer',
  inputs: {},
  cells: [0],
  countsRows: true,
  version: 1,
  fold(cells, at, _inputs, count) {
    for (let row = 0; row < count; row++) cells[at[row]!]!++;
  },
  foldOne(cells, cell, _inputs, count) {
    cells[cell]! += count;
  },
  merge(into, at, from, fromAt) {
    into[at]! += from[fromAt]!;
  },
  results(cells, at, count, out) {
    for (let row = 0; row < count; row++) out[row] = cells[at[row]!]!;
    return 0;
  },
});
