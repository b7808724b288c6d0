import { type Dictionary, DictionaryState, EntryType } from './dictionary.ts';
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

const SLOT_INTS = 2;
const SLOTS_AT_FIRST = 1024;
/** Smaller dictionaries have shorter probes: their tables cost little. */
const SPARSE_ENTRIES = 8192;
/** Entries from which on slots and bytes are no longer in the nearest cache. */
const TOUCH_ENTRIES_MIN = 2048;

/** A slot's code, below its type. */
const CODE_BITS = 28;
const CODE_MASK: number = (1 << CODE_BITS) - 1;

// Copies for the loops here: the compiler folds a module's own constants, imported ones it loads every time.
const MASK: number = DictionaryState.MASK;
const TEXT: number = EntryType.TEXT;
const TEXT_BITS: number = TEXT << CODE_BITS;
const finishLow = hashFinishLow;
const finishHigh = hashFinishHigh;

/**
 * The producer's side of a dictionary. Slots hold {low half of the hash, type and code}; code 0 marks a free slot. They
 * and all other state lie in the dictionary's memory, where the decode kernel does the same work on them.
 */
export class DictionaryWriter {
  /** Of no use but that the loads of `touch` are not dropped as useless. */
  touched = 0;
  readonly dictionary: Dictionary;
  readonly #slots: Int32Array;
  readonly #state: Uint32Array;
  readonly #lows = new Int32Array(TEXTS_MAX);
  readonly #view: DataView;
  #source: Uint8Array;
  #sourceView: DataView;

  /** Empties the dictionary, whoever wrote to it before. */
  constructor(dictionary: Dictionary) {
    const { limits, state, slots } = dictionary;
    check(limits.bytesMax < 1 << 29, 'dictionary: bytesMax below 512 MiB');
    check(limits.entriesMax <= CODE_MASK, 'dictionary: codes fit their bits');
    this.dictionary = dictionary;
    this.#view = viewOf(dictionary.bytes);
    this.#source = dictionary.bytes;
    this.#sourceView = this.#view;
    this.#slots = slots;
    this.#state = state;
    const { starts, lengths, hashLow, hashHigh, types, bytes } = dictionary;
    const arrays = [starts, lengths, hashLow, hashHigh, types, bytes, slots];
    state.set([
      ...[0, 0, 0, limits.entriesMax, limits.bytesMax, slots.length / SLOT_INTS],
      ...arrays.map(({ byteOffset }) => byteOffset),
    ]);
    this.reset();
  }

  /** Entries of this epoch; codes run from 1 to it. */
  get entries(): number {
    return this.dictionary.entries;
  }

  /** Bytes of this epoch's entries. */
  get byteCount(): number {
    return this.dictionary.byteCount;
  }

