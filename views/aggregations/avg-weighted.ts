import { aggregation } from './contract.ts';
import { addNumber, addPair, mergeSum, productRest } from './double-double.ts';

const PRODUCTS = 0;
const WEIGHTS = 2;

export const avgWeighted = aggregation({
  doc: 'Mean of the numbers, each counted by its weight; null when the weights add up to zero.',
  error: 'sums of 106 bits, divided: within 1 unit in the last place; limits as of `sum`',
  empty: null,
  result_type: 'number',
  inputs: { x: 'number', weight: 'number' },
  params: { weight: { type: 'column', doc: 'column of the weights' } },
  cells: [0, 0, 0, 0],
  version: 1,
  fold(cells, at, { x, weight }, count) {
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const value = x[row]!;
      const factor = weight[row]!;
      const product = value * factor;
      addPair(cells, cell + PRODUCTS, product, productRest(value, factor, product));
      addNumber(cells, cell + WEIGHTS, factor);
    }
  },
  merge(into, at, from, fromAt) {
    mergeSum(into, at + PRODUCTS, from, fromAt + PRODUCTS);
    mergeSum(into, at + WEIGHTS, from, fromAt + WEIGHTS);
  },
  results(cells, at, count, out) {
    let nulls = 0;
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const isNull = cells[cell + WEIGHTS] === 0;
      out[row] = isNull ? Number.NaN : quotientAt(cells, cell);
      if (isNull) nulls++;
    }
    return nulls;
  },
});

function quotientAt(cells: Float64Array, at: number): number {
  const weights = cells[at + WEIGHTS]!;
  const products = cells[at + PRODUCTS]!;
  const quotient = products / weights;
  const product = quotient * weights;
  const rest =
    products -
    product -
    productRest(quotient, weights, product) +
    (cells[at + PRODUCTS + 1]! - quotient * cells[at + WEIGHTS + 1]!);
  return quotient + rest / weights;
}
