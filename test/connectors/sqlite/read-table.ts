import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { quoteName } from '../../../connectors/sqlite/table.ts';
import type { Json } from '../../../runtime/json.ts';
import type { ResultRow, ResultSchema } from '../../../runtime/result-batch.ts';

/** The rows of a view's table, checked column against group key, booleans put back for SQLite's 1 and 0. */
export function readTable(path: string, schema: ResultSchema): ResultRow[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const statement = database.prepare(`SELECT * FROM ${quoteName(schema.view)}`);
    statement.setReadBigInts(true);
    return statement.all().map((row) => resultRow(row, schema));
  } finally {
    database.close();
  }
}

function resultRow(row: Record<string, SQLOutputValue>, schema: ResultSchema): ResultRow {
  const groupKey = String(row.group_key);
  const elements: Json[] = JSON.parse(groupKey);
  const keys = schema.keys.map((name, at): [string, Json] => {
    const stored = row[name] ?? null;
    const element = elements[at] ?? null;
    if (typeof element === 'boolean') return [name, stored === BigInt(element) ? element : null];
    if (typeof stored === 'string' && typeof element === 'number') return [name, Number(stored)];
    return [name, plain(stored)];
  });
  const values = schema.values.map(({ name, type }): [string, Json] => {
    const stored = plain(row[name] ?? null);
    return [name, type === 'json' && typeof stored === 'string' ? JSON.parse(stored) : stored];
  });
  const number = (name: string) => Number(row[name]);
  return {
    ...Object.fromEntries(keys),
    window_start: number('window_start'),
    window_end: number('window_end'),
    ...Object.fromEntries(values),
    generation: number('generation'),
    rows: number('rows'),
    complete: row.complete === 1n,
    claim: number('claim'),
    ...(row.truncated === 1n ? { truncated: true } : {}),
    ...(row.gap === 1n ? { gap: true } : {}),
    group_key: groupKey,
  };
}

const plain = (value: SQLOutputValue): Json =>
  typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? null : value;
