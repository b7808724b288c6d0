/** Rows of a chunk that are folded together, and rows removed from them. */
import { Tag } from '../runtime/chunk.ts';
import type { ExpressionValues } from '../views/plan.ts';

/** Rows `rows[0..count)` of the chunk, or rows 0..count when null, and the first cell of each one's group. */
export interface Selection {
  rows: Uint32Array | null;
  at: Uint32Array;
  count: number;
}

/** A selection that shrinks in place, begun as a copy of another. */
export class Narrowed implements Selection {
  rows: Uint32Array = new Uint32Array(0);
  at: Uint32Array = new Uint32Array(0);
  count = 0;

  /** Keeps those rows of `from` (which may be this) whose value is true. */
  keepTrue(from: Selection, { nulls, numbers }: ExpressionValues): void {
    const { rows, at, count } = this.#begin(from);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!;
      if (nulls[row] === 0 && numbers[row] !== 0) {
        this.rows[kept] = row;
        this.at[kept++] = at[i]!;
      }
    }
    this.count = kept;
  }

  /** Drops the rows of `from` (which may be this) whose tag is NULL. */
  dropNullTags(from: Selection, tags: Uint8Array): void {
    const { rows, at, count } = this.#begin(from);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!;
      if (tags[row] !== Tag.NULL) {
        this.rows[kept] = row;
        this.at[kept++] = at[i]!;
      }
    }
    this.count = kept;
  }

  /** Drops the rows of `from` (which may be this) where `nulls` is set. */
  dropNulls(from: Selection, nulls: Uint8Array): void {
    const { rows, at, count } = this.#begin(from);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!;
      if (nulls[row] === 0) {
        this.rows[kept] = row;
        this.at[kept++] = at[i]!;
      }
    }
    this.count = kept;
  }

  #begin(from: Selection): Selection {
    if (this.rows.length < from.count) {
      this.rows = new Uint32Array(from.count);
      this.at = new Uint32Array(from.count);
    }
    return from;
  }
}
