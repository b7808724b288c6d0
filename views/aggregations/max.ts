import { aggregation } from './contract.ts';

export const max = aggregation({
  doc: 'Largest value.',
  error: 'exact',
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: [-Infinity],
  version: 1,
  fold(cells, at, { x }, count) {
    for (let row = 0; row < count; row++) {
      if (x[row]! > cells[at[row]!]!) cells[at[row]!] = x[row]!;
    }
  },
  merge(into, at, from, fromAt) {
    if (from[fromAt]! > into[at]!) into[at] = from[fromAt]!;
  },
  // + 0: of 0 and -0 the result is 0, whichever came first.
  results(cells, at, count, out) {
    let nulls = 0;
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const isNull = cells[cell] === -Infinity;
      out[row] = isNull ? Number.NaN : cells[cell]! + 0;
      if (isNull) nulls++;
    }
    return nulls;
  },
});
