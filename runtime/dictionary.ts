/**
 * Dictionaries of `dict32` and `value` columns: typed values by code, append-only within an epoch. Entries lie in shared
 * memory and are complete before the chunk that uses them is published; the slot table that finds a code is the
 * producer's own. Code 0 means no value.
 */

/** Types of dictionary entries, in the order in which values of mixed types compare: numbers before text. */
export const EntryType = { NUMBER: 1, BOOLEAN: 2, TEXT: 3 } as const;

export interface DictionaryLimits {
  /** Entries of one dictionary before its epoch ends. */
  readonly entriesMax: number;
  /** Bytes of all its entries before its epoch ends. */
  readonly bytesMax: number;
}

const align = (bytes: number) => (bytes + 63) & ~63;

export function dictionaryBytes({ entriesMax, bytesMax }: DictionaryLimits): number {
  return 4 * align(4 * (entriesMax + 1)) + align(entriesMax + 1) + align(bytesMax);
}

/** The shared part: what readers see. */
export class Dictionary {
  /** Start of each entry in `bytes`, and its length. */
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  /** 64-bit hash of (type, bytes) of each entry: equal to what a hash64 column holds for the value. */
  readonly hashLow: Uint32Array;
  readonly hashHigh: Uint32Array;
  /** EntryType of each entry. */
  readonly types: Uint8Array;
  /** Text as UTF-8 without escapes; numbers in canonical form; `true` and `false`. */
  readonly bytes: Uint8Array;
  readonly limits: DictionaryLimits;

  constructor(buffer: ArrayBufferLike, offset: number, limits: DictionaryLimits) {
    const entries = limits.entriesMax + 1;
    const step = align(4 * entries);
    this.limits = limits;
    this.starts = new Uint32Array(buffer, offset, entries);
    this.lengths = new Uint32Array(buffer, offset + step, entries);
    this.hashLow = new Uint32Array(buffer, offset + 2 * step, entries);
    this.hashHigh = new Uint32Array(buffer, offset + 3 * step, entries);
    this.types = new Uint8Array(buffer, offset + 4 * step, entries);
    this.bytes = new Uint8Array(buffer, offset + 4 * step + align(entries), limits.bytesMax);
  }
}
