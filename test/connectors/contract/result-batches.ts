/** Result batches written as rows, for the sink suite. */
import type { Json } from '../../../runtime/json.ts';
import type { ResultBatch, ResultSchema } from '../../../runtime/result-batch.ts';

export interface TestRow {
  /** JSON text of the group key. */
  readonly key: string;
  readonly window?: number;
  readonly rows?: number;
  readonly complete?: boolean;
  readonly truncated?: boolean;
  readonly gap?: boolean;
  /** By the order of the schema's values; null where left out. */
  readonly values?: readonly Json[];
}

export const WINDOW_MS = 60_000;

export interface BatchPlace {
  readonly generation?: number;
  readonly claim?: number;
}

export function resultBatch(
  schema: ResultSchema,
  rows: readonly TestRow[],
  { generation = 8, claim = 1 }: BatchPlace = {},
): ResultBatch {
  const keys = rows.map(({ key }) => Buffer.from(key));
  const keyStarts = new Uint32Array(rows.length + 1);
  keys.forEach((key, row) => {
    keyStarts[row + 1] = keyStarts[row]! + key.length;
  });
  const flags = (name: 'complete' | 'truncated' | 'gap') =>
    Uint8Array.from(rows, (row) => (row[name] ? 1 : 0));
  return {
    view: schema.view,
    generation,
    claim,
    batch: 1,
    count: rows.length,
    keyBytes: Uint8Array.from(Buffer.concat(keys)),
    keyStarts,
    windowStart: Float64Array.from(rows, ({ window = 0 }) => window),
    windowEnd: Float64Array.from(rows, ({ window = 0 }) => window + WINDOW_MS),
    rows: Float64Array.from(rows, (row) => row.rows ?? 1),
    complete: flags('complete'),
    truncated: flags('truncated'),
    gap: flags('gap'),
    values: schema.values.map(({ type }, at) => {
      const column = rows.map((row) => row.values?.[at] ?? null);
      if (type === 'json') return column;
      if (type === 'value' && column.some((value) => typeof value === 'string')) return column;
      return Float64Array.from(column, (value) => (typeof value === 'number' ? value : Number.NaN));
    }),
  };
}

export const wifiSchema: ResultSchema = {
  view: 'ap_signal',
  keys: ['ap', 'place.floor'],
  values: [
    { name: 'avg_rssi', type: 'number' },
    { name: 'phones', type: 'integer' },
    { name: 'last', type: 'value' },
    { name: 'top "k"', type: 'json' },
  ],
};
