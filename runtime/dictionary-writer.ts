import { type Dictionary, EntryType } from './dictionary.ts';
import { check } from './errors.ts';
import { hash64, hashed } from './hash.ts';

const SLOT_INTS = 4;
const SLOTS_AT_FIRST = 1024;
/** Entries from which on slots and bytes are not in the nearest caches. */
const TOUCH_ENTRIES_MIN = 16_384;

/**
 * The producer's side of a dictionary. Slots hold {low half of the hash, code, start, length × 4 + type}, so that a
 * look-up touches one line of the table and one of the entry's bytes; code 0 marks a free slot.
 */
export class DictionaryWriter {
  /** Of no use but that the loads of `touch` are not dropped as useless. */
  touched = 0;
  readonly dictionary: Dictionary;
  #slots = new Int32Array(SLOTS_AT_FIRST * SLOT_INTS);
  #mask = SLOTS_AT_FIRST - 1;
  #entries = 0;
  #byteCount = 0;
  readonly #view: DataView;
  #source: Uint8Array;
  #sourceView: DataView;

  constructor(dictionary: Dictionary) {
    check(dictionary.limits.bytesMax < 1 << 29, 'dictionary: bytesMax below 512 MiB');
    this.dictionary = dictionary;
    this.#view = viewOf(dictionary.bytes);
    this.#source = dictionary.bytes;
    this.#sourceView = this.#view;
  }

  /** Entries of this epoch; codes run from 1 to it. */
  get entries(): number {
    return this.#entries;
  }

  /** Bytes of this epoch's entries. */
  get byteCount(): number {
    return this.#byteCount;
  }

  /** Code of the value; 0 when it is new and the dictionary is full: the caller must start a new epoch. */
  intern(type: number, bytes: Uint8Array, start: number, end: number): number {
    hash64(type, bytes, start, end);
    return this.internHashed(type, bytes, start, end, hashed.low, hashed.high);
  }

  /** The same for a value whose hash is known. */
  internHashed(
    type: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    low: number,
    high: number,
  ): number {
    if (bytes !== this.#source) {
      this.#source = bytes;
      this.#sourceView = viewOf(bytes);
    }
    const slots = this.#slots;
    const mask = this.#mask;
    const size = ((end - start) << 2) | type;
    let slot = low & mask;
    // Ends: at least half of the slots are free.
    for (;;) {
      const at = slot << 2;
      const code = slots[at + 1]!;
      if (code === 0) return this.#append(at, type, start, end, low, high);
      if (
        slots[at] === low &&
        slots[at + 3] === size &&
        equal(this.#sourceView, start, this.#view, slots[at + 2]!, end - start)
      ) {
        return code;
      }
      slot = (slot + 1) & mask;
    }
  }

  /**
   * Loads the slots and bytes that look-ups of hashes will need, given low halves at `from`, `from` + `stride`, …. Out of cache one look-up waits for two loads in a
   * row; here the processor overlaps those of all.
   */
  touch(lows: Int32Array, from: number, count: number, stride: number): void {
    if (this.#entries < TOUCH_ENTRIES_MIN) return;
    const slots = this.#slots;
    const mask = this.#mask;
    const { bytes } = this.dictionary;
    let sum = 0;
    const to = from + count * stride;
    for (let i = from; i < to; i += stride) sum ^= slots[((lows[i]! & mask) << 2) + 1]!;
    for (let i = from; i < to; i += stride) sum ^= bytes[slots[((lows[i]! & mask) << 2) + 2]!]!;
    this.touched = sum;
  }

  /** Starts a new epoch: codes and entries from before are gone. */
  reset(): void {
    this.#slots.fill(0);
    this.#entries = 0;
    this.#byteCount = 0;
  }

  #append(at: number, type: number, start: number, end: number, low: number, high: number): number {
    const { dictionary } = this;
    const { limits, bytes } = dictionary;
    const length = end - start;
    const code = this.#entries + 1;
    const to = this.#byteCount;
    if (code > limits.entriesMax || to + length > limits.bytesMax) return 0;
    const source = this.#source;
    for (let i = 0; i < length; i++) bytes[to + i] = source[start + i]!;
    dictionary.starts[code] = to;
    dictionary.lengths[code] = length;
    dictionary.hashLow[code] = low;
    dictionary.hashHigh[code] = high;
    dictionary.types[code] = type;
    const slots = this.#slots;
    slots[at] = low;
    slots[at + 1] = code;
    slots[at + 2] = to;
    slots[at + 3] = (length << 2) | type;
    this.#entries = code;
    this.#byteCount = to + length;
    if (code * 2 > this.#mask) this.#grow();
    return code;
  }

  #grow(): void {
    const from = this.#slots;
    const slots = new Int32Array(from.length * 2);
    const mask = this.#mask * 2 + 1;
    for (let at = 0; at < from.length; at += SLOT_INTS) {
      if (from[at + 1] === 0) continue;
      let slot = from[at]! & mask;
      while (slots[(slot << 2) + 1] !== 0) slot = (slot + 1) & mask;
      for (let i = 0; i < SLOT_INTS; i++) slots[(slot << 2) + i] = from[at + i]!;
    }
    this.#slots = slots;
    this.#mask = mask;
  }
}

/** Type and text of an entry, for tests, tools and result rows that need a string. */
export function entryText(dictionary: Dictionary, code: number): string {
  const start = dictionary.starts[code]!;
  // Copied: TextDecoder of some hosts refuses shared memory.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    dictionary.bytes.slice(start, start + dictionary.lengths[code]!),
  );
}

export const isText = (dictionary: Dictionary, code: number): boolean =>
  dictionary.types[code] === EntryType.TEXT;

const viewOf = (bytes: Uint8Array) =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Word by word; the last word overlaps the one before, so that nothing past the ends is read. */
function equal(a: DataView, atA: number, b: DataView, atB: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) {
      if (a.getUint8(atA + i) !== b.getUint8(atB + i)) return false;
    }
    return true;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4) {
    if (a.getInt32(atA + i, true) !== b.getInt32(atB + i, true)) return false;
  }
  return a.getInt32(atA + last, true) === b.getInt32(atB + last, true);
}
