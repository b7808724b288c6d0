import type { Json } from '../runtime/json.ts';
import type { ResultBatch, ResultRow, ResultSchema } from '../runtime/result-batch.ts';
import { elementValue, groupKeyColumns, groupKeyTexts } from './group-key.ts';

/** The rows of a batch as users see them. Group keys beyond 2^53 have all their digits only in `group_key`. */
export function resultRows(batch: ResultBatch, schema: ResultSchema): ResultRow[] {
  const texts = groupKeyTexts(batch);
  const keys = groupKeyColumns(texts, schema.keys.length);
  return texts.map((groupKey, row) => {
    const columns: [string, Json][] = schema.keys.map((name, key) => [
      name,
      elementValue(keys[key]![row]!),
    ]);
    const values: [string, Json][] = schema.values.map(({ name }, value) => [
      name,
      valueAt(batch, value, row),
    ]);
    return {
      ...Object.fromEntries(columns),
      window_start: batch.windowStart[row]!,
      window_end: batch.windowEnd[row]!,
      ...Object.fromEntries(values),
      generation: batch.generation,
      rows: batch.rows[row]!,
      complete: batch.complete[row] === 1,
      claim: batch.claim,
      ...(batch.truncated[row] === 1 ? { truncated: true } : {}),
      ...(batch.gap[row] === 1 ? { gap: true } : {}),
      group_key: groupKey,
    };
  });
}

function valueAt(batch: ResultBatch, column: number, row: number): Json {
  const value = batch.values[column]?.[row] ?? null;
  return typeof value === 'number' && Number.isNaN(value) ? null : value;
}

/** The four fields that make a version, of a row or of a line of a log-like sink. */
export type RowVersion = Pick<ResultRow, 'generation' | 'rows' | 'complete' | 'claim'>;

/** Below 0 when `a` is the older. Of equal versions the one written later counts. */
export const compareVersions = (a: RowVersion, b: RowVersion): number =>
  a.generation - b.generation ||
  a.rows - b.rows ||
  Number(a.complete) - Number(b.complete) ||
  a.claim - b.claim;