  /** Code of the value; 0 when it is new and the dictionary is full: the caller must start a new epoch. */
  intern(type: number, bytes: Uint8Array, start: number, end: number): number {
    hash64(type, bytes, start, end);
    const { low, high } = hashed;
    this.#setSource(bytes);
    const slots = this.#slots;
    const mask = this.#state[MASK]!;
    let at = (low & mask) << 1;
    // Ends: at least half of the slots are free.
    while (slots[at + 1] !== 0) {
      const code = slots[at + 1]! & CODE_MASK;
      const isTyped = slots[at] === low && slots[at + 1]! >>> CODE_BITS === type;
      if (isTyped && this.#holds(code, start, end - start)) return code;
      at = (at + SLOT_INTS) & (2 * mask + 1);
    }
    return this.#append(at, type, start, end - start, low, high);
  }

  /** Whether the source's bytes are those of the entry. */
  #holds(code: number, start: number, length: number): boolean {
    const { starts, lengths } = this.dictionary;
    if (lengths[code] !== length) return false;
    return equal(this.#sourceView, start, this.#view, starts[code]!, length);
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
      if (this.entries >= TOUCH_ENTRIES_MIN) this.#touch(some);
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
    const mask = this.#state[MASK]!;
    const lows = this.#lows;
    const { bytes, starts } = this.dictionary;
    let sum = 0;
    for (let i = 0; i < count; i++)
      sum ^= starts[slots[((lows[i]! & mask) << 1) + 1]! & CODE_MASK]!;
    for (let i = 0; i < count; i++) {
      sum ^= bytes[starts[slots[((lows[i]! & mask) << 1) + 1]! & CODE_MASK]!]!;
    }
    this.touched = sum;
  }

  #lookUp(spots: Int32Array, from: number, count: number, codes: Uint32Array, row: number): number {
    const source = this.#sourceView;
    const view = this.#view;
    const lows = this.#lows;
    const slots = this.#slots;
    const { starts, lengths } = this.dictionary;
    let mask = this.#state[MASK]!;
    for (let i = 0; i < count; i++) {
      const spot = from + i * SPOT_INTS;
      const start = spots[spot]!;
      const length = spots[spot + SPOT_LENGTH]!;
      const low = lows[i]!;
      let at = (low & mask) << 1;
      let entry = slots[at + 1]!;
      while (entry !== 0) {
        const code = entry & CODE_MASK;
        if (slots[at] === low && (entry ^ TEXT_BITS) === code && lengths[code] === length) {
          if (equal(source, start, view, starts[code]!, length)) break;
        }
        at = (at + SLOT_INTS) & (2 * mask + 1);
        entry = slots[at + 1]!;
      }
      let code = entry & CODE_MASK;
      if (code === 0) {
        const high = finishHigh(spots[spot + SPOT_HIGH]!, low);
        code = this.#append(at, TEXT, start, length, low, high);
        if (code === 0) return i;
        mask = this.#state[MASK]!;
      }
      codes[row + i] = code;
    }
    return count;
  }

  /** Starts a new epoch: codes and entries from before are gone. */
  reset(): void {
    const slotsAtFirst = Math.min(SLOTS_AT_FIRST, this.#slots.length / SLOT_INTS);
    this.#slots.fill(0, 0, slotsAtFirst * SLOT_INTS);
    this.#state[MASK] = slotsAtFirst - 1;
    this.#state[DictionaryState.ENTRIES] = 0;
    this.#state[DictionaryState.BYTE_COUNT] = 0;
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
    const code = this.entries + 1;
    const to = this.byteCount;
    if (code > limits.entriesMax || to + length > limits.bytesMax) return 0;
    const source = this.#source;
    for (let i = 0; i < length; i++) bytes[to + i] = source[start + i]!;
    dictionary.starts[code] = to;
    // The kernel takes lengths from it: entries lie end to end.
    dictionary.starts[code + 1] = to + length;
    dictionary.lengths[code] = length;
    dictionary.hashLow[code] = low;
    dictionary.hashHigh[code] = high;
    dictionary.types[code] = type;
    this.#slots[at] = low;
    this.#slots[at + 1] = (type << CODE_BITS) | code;
    this.#state[DictionaryState.ENTRIES] = code;
    this.#state[DictionaryState.BYTE_COUNT] = to + length;
    const mask = this.#state[MASK]!;
    const loadInverse = code < SPARSE_ENTRIES ? 4 : 2;
    if (code * loadInverse > mask && (mask + 1) * SLOT_INTS < this.#slots.length)
      this.#grow(2 * mask + 1);
    return code;
  }

  /** In place: all that a slot says stands in its entry. */
  #grow(mask: number): void {
    const slots = this.#slots;
    const { hashLow, types } = this.dictionary;
    slots.fill(0, 0, (mask + 1) * SLOT_INTS);
    for (let code = 1; code <= this.entries; code++) {
      let slot = hashLow[code]! & mask;
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = hashLow[code]!;
      slots[2 * slot + 1] = (types[code]! << CODE_BITS) | code;
    }
    this.#state[MASK] = mask;
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
