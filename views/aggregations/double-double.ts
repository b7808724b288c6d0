/**
 * Double-doubles: a sum as `high + low`, high the nearest double and low the rest, about 106 bits. While those bits
 * hold every partial sum, additions are exact, so neither their order nor their grouping can show.
 *
 * A sum lies in two neighbouring cells. It starts at `EMPTY_SUM`, whose -0 no sum of rows ever has, so that "no rows"
 * needs no cell of its own.
 */
import type { Results } from './contract.ts';

export const EMPTY_SUM: readonly [number, number] = [-0, 0];

/** Whether nothing has been added to the sum that starts at EMPTY_SUM. */
export const isEmptySum = (cells: Float64Array, at: number): boolean => Object.is(cells[at], -0);

/** The `results` of sums. */
export const sumResults: Results = (cells, at, count, out) => {
  let nulls = 0;
  for (let row = 0; row < count; row++) {
    const isNull = isEmptySum(cells, at[row]!);
    out[row] = isNull ? Number.NaN : cells[at[row]!]!;
    if (isNull) nulls++;
  }
  return nulls;
};

/** cells[at, at + 1] += x. Not finite from the first overflow on. */
export function addNumber(cells: Float64Array, at: number, x: number): void {
  const high = cells[at]!;
  const sum = high + x;
  const part = sum - high;
  // Sums of whole numbers stay in `high`: what follows would change nothing, and rows of a group wait for each other.
  if (part === x && sum - part === high && cells[at + 1] === 0 && sum !== 0) {
    cells[at] = sum;
    return;
  }
  const rest = high - (sum - part) + (x - part) + cells[at + 1]!;
  const rounded = sum + rest;
  cells[at] = rounded;
  cells[at + 1] = rest - (rounded - sum);
}

/** cells[at, at + 1] += x[0] + … + x[count - 1], as `addNumber` one by one. */
export function addNumbers(cells: Float64Array, at: number, x: Float64Array, count: number): void {
  let high = cells[at]!;
  let low = cells[at + 1]!;
  for (let row = 0; row < count; row++) {
    const value = x[row]!;
    const sum = high + value;
    const part = sum - high;
    if (part === value && sum - part === high && low === 0 && sum !== 0) {
      high = sum;
      continue;
    }
    const rest = high - (sum - part) + (value - part) + low;
    high = sum + rest;
    low = rest - (high - sum);
  }
  cells[at] = high;
  cells[at + 1] = low;
}

/** cells[at, at + 1] += high + low. */
export function addPair(cells: Float64Array, at: number, high: number, low: number): void {
  const oldHigh = cells[at]!;
  const sum = oldHigh + high;
  const part = sum - oldHigh;
  const rest = oldHigh - (sum - part) + (high - part);
  const oldLow = cells[at + 1]!;
  const lowSum = oldLow + low;
  const lowPart = lowSum - oldLow;
  const lowRest = oldLow - (lowSum - lowPart) + (low - lowPart);
  const middle = sum + (rest + lowSum);
  const tail = rest + lowSum - (middle - sum) + lowRest;
  const rounded = middle + tail;
  cells[at] = rounded;
  cells[at + 1] = tail - (rounded - middle);
}

/** Adds one sum to another; an empty one changes nothing. */
export function mergeSum(into: Float64Array, at: number, from: Float64Array, fromAt: number): void {
  if (!isEmptySum(from, fromAt)) addPair(into, at, from[fromAt]!, from[fromAt + 1]!);
}

const SPLIT = 2 ** 27 + 1;
const SPLIT_MAX = 2 ** 995;

/** a * b - product, exactly, for product = a * b rounded; 0 where that leaves the range of doubles. */
export function productRest(a: number, b: number, product: number): number {
  if (Math.abs(a) > SPLIT_MAX) return productRest(a * 2 ** -64, b, product * 2 ** -64) * 2 ** 64;
  if (Math.abs(b) > SPLIT_MAX) return productRest(a, b * 2 ** -64, product * 2 ** -64) * 2 ** 64;
  const aScaled = a * SPLIT;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = b * SPLIT;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** (high + low) / divisor, rounded once. */
export function divide(high: number, low: number, divisor: number): number {
  const quotient = high / divisor;
  const product = quotient * divisor;
  const rest = high - product - productRest(quotient, divisor, product) + low;
  return quotient + rest / divisor;
}
