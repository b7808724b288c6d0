/** Result columns as SQLite values. Booleans are 1 and 0, SQLite having none; `group_key` tells them from numbers. */
import type { SQLInputValue } from 'node:sqlite';
import type { Json } from '../../runtime/json.ts';
import type { ResultBatch, ResultSchema, ResultType } from '../../runtime/result-batch.ts';
import { elementValue, groupKeyColumns, groupKeyTexts } from '../group-key.ts';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);
const integerText = /^-?\d+$/;

/** One array of values for each of the table's columns. */
export function sqlColumns(
  batch: ResultBatch,
  schema: ResultSchema,
): (readonly SQLInputValue[] | Float64Array | Uint8Array)[] {
  const texts = groupKeyTexts(batch);
  const keys = groupKeyColumns(texts, schema.keys.length);
  const constant = (value: number) => new Array<number>(batch.count).fill(value);
  return [
    ...keys.map((column) => column.map(keyValue)),
    batch.windowStart,
    batch.windowEnd,
    ...schema.values.map(({ type }, at) => valueColumn(batch.values[at] ?? [], type, batch.count)),
    constant(batch.generation),
    batch.rows,
    batch.complete,
    constant(batch.claim),
    batch.truncated,
    batch.gap,
    texts,
  ];
}

/** Whole numbers as integers with all their digits, as text where SQLite's 64 bits do not suffice. */
function keyValue(text: string): SQLInputValue {
  if (integerText.test(text)) {
    const value = BigInt(text);
    return value >= INT64_MIN && value <= INT64_MAX ? value : text;
  }
  const value = elementValue(text);
  return typeof value === 'boolean' ? BigInt(value) : value;
}

function valueColumn(
  column: Float64Array | readonly Json[],
  type: ResultType,
  count: number,
): SQLInputValue[] {
  const values = new Array<SQLInputValue>(count);
  if (column instanceof Float64Array) {
    for (let row = 0; row < count; row++) {
      const value = column[row]!;
      if (Number.isNaN(value)) values[row] = null;
      else values[row] = type === 'value' ? untypedValue(value) : value;
    }
    return values;
  }
  for (let row = 0; row < count; row++) {
    const value = column[row] ?? null;
    values[row] = type === 'json' ? jsonText(value) : untypedValue(value);
  }
  return values;
}

const jsonText = (value: Json): string | null => (value === null ? null : JSON.stringify(value));

/** In a column without a type a whole number is an integer only when it is given as one. */
function untypedValue(value: Json): SQLInputValue {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof value === 'string' ? value : jsonText(value);
}
