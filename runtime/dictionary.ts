/**
 * Dictionaries of `dict32` and `value` columns: typed values by code, append-only within an epoch. Entries lie in shared
 * memory and are complete before the chunk that uses them is published; the slot table that finds a code lies there too,
 * for the producer's kernel, but is the producer's own. Code 0 means no value.
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

/** Kernels compare 16 bytes at a time: so much may be read, never used, behind the last entry. */
const SLACK_BYTES = 64;
const STATE_BYTES = 64;
const SLOT_BYTES = 8;
/** Four words and the type. */
const ENTRY_BYTES = 17;
const SLOTS_MIN = 8;

/** Places in a dictionary's state; the rest of it are addresses, for the kernel (kernels/c/dictionary.h). */
export const DictionaryState = { MASK: 0, ENTRIES: 1, BYTE_COUNT: 2 } as const;

/** Slots of the largest table: a power of two, at most half of them full. */
const slotsMaxOf = (entriesMax: number): number =>
  Math.max(SLOTS_MIN, 2 ** Math.ceil(Math.log2(2 * entriesMax)));

/** Bytes of address space; what is never touched costs no memory. */
export function dictionaryBytes({ entriesMax, bytesMax }: DictionaryLimits): number {
  const entries = 4 * align(4 * (entriesMax + 2)) + align(entriesMax + 2);
  const table = STATE_BYTES + align(SLOT_BYTES * slotsMaxOf(entriesMax));
  return entries + align(bytesMax + SLACK_BYTES) + table;
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
  /** The producer's: see runtime/dictionary-writer.ts. */
  readonly state: Uint32Array;
  readonly slots: Int32Array;

  constructor(buffer: ArrayBufferLike, offset: number, limits: DictionaryLimits) {
    // One for code 0, one for the end of the last.
    const entries = limits.entriesMax + 2;
    const step = align(4 * entries);
    this.limits = limits;
    this.starts = new Uint32Array(buffer, offset, entries);
    this.lengths = new Uint32Array(buffer, offset + step, entries);
    this.hashLow = new Uint32Array(buffer, offset + 2 * step, entries);
    this.hashHigh = new Uint32Array(buffer, offset + 3 * step, entries);
    this.types = new Uint8Array(buffer, offset + 4 * step, entries);
    const bytesAt = offset + 4 * step + align(entries);
    this.bytes = new Uint8Array(buffer, bytesAt, limits.bytesMax);
    const stateAt = bytesAt + align(limits.bytesMax + SLACK_BYTES);
    this.state = new Uint32Array(buffer, stateAt, STATE_BYTES / 4);
    this.slots = new Int32Array(buffer, stateAt + STATE_BYTES, 2 * slotsMaxOf(limits.entriesMax));
  }

  /** Codes run from 1 to it. */
  get entries(): number {
    return this.state[DictionaryState.ENTRIES]!;
  }

  /** Of all entries. */
  get byteCount(): number {
    return this.state[DictionaryState.BYTE_COUNT]!;
  }

  /** About what of it is resident: slots, entries, and what these stand for. */
  get memoryBytes(): number {
    const slots = this.state[DictionaryState.MASK]! + 1;
    return SLOT_BYTES * slots + ENTRY_BYTES * this.entries + this.byteCount;
  }
}
