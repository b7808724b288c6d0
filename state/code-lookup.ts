/**
 * Key code → group of one table, for as long as codes keep their meaning. A flat array while the codes are dense enough
 * for the table's size, a hash table otherwise: a tiny window must not cost memory in proportion to the dictionary.
 */
import { freeArrays } from '../runtime/free-arrays.ts';

const FLAT_MIN = 16 * 1024;
/** Flat entries a group: above it a flat array becomes a hash table, below half of it the other way round. */
const FLAT_PER_GROUP = 8;
const SLOTS_MIN = 64;

export class CodeLookup {
  /** Group + 1 by code; 0 is unknown. Null while hashed. */
  #flat: Uint32Array | null = new Uint32Array(0);
  /** {code, group + 1} pairs; 0 is free. */
  #slots = new Uint32Array(0);
  #mask = 0;
  /** Codes it knows. */
  known = 0;
  /** Codes that it is expected to know. */
  readonly #expected: number;
  /** Largest code it was prepared for. */
  #codeMax = -1;

  constructor(expected: number) {
    this.#expected = expected;
  }

  get memoryBytes(): number {
    return (this.#flat?.byteLength ?? 0) + this.#slots.byteLength;
  }

  /** Gives its memory back; it is not used any more. */
  giveBack(): void {
    freeArrays(this.#slots, ...(this.#flat === null ? [] : [this.#flat]));
  }

  /** Prepares for codes up to `codeMax`. */
  reserve(codeMax: number): void {
    this.#codeMax = Math.max(this.#codeMax, codeMax);
    const needed = this.#codeMax + 1;
    const flat = this.#flat;
    if (flat !== null) {
      if (needed <= flat.length) return;
      if (needed > this.#flatMax(FLAT_PER_GROUP)) {
        this.#toHash();
      } else {
        this.#flat = new Uint32Array(powerOfTwo(needed));
        this.#flat.set(flat);
      }
    } else if (needed <= this.#flatMax(FLAT_PER_GROUP / 2)) {
      this.#toFlat(needed);
    }
  }

  /** Writes group + 1 of each code, 0 where unknown, to `at`; lists the unknown rows in `missed` and returns their number. */
  find(codes: Uint32Array, count: number, at: Uint32Array, missed: Uint32Array): number {
    const flat = this.#flat;
    if (flat === null) return this.#findHashed(codes, count, at, missed);
    const end = flat.length;
    let misses = 0;
    for (let row = 0; row < count; row++) {
      const code = codes[row]!;
      const found = code < end ? flat[code]! : 0;
      at[row] = found;
      // Which rows are the first of a group is anyone's guess: no branch.
      missed[misses] = row;
      misses += Number(found === 0);
    }
    return misses;
  }

  /** Group + 1 of one code; 0 when unknown. */
  get(code: number): number {
    if (this.#flat !== null) return this.#flat[code]!;
    return this.#slots.length === 0 ? 0 : this.#slots[this.#slotOf(code) + 1]!;
  }

  /** Learns a code that is unknown and not above the last `reserve`. */
  set(code: number, group: number): void {
    this.known++;
    if (this.#flat !== null) {
      this.#flat[code] = group + 1;
      return;
    }
    if (this.known * 4 > this.#slots.length) this.#rehash(this.#slots.length * 2);
    this.#put(code, group + 1);
  }

  /**
   * Learns the unknown ones of the codes at `places`, none above the last `reserve`, as groups from `first` on. Writes
   * group + 1 of each place to `at` and the place of each new group's first row to `fresh`; returns the number of groups.
   */
  learn(
    codes: Uint32Array,
    places: Uint32Array,
    count: number,
    first: number,
    at: Uint32Array,
    fresh: Uint32Array,
  ): number {
    const flat = this.#flat;
    let made = 0;
    for (let i = 0; i < count; i++) {
      const place = places[i]!;
      const code = codes[place]!;
      fresh[made] = place;
      if (flat === null) {
        if (this.get(code) === 0) this.set(code, first + made++);
        at[place] = this.get(code);
      } else {
        const known = flat[code]!;
        const isNew = Number(known === 0);
        const found = known | Math.imul(isNew, first + made + 1);
        flat[code] = found;
        at[place] = found;
        made += isNew;
      }
    }
    if (flat !== null) this.known += made;
    return made;
  }

  /** Codes are numbered anew by `rename`; group by group. */
  rename(rename: (code: number) => number): void {
    const pairs = this.#pairs();
    let codeMax = -1;
    for (let pair = 0; pair < pairs.length; pair += 2) {
      pairs[pair] = rename(pairs[pair]!);
      codeMax = Math.max(codeMax, pairs[pair]!);
    }
    this.#flat = new Uint32Array(0);
    this.#slots = new Uint32Array(0);
    this.#codeMax = -1;
    this.reserve(codeMax);
    this.known = 0;
    for (let pair = 0; pair < pairs.length; pair += 2) this.set(pairs[pair]!, pairs[pair + 1]! - 1);
  }

  #flatMax(perGroup: number): number {
    return Math.max(FLAT_MIN, perGroup * Math.max(this.known, this.#expected));
  }

  #findHashed(codes: Uint32Array, count: number, at: Uint32Array, missed: Uint32Array): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let misses = 0;
    for (let row = 0; row < count; row++) {
      const code = codes[row]!;
      let slot = (Math.imul(code, 0x9e3779b1) >>> 7) & mask;
      while (slots[2 * slot + 1] !== 0 && slots[2 * slot] !== code) slot = (slot + 1) & mask;
      const found = slots[2 * slot + 1]!;
      at[row] = found;
      if (found === 0) missed[misses++] = row;
    }
    return misses;
  }

  /** Index of the pair that holds the code, or of the free one where it belongs. */
  #slotOf(code: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    // The multiplier's upper bits are the well mixed ones.
    let slot = (Math.imul(code, 0x9e3779b1) >>> 7) & mask;
    while (slots[2 * slot + 1] !== 0 && slots[2 * slot] !== code) slot = (slot + 1) & mask;
    return 2 * slot;
  }

  #put(code: number, found: number): void {
    const slot = this.#slotOf(code);
    this.#slots[slot] = code;
    this.#slots[slot + 1] = found;
  }

  #rehash(length: number): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(length);
    this.#mask = length / 2 - 1;
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] !== 0) this.#put(old[at]!, old[at + 1]!);
    }
  }

  #toHash(): void {
    const pairs = this.#pairs();
    this.#flat = null;
    this.#slots = new Uint32Array(0);
    this.#rehash(2 * powerOfTwo(Math.max(SLOTS_MIN, this.known * 2)));
    for (let at = 0; at < pairs.length; at += 2) this.#put(pairs[at]!, pairs[at + 1]!);
  }

  #toFlat(needed: number): void {
    const pairs = this.#pairs();
    this.#slots = new Uint32Array(0);
    this.#flat = new Uint32Array(powerOfTwo(needed));
    for (let at = 0; at < pairs.length; at += 2) this.#flat[pairs[at]!] = pairs[at + 1]!;
  }

  /** {code, group + 1} of all that is known. */
  #pairs(): Uint32Array {
    const pairs = new Uint32Array(2 * this.known);
    let at = 0;
    const flat = this.#flat;
    const put = (code: number, found: number) => {
      pairs[at++] = code;
      pairs[at++] = found;
    };
    if (flat !== null) {
      for (let code = 0; code < flat.length; code++) if (flat[code] !== 0) put(code, flat[code]!);
    } else {
      const slots = this.#slots;
      for (let i = 0; i < slots.length; i += 2)
        if (slots[i + 1] !== 0) put(slots[i]!, slots[i + 1]!);
    }
    return pairs;
  }
}

function powerOfTwo(atLeast: number): number {
  let size = 1;
  while (size < atLeast) size *= 2;
  return size;
}
