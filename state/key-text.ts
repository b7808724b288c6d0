/** Writes group keys: canonical JSON arrays as UTF-8, escaped as JSON.stringify does. */
import { EntryType } from '../runtime/dictionary.ts';

/** One grouping column of a chunk: per row a code, 0 for null, and what the codes stand for. */
export interface KeyColumn {
  codes: Uint32Array;
  bytes: Uint8Array;
  starts: Uint32Array;
  lengths: Uint32Array;
  /** EntryType of each entry; null when all are text. */
  types: Uint8Array | null;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const ESCAPE_BYTES_MAX = 6;
const NULL_BYTES = [0x6e, 0x75, 0x6c, 0x6c];
const HEX = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** What follows the backslash, for control characters that have a short form. */
const SHORT: readonly (number | undefined)[] = Array.from({ length: 32 }, (_, code) => {
  const index = [8, 9, 10, 12, 13].indexOf(code);
  return index < 0 ? undefined : 'btnfr'.charCodeAt(index);
});

export class KeyText {
  /** The last key written is [0, length returned). */
  bytes: Uint8Array = new Uint8Array(256);
  #at = 0;

  /** The key of a row; returns its length. */
  write(columns: readonly KeyColumn[], row: number): number {
    this.#begin();
    for (let index = 0; index < columns.length; index++) {
      const column = columns[index]!;
      this.#element(column, column.codes[row]!, index > 0);
    }
    return this.#end();
  }

  /** The key whose `width` elements are all null; returns its length. */
  writeNulls(width: number): number {
    this.#begin();
    for (let index = 0; index < width; index++) this.#null(index > 0);
    return this.#end();
  }

  #begin(): void {
    this.bytes[0] = OPEN;
    this.#at = 1;
  }

  #end(): number {
    this.bytes[this.#at] = CLOSE;
    return this.#at + 1;
  }

  #null(comma: boolean): void {
    this.#reserve(NULL_BYTES.length);
    if (comma) this.bytes[this.#at++] = COMMA;
    for (const byte of NULL_BYTES) this.bytes[this.#at++] = byte;
  }

  #element(column: KeyColumn, code: number, comma: boolean): void {
    if (code === 0) {
      this.#null(comma);
      return;
    }
    const start = column.starts[code]!;
    const length = column.lengths[code]!;
    const isText = column.types === null || column.types[code] === EntryType.TEXT;
    this.#reserve(length * (isText ? ESCAPE_BYTES_MAX : 1));
    if (comma) this.bytes[this.#at++] = COMMA;
    if (isText) this.#text(column.bytes, start, start + length);
    else this.#plain(column.bytes, start, start + length);
  }

  #plain(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let at = this.#at;
    for (let from = start; from < end; from++) bytes[at++] = source[from]!;
    this.#at = at;
  }

  #text(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let at = this.#at;
    bytes[at++] = QUOTE;
    for (let from = start; from < end; from++) {
      const byte = source[from]!;
      if (byte < 0x20) {
        at = writeControl(bytes, at, byte);
        continue;
      }
      if (byte === QUOTE || byte === BACKSLASH) bytes[at++] = BACKSLASH;
      bytes[at++] = byte;
    }
    bytes[at++] = QUOTE;
    this.#at = at;
  }

  /** Room for an element of so many bytes, its quotes, its comma and the closing bracket. */
  #reserve(length: number): void {
    const needed = this.#at + length + 4;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(needed * 2);
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

function writeControl(bytes: Uint8Array, from: number, byte: number): number {
  let at = from;
  bytes[at++] = BACKSLASH;
  const short = SHORT[byte];
  if (short !== undefined) {
    bytes[at++] = short;
    return at;
  }
  for (const character of [0x75, 0x30, 0x30]) bytes[at++] = character;
  bytes[at++] = HEX[byte >> 4]!;
  bytes[at++] = HEX[byte & 15]!;
  return at;
}
