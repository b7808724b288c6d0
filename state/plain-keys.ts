/**
 * Writes the keys of many rows whose grouping columns are texts without escapes, as nearly all are. The entries of a large
 * dictionary are in no cache: they are gathered column by column, in loops so short that many loads are under way at once.
 */
import { EntryType } from '../runtime/dictionary.ts';
import type { KeyColumn } from './key-text.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x5b;
const CLOSE = 0x5d;
/** The highest bit of each byte. */
const HIGHS = 0x80808080;
/** Brackets, and for each column quotes and a comma. */
const FRAME_BYTES = 2;
const COLUMN_BYTES = 3;

/** 0x80 for bytes that stand behind a backslash within a text. */
const escaped = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === 0x5c ? 0x80 : 0,
);

/** What the rows' codes stand for in one grouping column. */
class Spans {
  starts = new Uint32Array(0);
  lengths = new Uint32Array(0);
  bytes: Uint8Array = new Uint8Array(0);
  view = new DataView(this.bytes.buffer);
  /** Whether all are texts. */
  isText = true;
  touched = 0;

  gather({ codes, bytes, starts, lengths, types }: KeyColumn, rows: Uint32Array, count: number) {
    if (this.starts.length < count) {
      this.starts = new Uint32Array(count);
      this.lengths = new Uint32Array(count);
    }
    if (this.bytes !== bytes) {
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const ownStarts = this.starts;
    const ownLengths = this.lengths;
    let other = 0;
    for (let i = 0; i < count; i++) {
      const code = codes[rows[i]!]!;
      ownStarts[i] = starts[code]!;
      other |= Number(code === 0);
    }
    for (let i = 0; i < count; i++) ownLengths[i] = lengths[codes[rows[i]!]!]!;
    if (types !== null) {
      for (let i = 0; i < count; i++) other |= types[codes[rows[i]!]!]! ^ EntryType.TEXT;
    }
    this.isText = other === 0;
    let seen = 0;
    for (let i = 0; i < count; i++) seen ^= bytes[ownStarts[i]!]!;
    this.touched ^= seen;
  }
}

export class PlainKeys {
  readonly #columns: readonly KeyColumn[];
  readonly #spans: readonly Spans[];
  #out: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#out.buffer);

  constructor(columns: readonly KeyColumn[]) {
    this.#columns = columns;
    this.#spans = columns.map(() => new Spans());
  }

  /** Makes ready for the keys of `rows[0..count)`; whether all their columns are texts. */
  gather(rows: Uint32Array, count: number): boolean {
    for (let index = 0; index < this.#columns.length; index++) {
      this.#spans[index]!.gather(this.#columns[index]!, rows, count);
    }
    return this.#spans.every(({ isText }) => isText);
  }

  /** Where keys are written to from now on. */
  set out(bytes: Uint8Array) {
    if (bytes === this.#out) return;
    this.#out = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Bytes of the key of row `i` of the rows gathered. */
  bytesOf(i: number): number {
    let bytes = FRAME_BYTES;
    for (let index = 0; index < this.#spans.length; index++) {
      bytes += COLUMN_BYTES + this.#spans[index]!.lengths[i]!;
    }
    return bytes;
  }

  /** Writes the key of row `i`, where there is room for it; returns its end, -1 where a text needs escapes. */
  write(i: number, at: number): number {
    const out = this.#out;
    let end = at;
    let seen = 0;
    out[end++] = OPEN;
    for (let index = 0; index < this.#spans.length; index++) {
      const { view, starts, lengths } = this.#spans[index]!;
      if (index > 0) out[end++] = COMMA;
      out[end++] = QUOTE;
      const length = lengths[i]!;
      seen |= copyText(view, starts[i]!, this.#view, end, length);
      end += length;
      out[end++] = QUOTE;
    }
    out[end++] = CLOSE;
    return seen === 0 ? end : -1;
  }
}

/** Copies; not 0 when a byte of it needs an escape. */
function copyText(
  source: DataView,
  from: number,
  out: DataView,
  to: number,
  length: number,
): number {
  let seen = 0;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word = source.getUint32(from + at, true) | 0;
    out.setUint32(to + at, word, true);
    const quote = word ^ 0x22222222;
    const backslash = word ^ 0x5c5c5c5c;
    // A byte's highest bit is set by the borrow when the byte was below what is taken from it.
    seen |= (word - 0x20202020) & ~word;
    seen |= (quote - 0x01010101) & ~quote;
    seen |= (backslash - 0x01010101) & ~backslash;
  }
  for (; at < length; at++) {
    const byte = source.getUint8(from + at);
    out.setUint8(to + at, byte);
    seen |= escaped[byte]!;
  }
  return seen & HIGHS;
}
