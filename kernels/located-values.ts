import { hashed, hashFinish } from '../runtime/hash.ts';

/** What scanning found: for each wanted path (a slot) and row of a block, where its value lies and what it is. */

/** Rows located at a time, before they are written column by column: their records stay in the cache. */
export const BLOCK_ROWS = 512;

export const ValueKind = {
  /** Missing or null. */
  NULL: 0,
  /** A string without escapes; the lanes of its hash are known. */
  TEXT: 1,
  /** A string with escapes, as written between its quotes. */
  ESCAPED_TEXT: 2,
  /** An integer of at most 15 digits in canonical form; its value is known. */
  INTEGER: 3,
  /** Another number whose value is known. */
  DECIMAL: 4,
  /** A number known only by its text. */
  NUMBER: 5,
  FALSE: 6,
  TRUE: 7,
  /** An object or array. */
  CONTAINER: 8,
} as const;

/** `metas` holds length × 16 + kind, so records are shorter than 2^27 bytes. */
export const KIND_MASK = 15;
export const LENGTH_SHIFT = 4;
export const RECORD_BYTES_LIMIT: number = 1 << 27;

/** Numbers a spot has: where the value starts, and of text the lanes of its hash. */
export const SPOT_INTS = 4;
export const SPOT_START = 0;
export const SPOT_LOW = 1;
export const SPOT_HIGH = 2;

/** Cell of (slot, row) is slot × BLOCK_ROWS + row. One slot more than wanted takes what nobody wants. */
export class LocatedValues {
  readonly slots: number;
  readonly metas: Int32Array;
  /** SPOT_INTS for each cell. Hashes are lanes until `finishHashes`. */
  readonly spots: Int32Array;
  readonly numbers: Float64Array;

  constructor(slots: number) {
    const cells = (slots + 1) * BLOCK_ROWS;
    this.slots = slots;
    this.metas = new Int32Array(cells);
    this.spots = new Int32Array(cells * SPOT_INTS);
    this.numbers = new Float64Array(cells);
  }

  /** Makes all values of a row NULL. */
  clearRow(row: number): void {
    for (let slot = 0; slot < this.slots; slot++) this.metas[slot * BLOCK_ROWS + row] = 0;
  }

  /** Makes hashes of a slot's lanes, for all rows below `count`; only those of TEXT mean something. */
  finishHashes(slot: number, count: number): void {
    const { metas, spots } = this;
    const first = slot * BLOCK_ROWS;
    for (let cell = first; cell < first + count; cell++) {
      const spot = cell * SPOT_INTS;
      hashFinish(spots[spot + SPOT_LOW]!, spots[spot + SPOT_HIGH]!, metas[cell]! >> LENGTH_SHIFT);
      spots[spot + SPOT_LOW] = hashed.low;
      spots[spot + SPOT_HIGH] = hashed.high;
    }
  }
}
