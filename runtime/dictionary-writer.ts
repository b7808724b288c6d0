import { type Dictionary, EntryType } from './dictionary.ts';
import { check } from './errors.ts';
import { hash64, hashed, hashFinishHigh, hashFinishLow } from './hash.ts';

/**
 * A text located in bytes is SPOT_INTS numbers, its spot: where it starts, its length, and the lanes of its hash (of
 * EntryType.TEXT, not finished).
 */
export const SPOT_INTS = 4;
export const SPOT_START = 0;
export const SPOT_LENGTH = 1;
export const SPOT_LOW = 2;
export const SPOT_HIGH = 3;

/** Texts that `internTexts` takes at a time. */
const TEXTS_MAX = 512;

const SLOT_INTS = 4;
const SLOTS_AT_FIRST = 1024;
/** Entries from which on slots and bytes are no longer in the nearest cache. */
const TOUCH_ENTRIES_MIN = 2048;

// Copies for the loops here: the compiler folds a module's own constants, imported ones it loads every time.
const TEXT: number = EntryType.TEXT;
const finishLow = hashFinishLow;
const finishHigh = hashFinishHigh;

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
  readonly #lows = new Int32Array(TEXTS_MAX);
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
    const { low, high } = hashed;
    this.#setSource(bytes);
    const slots = this.#slots;
    const size = ((end - start) << 2) | type;
    let at = (low & this.#mask) << 2;
    // Ends: at least half of the slots are free.
    while (slots[at + 1] !== 0) {
      if (slots[at] === low && slots[at + 3] === size) {
        if (equal(this.#sourceView, start, this.#view, slots[at + 2]!, end - start)) {
          return slots[at + 1]!;
        }
      }
      at = (at + SLOT_INTS) & (slots.length - 1);
    }
    return this.#append(at, type, start, end - start, low, high);
  }

  /**
   * Interns `count` texts of `bytes` whose spots begin at `spots[from]` and writes their codes to `codes[row]` and on.
   * Returns how many: fewer than `count` when the dictionary is full. The same as `intern` of each, but faster.
   */
  internTexts(
    bytes: Uint8Array,
    spots: Int32Array,
    from: number,
    count: number,
    codes: Uint32Array,
    row: number,
  ): number {
    this.#setSource(bytes);
    for (let done = 0; done < count; done += TEXTS_MAX) {
      const some = Math.min(count - done, TEXTS_MAX);
      const first = from + done * SPOT_INTS;
      finishLows(this.#lows, spots, first, some);
      if (this.#entries >= TOUCH_ENTRIES_MIN) this.#touch(some);
      const interned = this.#lookUp(spots, first, some, codes, row + done);
      if (interned < some) return done + interned;
    }
    return count;
  }

  #setSource(bytes: Uint8Array): void {
    if (bytes === this.#source) return;
    this.#source = bytes;
    this.#sourceView = viewOf(bytes);
  }

  /**
   * Loads the slots and bytes that look-ups will need. Out of cache one look-up waits for two loads in a row; here the
   * processor overlaps those of all.
   */
  #touch(count: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    const lows = this.#lows;
    const { bytes } = this.dictionary;
    let sum = 0;
    for (let i = 0; i < count; i++) sum ^= slots[((lows[i]! & mask) << 2) + 1]!;
    for (let i = 0; i < count; i++) sum ^= bytes[slots[((lows[i]! & mask) << 2) + 2]!]!;
    this.touched = sum;
  }

  #lookUp(spots: Int32Array, from: number, count: number, codes: Uint32Array, row: number): number {
    const source = this.#sourceView;
    const view = this.#view;
    const lows = this.#lows;
    let slots = this.#slots;
    let mask = slots.length - 1;
    for (let i = 0; i < count; i++) {
      const spot = from + i * SPOT_INTS;
      const start = spots[spot]!;
      const length = spots[spot + SPOT_LENGTH]!;
      const low = lows[i]!;
      const size = (length << 2) | TEXT;
      let at = (low << 2) & mask;
      let code = slots[at + 1]!;
      while (code !== 0) {
        if (slots[at] === low && slots[at + 3] === size) {
          if (equal(source, start, view, slots[at + 2]!, length)) break;
        }
        at = (at + SLOT_INTS) & mask;
        code = slots[at + 1]!;
      }
      if (code === 0) {
        const high = finishHigh(spots[spot + SPOT_HIGH]!, low);
        code = this.#append(at, TEXT, start, length, low, high);
        if (code === 0) return i;
        slots = this.#slots;
        mask = slots.length - 1;
      }
      codes[row + i] = code;
    }
    return count;
  }

  /** Starts a new epoch: codes and entries from before are gone. */
  reset(): void {
    this.#slots.fill(0);
    this.#entries = 0;
    this.#byteCount = 0;
  }

  #append(
    at: number,
    type: number,
    start: number,
    length: number,
    low: number,
    high: number,
  ): number {
    const { dictionary } = this;
    const { limits, bytes } = dictionary;
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

function finishLows(lows: Int32Array, spots: Int32Array, from: number, count: number): void {
  for (let i = 0; i < count; i++) {
    const spot = from + i * SPOT_INTS;
    lows[i] = finishLow(
      spots[spot + SPOT_LOW]!,
      spots[spot + SPOT_HIGH]!,
      spots[spot + SPOT_LENGTH]!,
    );
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
