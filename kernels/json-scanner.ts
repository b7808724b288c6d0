import { EntryType } from '../runtime/dictionary.ts';
import {
  SPOT_HIGH,
  SPOT_INTS,
  SPOT_LENGTH,
  SPOT_LOW,
  SPOT_START,
} from '../runtime/dictionary-writer.ts';
import { hashed, hashLanes } from '../runtime/hash.ts';
import { afterUtf8, hexDigit, isSimpleEscape } from './json-text.ts';
import { type LocatedValues, ValueKind } from './located-values.ts';
import { readPlainText } from './plain-text.ts';

/** Bytes that may be read, never used, past the end of a record. */
export const PADDING_BYTES = 16;
/** Objects and arrays in one another at most. JSON.parse takes deeper ones; here they are malformed. */
export const DEPTH_MAX = 512;

const POWERS = Float64Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);
const DIGITS_MAX = 15;

const TRUE_WORD = 0x65757274;
const ALSE_WORD = 0x65736c61;
const NULL_WORD = 0x6c6c756e;

export const isSpace = (byte: number): boolean =>
  byte === 32 || byte === 10 || byte === 13 || byte === 9;

/**
 * Reads single JSON values: validates them and leaves what they are in a cell. All positions are into the bytes of
 * `setSource`; each reader returns the position after the value, or -1 when it is malformed. Near its end a record may be
 * read past; a caller compares the last position with `end`.
 */
export class JsonScanner {
  /** End of the record. */
  end = 0;
  readonly #values: LocatedValues;
  readonly #isArray = new Uint8Array(DEPTH_MAX);
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(values: LocatedValues) {
    this.#values = values;
  }

  setSource(bytes: Uint8Array, view: DataView): void {
    this.#bytes = bytes;
    this.#view = view;
  }

  skipSpace(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    if (bytes[at]! > 32) return at;
    while (at < this.end && isSpace(bytes[at]!)) at++;
    return at;
  }

  /** A string; `start` is after its opening quote. */
  readString(start: number, cell: number): number {
    const after = readPlainText(this.#view, start, this.end, cell, this.#values);
    return after < 0 ? this.#readUnusualString(start, cell) : after;
  }

  /** A string that holds an escape, a control character or bytes beyond ASCII, or does not end. */
  #readUnusualString(start: number, cell: number): number {
    const bytes = this.#bytes;
    const { kinds, spots } = this.#values;
    let kind: number = ValueKind.TEXT;
    for (let at = start; at < this.end; ) {
      const byte = bytes[at]!;
      if (byte === 34) {
        if (kind === ValueKind.TEXT) {
          hashLanes(EntryType.TEXT, bytes, start, at);
          spots[cell * SPOT_INTS + SPOT_LOW] = hashed.low;
          spots[cell * SPOT_INTS + SPOT_HIGH] = hashed.high;
        }
        kinds[cell] = kind;
        spots[cell * SPOT_INTS + SPOT_LENGTH] = at - start;
        spots[cell * SPOT_INTS + SPOT_START] = start;
        return at + 1;
      }
      if (byte < 32) return -1;
      if (byte >= 128) {
        at = afterUtf8(bytes, at);
        if (at < 0) return -1;
      } else if (byte === 92) {
        kind = ValueKind.ESCAPED_TEXT;
        at = this.#afterEscape(at);
        if (at < 0) return -1;
      } else {
        at++;
      }
    }
    return -1;
  }

