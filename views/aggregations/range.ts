import { aggregation } from './contract.ts';

export const range = aggregation({
  doc: 'Largest value minus smallest value.',
  error: 'exact difference, rounded once',
  empty: null,
  result_type: 'number',
  inputs: { x: 'number' },
  cells: [Infinity, -Infinity],
  version: 1,
  fold(cells, at, { x }, count) {
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const value = x[row]!;
      if (value < cells[cell]!) cells[cell] = value;
      if (value > cells[cell + 1]!) cells[cell + 1] = value;
    }
  },
  merge(into, at, from, fromAt) {
    if (from[fromAt]! < into[at]!) into[at] = from[fromAt]!;
    if (from[fromAt + 1]! > into[at + 1]!) into[at + 1] = from[fromAt + 1]!;
  },
  results(cells, at, count, out) {
    let nulls = 0;
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const isNull = cells[cell] === Infinity;
      out[row] = isNull ? Number.NaN : cells[cell + 1]! - cells[cell]!;
      if (isNull) nulls++;
    }
    return nulls;
  },
});
