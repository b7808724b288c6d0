/** The values of one operation for the rows of a batch, in arrays that are used again for the next batch. */
import type { Dictionary } from '../../runtime/dictionary.ts';
import type { RowBatch } from '../plan.ts';

/** Numbers, or booleans as 0 and 1. */
export interface NumberVector {
  readonly holds: 'numbers';
  /** Finite where not null; anything where null. */
  numbers: Float64Array;
  /** Other than 0 where null; may be another vector's or a column's array. Meaningless unless `mayBeNull`. */
  nulls: Uint8Array;
  mayBeNull: boolean;
}

/** Texts by code: a row is null where its code's entry is not a TEXT (entry 0 never is). */
export interface TextVector {
  readonly holds: 'texts';
  codes: Uint32Array;
  dictionary: Dictionary;
  /** Changes whenever a code may stand for another text than before. */
  epoch: number;
}

/** Values of any type, straight from a column. */
export interface ValueVector {
  readonly holds: 'values';
  /** Index of the column in the batch. */
  readonly column: number;
}

export type Vector = NumberVector | TextVector | ValueVector;

/** Computes one vector; its operands' steps have run before. */
export type Step = (batch: RowBatch) => void;

const NO_NUMBERS = new Float64Array(0);
const NO_NULLS = new Uint8Array(0);

export const numberVector = (): NumberVector => ({
  holds: 'numbers',
  numbers: NO_NUMBERS,
  nulls: NO_NULLS,
  mayBeNull: false,
});

/** Capacity for a batch: of the whole chunk, so that arrays grow once. */
export const capacityOf = (batch: RowBatch): number => Math.max(batch.rows, batch.chunk.rowsMax);

/** Makes room for a batch; only for vectors whose arrays are their own. */
export function reserveNumbers(vector: NumberVector, batch: RowBatch): Float64Array {
  if (vector.numbers.length < batch.rows) vector.numbers = new Float64Array(capacityOf(batch));
  return vector.numbers;
}

/** An array of nulls that a step owns, beside vectors whose `nulls` may be borrowed. */
export function reserveNulls(own: Uint8Array, batch: RowBatch): Uint8Array {
  return own.length < batch.rows ? new Uint8Array(capacityOf(batch)) : own;
}
