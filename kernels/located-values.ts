import { SPOT_INTS } from '../runtime/dictionary-writer.ts';
import { type Arrays, heapArrays } from './kernel-area.ts';

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

/** Cell of (slot, row) is slot × BLOCK_ROWS + row. One slot more than wanted takes what nobody wants. */
export class LocatedValues {
  readonly slots: number;
  /** ValueKind of each cell. */
  readonly kinds: Uint8Array;
  /** SPOT_INTS for each cell; see runtime/dictionary-writer.ts. Lanes are those of TEXT only, and not of the kernel's. */
  readonly spots: Int32Array;
  /** Of INTEGER and DECIMAL. */
  readonly numbers: Float64Array;

  constructor(slots: number, arrays: Arrays = heapArrays) {
    const cells = (slots + 1) * BLOCK_ROWS;
    this.slots = slots;
    this.kinds = arrays.bytes(cells);
    this.spots = arrays.ints(cells * SPOT_INTS);
    this.numbers = arrays.floats(cells);
  }

  /** Makes all values of rows below `count` NULL. */
  clear(count: number): void {
    for (let slot = 0; slot < this.slots; slot++) {
      this.kinds.fill(ValueKind.NULL, slot * BLOCK_ROWS, slot * BLOCK_ROWS + count);
    }
  }

  /** Makes all values of a row NULL. */
  clearRow(row: number): void {
    for (let slot = 0; slot < this.slots; slot++)
      this.kinds[slot * BLOCK_ROWS + row] = ValueKind.NULL;
  }
}
