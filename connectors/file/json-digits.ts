/** Whole numbers as decimal digits, two with each store. Functions return where they ended. */

export const ZERO = 48;
export const MINUS = 45;
const HALF = 1e8;
export const LITTLE_ENDIAN = true;

/** "00" to "99", as a store of two bytes writes them. */
const pairs = Uint16Array.from({ length: 100 }, (_, value) => {
  const [tens, ones] = [ZERO + Math.floor(value / 10), ZERO + (value % 10)];
  return tens | (ones << 8);
});

/** `value` is whole, and its size below 10^15. */
export function writeInteger(out: DataView, at: number, value: number): number {
  let from = at;
  let rest = value;
  if (value < 0) {
    out.setUint8(from++, MINUS);
    rest = -value;
  }
  if (rest < HALF) return writeSmall(out, from, rest | 0);
  const high = Math.floor(rest / HALF);
  from = writeSmall(out, from, high | 0);
  writeEight(out, from, (rest - high * HALF) | 0);
  return from + 8;
}

/** `value` is from 0 to below 10^8. */
export function writeSmall(out: DataView, at: number, value: number): number {
  if (value < 10_000) return writeUpToFour(out, at, value);
  const high = (value / 10_000) | 0;
  const from = writeUpToFour(out, at, high);
  writeFour(out, from, value - high * 10_000);
  return from + 4;
}

/** Eight digits, zeros in front included. */
export function writeEight(out: DataView, at: number, value: number): void {
  const high = (value / 10_000) | 0;
  writeFour(out, at, high);
  writeFour(out, at + 4, value - high * 10_000);
}

/** So many digits (at most 9), zeros in front included. */
export function writeDigits(out: DataView, at: number, value: number, digits: number): void {
  let rest = value;
  let place = at + digits - 2;
  for (; place >= at; place -= 2) {
    const high = (rest / 100) | 0;
    out.setUint16(place, pairs[rest - high * 100]!, LITTLE_ENDIAN);
    rest = high;
  }
  if (place === at - 1) out.setUint8(at, ZERO + rest);
}

function writeUpToFour(out: DataView, at: number, value: number): number {
  if (value < 100) return writeUpToTwo(out, at, value);
  const high = (value / 100) | 0;
  const from = writeUpToTwo(out, at, high);
  out.setUint16(from, pairs[value - high * 100]!, LITTLE_ENDIAN);
  return from + 2;
}

function writeUpToTwo(out: DataView, at: number, value: number): number {
  if (value < 10) {
    out.setUint8(at, ZERO + value);
    return at + 1;
  }
  out.setUint16(at, pairs[value]!, LITTLE_ENDIAN);
  return at + 2;
}

function writeFour(out: DataView, at: number, value: number): void {
  const high = (value / 100) | 0;
  out.setUint16(at, pairs[high]!, LITTLE_ENDIAN);
  out.setUint16(at + 2, pairs[value - high * 100]!, LITTLE_ENDIAN);
}
