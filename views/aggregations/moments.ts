/**
 * The moments behind variance: n, Σx and Σx², the sums as double-doubles, so that neither the order of rows nor that of
 * merges shows in the result. Variances too small beside the squares for 106 bits are 0.
 */
import type { Results } from './contract.ts';
import { addNumber, addPair, EMPTY_SUM, mergeSum, productRest } from './double-double.ts';

const SUM = 1;
const SQUARES = 3;

export const momentCells: readonly number[] = [0, ...EMPTY_SUM, ...EMPTY_SUM];

export const momentError =
  'moments of 106 bits, so that digits are lost only where (mean / deviation)² × rows nears 1e16; ' +
  'under 1e-31 × rows of the mean square it is 0; numbers within 1e-140 … 1e150';

export function foldMoments(
  cells: Float64Array,
  at: Uint32Array,
  { x }: { readonly x: Float64Array },
  count: number,
): void {
  for (let row = 0; row < count; row++) {
    const cell = at[row]!;
    const value = x[row]!;
    const square = value * value;
    cells[cell]!++;
    addNumber(cells, cell + SUM, value);
    addPair(cells, cell + SQUARES, square, productRest(value, value, square));
  }
}

export function mergeMoments(
  into: Float64Array,
  at: number,
  from: Float64Array,
  fromAt: number,
): void {
  into[at]! += from[fromAt]!;
  mergeSum(into, at + SUM, from, fromAt + SUM);
  mergeSum(into, at + SQUARES, from, fromAt + SQUARES);
}

/** Keeps products of the moments inside the range of doubles. */
const scaleOf = (squares: number) =>
  squares > 2 ** 600 ? 2 ** -256 : squares < 2 ** -600 ? 2 ** 256 : 1;

const scratch = new Float64Array(2);

/**
 * n Σx² - (Σx)² over n (n - less): the variance of the population (`less` 0) or of a sample (1). Null where `less` leaves
 * nothing to divide by.
 */
export function variance(cells: Float64Array, at: number, less: 0 | 1): number | null {
  const n = cells[at]!;
  if (n <= less) return null;
  const scale = scaleOf(cells[at + SQUARES]!);
  const sum = cells[at + SUM]! * scale;
  const sumLow = cells[at + SUM + 1]! * scale;
  const squares = cells[at + SQUARES]! * scale * scale;
  const squaresLow = cells[at + SQUARES + 1]! * scale * scale;

  const product = n * squares;
  const square = sum * sum;
  scratch[0] = product;
  scratch[1] = productRest(n, squares, product) + n * squaresLow;
  addPair(scratch, 0, -square, -(productRest(sum, sum, square) + 2 * sum * sumLow));
  const difference = scratch[0]!;
  // What rounding may have left of moments that are equal.
  if (difference <= n * 2 ** -103 * product) return 0;
  return difference / (n * (n - less)) / scale / scale;
}

/** The `results` of variances, or of their roots. */
export const varianceResults =
  (less: 0 | 1, root: boolean): Results =>
  (cells, at, count, out) => {
    let nulls = 0;
    for (let row = 0; row < count; row++) {
      const square = variance(cells, at[row]!, less);
      if (square === null) nulls++;
      out[row] = square === null ? Number.NaN : root ? Math.sqrt(square) : square;
    }
    return nulls;
  };
