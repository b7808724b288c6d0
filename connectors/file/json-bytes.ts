/** Writing JSON values as bytes without making strings of them. Each function returns where it ended. */

const ZERO = 48;
const MINUS = 45;
/** Bytes of the longest number as JSON text. */
export const NUMBER_BYTES_MAX = 25;
const INTEGER_MAX = 1e15;
const HALF = 1e8;

const NULL = Buffer.from('null');

export function writeBytes(out: Uint8Array, at: number, bytes: Uint8Array): number {
  for (let from = 0; from < bytes.length; from++) out[at + from] = bytes[from]!;
  return at + bytes.length;
}

/** As JSON.stringify writes it: what is not finite is null, and `-0` is `0`. */
export function writeNumber(out: Uint8Array, at: number, value: number): number {
  if (Math.floor(value) === value && value < INTEGER_MAX && value > -INTEGER_MAX) {
    return writeInteger(out, at, value);
  }
  if (!Number.isFinite(value)) return writeBytes(out, at, NULL);
  const text = `${value}`;
  for (let from = 0; from < text.length; from++) out[at + from] = text.charCodeAt(from);
  return at + text.length;
}

function writeInteger(out: Uint8Array, at: number, value: number): number {
  let from = at;
  let rest = value;
  if (value < 0) {
    out[from] = MINUS;
    from += 1;
    rest = -value;
  }
  if (rest < HALF) return writeDigits(out, from, rest | 0, countDigits(rest | 0));
  const high = Math.floor(rest / HALF);
  const end = writeDigits(out, from, high, countDigits(high));
  return writeDigits(out, end, (rest - high * HALF) | 0, 8);
}

/** `value` below 10^8. */
function countDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  return value < 10_000_000 ? 7 : 8;
}

function writeDigits(out: Uint8Array, at: number, value: number, digits: number): number {
  let rest = value;
  for (let place = at + digits - 1; place >= at; place--) {
    const tenth = (rest / 10) | 0;
    out[place] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  return at + digits;
}
