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
const HEX = Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** What follows the backslash, for control characters that have a short form. */
const SHORT: readonly (number | undefined)[] = Array.from({ length: 32 }, (_, code) => {
  const index = [8, 9, 10, 12, 13].indexOf(code);
  return index < 0 ? undefined : 'btnfr'.charCodeAt(index);
});

/** An upper bound of the bytes of a row's key. */
export function keyBytesMax(columns: readonly KeyColumn[], row: number): number {
  let bytes = 2;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    bytes += Math.max(4, 2 + ESCAPE_BYTES_MAX * column.lengths[column.codes[row]!]!) + 1;
  }
  return bytes;
}

/** Writes a row's key from `at` on, where there is room for it; returns its end. */
export function writeKey(
  columns: readonly KeyColumn[],
  row: number,
  out: Uint8Array,
  at: number,
): number {
  let end = at;
  out[end++] = OPEN;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    const code = column.codes[row]!;
    if (index > 0) out[end++] = COMMA;
    if (code === 0) {
      end = writeNull(out, end);
    } else {
      const start = column.starts[code]!;
      const isText = column.types === null || column.types[code] === EntryType.TEXT;
      const write = isText ? writeText : writePlain;
      end = write(column.bytes, start, start + column.lengths[code]!, out, end);
    }
  }
  out[end++] = CLOSE;
  return end;
}

/** The key whose `width` elements are all null. */
export const nullKey = (width: number): Uint8Array =>
  new TextEncoder().encode(JSON.stringify(new Array(width).fill(null)));

function writeNull(out: Uint8Array, at: number): number {
  out[at] = 0x6e;
  out[at + 1] = 0x75;
  out[at + 2] = 0x6c;
  out[at + 3] = 0x6c;
  return at + 4;
}

function writePlain(
  source: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  for (let from = start; from < end; from++) out[at + from - start] = source[from]!;
  return at + end - start;
}

function writeText(
  source: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  from: number,
): number {
  let at = from;
  out[at++] = QUOTE;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    if (byte < 0x20) {
      at = writeControl(out, at, byte);
    } else {
      if (byte === QUOTE || byte === BACKSLASH) out[at++] = BACKSLASH;
      out[at++] = byte;
    }
  }
  out[at++] = QUOTE;
  return at;
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
