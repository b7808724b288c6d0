/**
 * Numbers with a fraction as the shortest decimal that reads back as the same double, and of those the nearest: what
 * `${value}` gives, at a tenth of its cost for averages. Every step is exact in doubles; the reasons stand beside them.
 */
import { MINUS, writeDigits, writeEight, writeSmall, ZERO } from './json-digits.ts';

const POINT = 46;
/** Sizes from 2^-4 to 2^26, whose last bit of 53 stands for 2^-56 to 2^-27. */
const SIZE_MIN = 2 ** -4;
const SIZE_MAX = 2 ** 26;
const LAST_BITS = 57;
const SHORT = 1e6;
const FIRST_PLACES = 8;
const FIRST = 10 ** FIRST_PLACES;
const SPLIT = 2 ** 26;

/** For a last bit of 2^-b: the least number of decimal places that is finer than it. */
const places = Uint8Array.from({ length: LAST_BITS }, (_, bits) => {
  let enough = 0;
  while (10 ** enough <= 2 ** bits) enough++;
  return enough;
});
/** Those beyond the first eight, as a factor. */
const factors = Float64Array.from(places, (all) => 10 ** (all - FIRST_PLACES));
/** How far from the number its double reaches, in units of the last place: more than 0.5 and at most 5. */
const reaches = Float64Array.from(places, (all, bits) => 10 ** all / 2 ** (bits + 1));

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);

/** Writes a number that is not whole; returns `at` for those that it leaves to others, -0 and NaN among them. */
export function writeFraction(out: DataView, at: number, value: number): number {
  const size = Math.abs(value);
  if (!(size >= SIZE_MIN && size < SIZE_MAX)) return at;
  let from = at;
  if (value < 0) out.setUint8(from++, MINUS);
  const whole = size | 0;
  from = writeSmall(out, from, whole);
  out.setUint8(from++, POINT);
  // Decimals of at most 15 digits differ as doubles: one that reads back is the only one, and exact division finds it.
  const short = Math.round(size * SHORT);
  if (short / SHORT === size) {
    writeDigits(out, from, short - whole * SHORT, 6);
    return trim(out, from + 6);
  }
  const end = writeLong(out, from, size, size - whole);
  return end > from ? end : at;
}

/** `from`, where two decimals of as many digits are equally near. */
function writeLong(out: DataView, from: number, size: number, rest: number): number {
  number[0] = size;
  const lastBit = 52 + 1023 - (words[1]! >>> 20);
  const factor = factors[lastBit]!;
  const reach = reaches[lastBit]!;
  // Halves of 26 and at most 30 bits: times 10^8, which has 19 bits but for its zeros, they stay below 53.
  let upper = Math.floor(rest * SPLIT) / SPLIT;
  let scaled = upper * FIRST;
  let first = Math.floor(scaled);
  let left = scaled - first + (rest - upper) * FIRST;
  let carry = Math.floor(left);
  first += carry;
  left -= carry;
  upper = Math.floor(left * SPLIT) / SPLIT;
  scaled = upper * factor;
  let second = Math.floor(scaled);
  left = scaled - second + (left - upper) * factor;
  carry = Math.floor(left);
  second += carry;
  left -= carry;
  // Within reach lies at most one multiple of ten. All shorter decimals are such; without one, the nearest is the shortest.
  const ones = second % 10;
  if (ones + left < reach) second -= ones;
  else if (10 - ones - left < reach) second += 10 - ones;
  else if (left > 0.5) second += 1;
  else if (left === 0.5) return from;
  if (second === factor) {
    second = 0;
    first += 1;
  }
  writeEight(out, from, first | 0);
  const more = places[lastBit]! - FIRST_PLACES;
  writeDigits(out, from + FIRST_PLACES, second | 0, more);
  return trim(out, from + FIRST_PLACES + more);
}

/** The end without zeros. */
function trim(out: DataView, end: number): number {
  let last = end;
  while (out.getUint8(last - 1) === ZERO) last--;
  return last;
}
