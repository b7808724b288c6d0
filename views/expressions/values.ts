/** Comparisons of two columns whose types nobody declared: by value, where both are of one type. */
import { RowStatus, Tag } from '../../runtime/chunk.ts';
import type { Dictionary } from '../../runtime/dictionary.ts';
import type { RowBatch } from '../plan.ts';
import { compareSpans, isTextCode, spanOf } from './bytes.ts';
import { columnOf } from './leaves.ts';
import {
  type NumberVector,
  numberVector,
  reserveNulls,
  reserveNumbers,
  type Step,
  type ValueVector,
} from './vectors.ts';

interface Computed {
  readonly vector: NumberVector;
  readonly step: Step;
}

/** Result of `compareValues` when both have a value, but of different types. */
export const DIFFERENT = 2;
/** Result when one has none. */
const NOTHING = 3;

/** What a comparison says of -1, 0, 1 and DIFFERENT; undefined is null. */
const outcomes: Readonly<Record<string, readonly (0 | 1 | undefined)[]>> = {
  equal_value: [0, 1, 0, 0],
  not_equal_value: [1, 0, 1, 1],
  less_value: [1, 0, 0, undefined],
  less_or_equal_value: [1, 1, 0, undefined],
  greater_value: [0, 0, 1, undefined],
  greater_or_equal_value: [0, 1, 1, undefined],
};

export const isValueComparison = (overload: string): boolean => Object.hasOwn(outcomes, overload);

export function compareValues(overload: string, a: ValueVector, b: ValueVector): Computed {
  const vector = numberVector();
  const table = outcomes[overload] ?? [];
  // Booleans are equal or not, but have no order.
  const ordered = table[3] === undefined;
  let own = vector.nulls;
  return {
    vector,
    step(batch) {
      const out = reserveNumbers(vector, batch);
      own = reserveNulls(own, batch);
      const { chunk, rows } = batch;
      for (let row = 0; row < rows; row++) {
        const invalid = chunk.flagged && chunk.status[row] !== RowStatus.OK;
        const order = invalid ? NOTHING : orderOf(batch, a.column, b.column, row, ordered);
        const outcome = order === NOTHING ? undefined : table[order + 1];
        out[row] = outcome ?? 0;
        own[row] = outcome === undefined ? 1 : 0;
      }
      vector.nulls = own;
      vector.mayBeNull = true;
    },
  };
}

function orderOf(batch: RowBatch, a: number, b: number, row: number, ordered: boolean): number {
  const columnA = columnOf(batch, a);
  const columnB = columnOf(batch, b);
  const tagA = columnA.tagged ? columnA.tags[row]! : Tag.PRESENT;
  const tagB = columnB.tagged ? columnB.tags[row]! : Tag.PRESENT;
  if (isNothing(tagA) || isNothing(tagB)) return NOTHING;
  const booleanA = isBoolean(tagA);
  const booleanB = isBoolean(tagB);
  if (booleanA && booleanB) return ordered ? NOTHING : Math.sign(tagA - tagB);
  if (tagA === Tag.TEXT && tagB === Tag.TEXT) {
    const codes = { codeA: columnA.codes[row]!, codeB: columnB.codes[row]! };
    return orderOfTexts(batch.dictionaries[a], batch.dictionaries[b], codes);
  }
  if (tagA !== Tag.PRESENT || tagB !== Tag.PRESENT) return DIFFERENT;
  return Math.sign(columnA.numbers[row]! - columnB.numbers[row]!);
}

const isNothing = (tag: number) => tag === Tag.NULL || tag === Tag.INVALID;
const isBoolean = (tag: number) => tag === Tag.TRUE || tag === Tag.FALSE;

function orderOfTexts(
  a: Dictionary | undefined,
  b: Dictionary | undefined,
  { codeA, codeB }: { codeA: number; codeB: number },
): number {
  if (a === undefined || b === undefined) return NOTHING;
  if (!isTextCode(a, codeA) || !isTextCode(b, codeB)) return NOTHING;
  return Math.sign(compareSpans(spanOf(a, codeA), spanOf(b, codeB)));
}
