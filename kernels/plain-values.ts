/**
 * Readers of the values that nearly all values are: strings of plain ASCII and integers of at most 15 digits. Free functions
 * over what a hot loop holds in local variables, small enough to be inlined into it: that loop bounds the engine's speed.
 *
 * Each returns the position after the value and leaves what it is in a cell; -1, with the cell untouched, for a value that
 * must be read the general way. They read up to 4 bytes past `end`.
 */
import { hashWordHigh, hashWordLow, TEXT_SEED_HIGH, TEXT_SEED_LOW } from '../runtime/hash.ts';
import {
  LENGTH_SHIFT,
  type LocatedValues,
  SPOT_HIGH,
  SPOT_INTS,
  SPOT_LOW,
  SPOT_START,
  ValueKind,
} from './located-values.ts';

const DIGITS_MAX = 15;
const POWERS = Float64Array.of(1, 10, 100, 1000);

/** Text whose first byte is at `start`, after the quote: looks for its end and hashes it, word by word. */
export function readPlainText(
  view: DataView,
  start: number,
  end: number,
  cell: number,
  { metas, spots }: LocatedValues,
): number {
  let low = TEXT_SEED_LOW;
  let high = TEXT_SEED_HIGH;
  let marked = 0;
  let word = 0;
  let at = start;
  for (; at < end; at += 4) {
    word = view.getInt32(at, true);
    // The lowest byte marked is the first quote, backslash, control character or byte beyond ASCII.
    const quoteMark = (word ^ 0x22222222) - 0x01010101;
    const backslashMark = (word ^ 0x5c5c5c5c) - 0x01010101;
    marked = (quoteMark | backslashMark | (word - 0x20202020) | word) & 0x80808080;
    if (marked !== 0) break;
    low = hashWordLow(low, word);
    high = hashWordHigh(high, word);
  }
  const bits = (31 - Math.clz32(marked & -marked)) & 24;
  if (marked === 0 || ((word >>> bits) & 255) !== 34) return -1;
  if (bits !== 0) {
    word &= (1 << bits) - 1;
    low = hashWordLow(low, word);
    high = hashWordHigh(high, word);
  }
  at += bits >> 3;
  const spot = cell * SPOT_INTS;
  metas[cell] = ((at - start) << LENGTH_SHIFT) | ValueKind.TEXT;
  spots[spot + SPOT_START] = start;
  spots[spot + SPOT_LOW] = low;
  spots[spot + SPOT_HIGH] = high;
  return at + 1;
}

/** A number, digits by fours: how many there are decides no branch, so that lengths need not be predicted. */
export function readPlainInteger(
  view: DataView,
  start: number,
  end: number,
  cell: number,
  { metas, spots, numbers }: LocatedValues,
): number {
  let word = view.getInt32(start, true);
  const isNegative = (word & 255) === 45;
  const first = isNegative ? start + 1 : start;
  if (isNegative) word = view.getInt32(first, true);
  const isZeroFirst = (word & 255) === 48;
  let value = 0;
  let at = first;
  let digits = word ^ 0x30303030;
  // The lowest byte marked is the first that is no digit.
  let marked = ((digits + 0x76767676) | digits) & 0x80808080;
  while (marked === 0 && at < end) {
    value = value * 10000 + fourDigits(digits);
    at += 4;
    digits = view.getInt32(at, true) ^ 0x30303030;
    marked = ((digits + 0x76767676) | digits) & 0x80808080;
  }
  const bits = (31 - Math.clz32(marked & -marked)) & 24;
  const after = ((digits >>> bits) & 255) ^ 48;
  // As if zeros stood before the last digits.
  if (bits !== 0) value = value * POWERS[bits >> 3]! + fourDigits(digits << (32 - bits));
  at += bits >> 3;
  const count = at - first;
  // A fraction or an exponent, too many digits or none, 0 before other digits, or -0.
  if (after === 46 || (after | 32) === 101 || count > DIGITS_MAX || count === 0) return -1;
  if (isZeroFirst && (count > 1 || isNegative)) return -1;
  metas[cell] = ((at - start) << LENGTH_SHIFT) | ValueKind.INTEGER;
  spots[cell * SPOT_INTS + SPOT_START] = start;
  numbers[cell] = isNegative ? -value : value;
  return at;
}

/** The number of four bytes 0 to 9, the first of them lowest. */
function fourDigits(digits: number): number {
  const pairs = Math.imul(digits, 10) + (digits >>> 8);
  return (pairs & 255) * 100 + ((pairs >>> 16) & 255);
}
