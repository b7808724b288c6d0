/** Numbers tuples of codes, from 1: for keys of several columns whose codes do not fit side by side. */
import type { KeyColumn } from './key-text.ts';

const SLOTS_MIN = 1024;
/** Tuples of an epoch that may be known at once; then all codes start anew. */
const TUPLES_MAX = 1 << 22;

export class TupleCodes {
  readonly #width: number;
  /** Tuple's number; 0 is free. */
  #slots = new Uint32Array(0);
  #mask = 0;
  /** Codes of tuple t at t × width. */
  #codes = new Uint32Array(0);
  #count = 0;
  readonly #tuple: Uint32Array;

  constructor(width: number) {
    this.#width = width;
    this.#tuple = new Uint32Array(width);
  }

  get memoryBytes(): number {
    return this.#slots.byteLength + this.#codes.byteLength;
  }

  get full(): boolean {
    return this.#count > TUPLES_MAX;
  }

  reset(): void {
    if (this.#count === 0) return;
    this.#slots = new Uint32Array(0);
    this.#codes = new Uint32Array(0);
    this.#count = 0;
  }

  /** Numbers of the rows' tuples, written to `out`. */
  intern(
    columns: readonly KeyColumn[],
    rows: Uint32Array | null,
    count: number,
    out: Uint32Array,
  ): void {
    const tuple = this.#tuple;
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!;
      for (let index = 0; index < tuple.length; index++) tuple[index] = columns[index]!.codes[row]!;
      out[i] = this.#number();
    }
  }

  /** The number of the tuple of nulls. */
  nullCode(): number {
    this.#tuple.fill(0);
    return this.#number();
  }

  #number(): number {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#grow();
    const tuple = this.#tuple;
    const width = this.#width;
    const codes = this.#codes;
    let hash = 0;
    for (let index = 0; index < width; index++) hash = mix(hash, tuple[index]!);
    let slot = hash & this.#mask;
    for (;;) {
      const number = this.#slots[slot]!;
      if (number === 0) return this.#add(slot);
      let same = 0;
      while (same < width && codes[number * width + same] === tuple[same]) same++;
      if (same === width) return number;
      slot = (slot + 1) & this.#mask;
    }
  }

  #add(slot: number): number {
    const number = ++this.#count;
    this.#slots[slot] = number;
    this.#codes.set(this.#tuple, number * this.#width);
    return number;
  }

  #grow(): void {
    const size = Math.max(SLOTS_MIN, this.#slots.length * 2);
    const width = this.#width;
    const codes = new Uint32Array((size / 2 + 1) * width);
    codes.set(this.#codes);
    this.#codes = codes;
    this.#slots = new Uint32Array(size);
    this.#mask = size - 1;
    for (let number = 1; number <= this.#count; number++) {
      let hash = 0;
      for (let index = 0; index < width; index++) hash = mix(hash, codes[number * width + index]!);
      let slot = hash & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = number;
    }
  }
}

function mix(hash: number, code: number): number {
  const mixed = Math.imul(hash ^ code, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