  #afterEscape(at: number): number {
    const bytes = this.#bytes;
    const letter = bytes[at + 1]!;
    if (isSimpleEscape(letter)) return at + 2;
    if (letter !== 117) return -1;
    for (let digit = at + 2; digit < at + 6; digit++) if (hexDigit(bytes[digit]!) < 0) return -1;
    return at + 6;
  }

  /** Any value but a string, in `depth` open containers. */
  readOther(at: number, cell: number, depth: number): number {
    const view = this.#view;
    const { kinds } = this.#values;
    const byte = this.#bytes[at]!;
    if (byte === 45 || (byte >= 48 && byte <= 57)) return this.#readNumber(at, cell);
    if (byte === 123 || byte === 91) {
      kinds[cell] = ValueKind.CONTAINER;
      return this.#readContainer(at, depth);
    }
    if (byte === 110) {
      kinds[cell] = ValueKind.NULL;
      return view.getInt32(at, true) === NULL_WORD ? at + 4 : -1;
    }
    if (byte === 116) {
      kinds[cell] = ValueKind.TRUE;
      return view.getInt32(at, true) === TRUE_WORD ? at + 4 : -1;
    }
    kinds[cell] = ValueKind.FALSE;
    return byte === 102 && view.getInt32(at + 1, true) === ALSE_WORD ? at + 5 : -1;
  }

  #readNumber(start: number, cell: number): number {
    const bytes = this.#bytes;
    const values = this.#values;
    const negative = bytes[start] === 45;
    let at = negative ? start + 1 : start;
    const wholeStart = at;
    let value = 0;
    let digit = bytes[at]! - 48;
    if (digit === 0) {
      digit = bytes[++at]! - 48;
    } else {
      if (!(digit > 0 && digit <= 9) || at >= this.end) return -1;
      while (digit >= 0 && digit <= 9 && at < this.end) {
        value = value * 10 + digit;
        digit = bytes[++at]! - 48;
      }
    }
    let digits = at - wholeStart;
    let kind: number = ValueKind.INTEGER;
    // 46 is a dot, 69 and 101 are e.
    if (digit === -2 && at < this.end) {
      kind = ValueKind.DECIMAL;
      const fractionStart = ++at;
      digit = bytes[at]! - 48;
      while (digit >= 0 && digit <= 9 && at < this.end) {
        value = value * 10 + digit;
        digit = bytes[++at]! - 48;
      }
      const places = at - fractionStart;
      if (places === 0) return -1;
      digits += places;
      // Both are exact, so the quotient is the nearest double.
      if (digits <= DIGITS_MAX) value /= POWERS[places]!;
    }
    if ((digit === 21 || digit === 53) && at < this.end) {
      kind = ValueKind.NUMBER;
      at = this.#afterExponent(at + 1);
      if (at < 0) return -1;
    }
    if (digits > DIGITS_MAX) kind = ValueKind.NUMBER;
    else if (value === 0 && negative && kind === ValueKind.INTEGER) kind = ValueKind.DECIMAL;
    values.kinds[cell] = kind;
    values.spots[cell * SPOT_INTS + SPOT_LENGTH] = at - start;
    values.spots[cell * SPOT_INTS + SPOT_START] = start;
    values.numbers[cell] = negative ? 0 - value : value;
    return at;
  }

  #afterExponent(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    if (bytes[at] === 43 || bytes[at] === 45) at++;
    const first = at;
    while (at < this.end && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
    return at === first ? -1 : at;
  }

  /** An object or array that no wanted path goes into. A loop over a stack of bits, so that no depth can overflow ours. */
  #readContainer(start: number, depthBefore: number): number {
    const bytes = this.#bytes;
    const isArray = this.#isArray;
    const cell = this.#values.kinds.length - 1;
    let depth = depthBefore;
    let at = start;
    for (;;) {
      // A value starts here.
      if (at >= this.end) return -1;
      const byte = bytes[at]!;
      if (byte === 123 || byte === 91) {
        if (depth === DEPTH_MAX) return -1;
        isArray[depth++] = byte === 91 ? 1 : 0;
        at = this.skipSpace(at + 1);
        if (bytes[at] !== byte + 2) {
          if (byte === 123) at = this.#skipKey(at, cell);
          if (at < 0) return -1;
          continue;
        }
      } else {
        at = byte === 34 ? this.readString(at + 1, cell) : this.readOther(at, cell, depth);
        if (at < 0) return -1;
        at = this.skipSpace(at);
      }
      // It has ended, or its empty container is at its closing bracket.
      while (bytes[at] === (isArray[depth - 1] === 1 ? 93 : 125)) {
        at++;
        if (--depth === depthBefore) return at;
        at = this.skipSpace(at);
      }
      if (bytes[at] !== 44) return -1;
      at = this.skipSpace(at + 1);
      if (isArray[depth - 1] === 0) at = this.#skipKey(at, cell);
      if (at < 0) return -1;
    }
  }

  /** A key and its colon; returns where the value starts. */
  #skipKey(start: number, cell: number): number {
    const bytes = this.#bytes;
    if (bytes[start] !== 34) return -1;
    let at = this.readString(start + 1, cell);
    if (at < 0) return -1;
    at = this.skipSpace(at);
    if (bytes[at] !== 58) return -1;
    return this.skipSpace(at + 1);
  }
}
