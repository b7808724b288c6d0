/**
 * Writing JSON values as bytes without making strings of them. Each function returns where it ended, and may write up to
 * WRITE_SLACK bytes beyond that, which what comes next overwrites: a store of eight bytes costs as much as one of a byte.
 */
import { LITTLE_ENDIAN, writeInteger } from './json-digits.ts';
import { writeFraction } from './json-fraction.ts';

const QUOTE = 34;
const BACKSLASH = 92;
const SPACE = 32;
const DELETE = 127;
/** Bytes of the longest number as JSON text. */
export const NUMBER_BYTES_MAX = 25;
/** Bytes that a function may write behind its end. */
export const WRITE_SLACK = 8;
const INTEGER_MAX = 1e15;

/** Bytes to write again and again, in words of eight. Doubles keep them: no neighbouring bytes of UTF-8 make a NaN. */
export interface Constant {
  readonly length: number;
  readonly words: Float64Array;
}

export function constant(text: string): Constant {
  const bytes = Buffer.from(text);
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
  padded.set(bytes);
  return { length: bytes.length, words: new Float64Array(padded.buffer) };
}

const NULL = constant('null');

export function writeConstant(out: DataView, at: number, { words, length }: Constant): number {
  for (let word = 0; word < words.length; word++) {
    out.setFloat64(at + 8 * word, words[word]!, LITTLE_ENDIAN);
  }
  return at + length;
}

/** As JSON.stringify writes it: what is not finite is null, and `-0` is `0`. */
export function writeNumber(out: DataView, at: number, value: number): number {
  if (Math.floor(value) === value && value < INTEGER_MAX && value > -INTEGER_MAX) {
    return writeInteger(out, at, value);
  }
  const end = writeFraction(out, at, value);
  return end > at ? end : writeRare(out, at, value);
}

function writeRare(out: DataView, at: number, value: number): number {
  if (!Number.isFinite(value)) return writeConstant(out, at, NULL);
  const text = `${value}`;
  for (let from = 0; from < text.length; from++) out.setUint8(at + from, text.charCodeAt(from));
  return at + text.length;
}

/** Writes a text of printable ASCII without quotes and backslashes; returns `at` where it is anything else. */
export function writePlainText(out: DataView, at: number, text: string): number {
  const { length } = text;
  for (let from = 0; from < length; from++) {
    const unit = text.charCodeAt(from);
    if (unit < SPACE || unit >= DELETE || unit === QUOTE || unit === BACKSLASH) return at;
    out.setUint8(at + 1 + from, unit);
  }
  out.setUint8(at, QUOTE);
  out.setUint8(at + 1 + length, QUOTE);
  return at + length + 2;
}
