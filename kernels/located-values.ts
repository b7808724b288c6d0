/** What scanning found: for each wanted path (a slot) and row of a block, where its value lies and what it is. */

/** Rows located at a time, before they are written column by column: their records stay in the cache. */
export const BLOCK_ROWS = 512;

export const ValueKind = {
  /** Missing or null. */
  NULL: 0,
  /** A string without escapes; its hash is known. */
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

/** Cell of (slot, row) is slot × BLOCK_ROWS + row. One slot more than wanted takes what nobody wants. */
export class LocatedValues {
  readonly slots: number;
  readonly metas: Int32Array;
  readonly starts: Int32Array;
  readonly hashLow: Int32Array;
  readonly hashHigh: Int32Array;
  readonly numbers: Float64Array;

  constructor(slots: number) {
    const cells = (slots + 1) * BLOCK_ROWS;
    this.slots = slots;
    this.metas = new Int32Array(cells);
    this.starts = new Int32Array(cells);
    this.hashLow = new Int32Array(cells);
    this.hashHigh = new Int32Array(cells);
    this.numbers = new Float64Array(cells);
  }

  /** Makes all values of a row NULL. */
  clearRow(row: number): void {
    for (let slot = 0; slot < this.slots; slot++) this.metas[slot * BLOCK_ROWS + row] = 0;
  }
}
