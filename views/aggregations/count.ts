import { aggregation } from './contract.ts';

export const count = aggregation({
  doc: 'Number of rows.',
  error: 'exact',
  empty: 0,
  result_type: 'integer',
  inputs: {},
  cells: [0],
  version: 1,
  fold(cells, at, _inputs, count) {
    for (let row = 0; row < count; row++) cells[at[row]!]!++;
  },
  merge(into, at, from, fromAt) {
    into[at]! += from[fromAt]!;
  },
  result: (cells, at) => cells[at]!,
});
