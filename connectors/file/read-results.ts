/** What a reader of the file sink's lines sees: of each group and window the highest version, the later of equal ones. */
import { readFile } from 'node:fs/promises';
import type { ResultRow, ResultSchema } from '../../runtime/result-batch.ts';
import { compareVersions } from '../result-rows.ts';

export async function readResultFile(path: string, schema: ResultSchema): Promise<ResultRow[]> {
  const rows = new Map<string, ResultRow>();
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    if (line === '') continue;
    const row = rowOf(line, schema);
    const key = `${row.window_start} ${row.group_key}`;
    const known = rows.get(key);
    if (known === undefined || compareVersions(row, known) >= 0) rows.set(key, row);
  }
  return [...rows.values()];
}

/**
 * The group key is put together from the texts of its columns, so that integers keep their digits. The grouping columns
 * stand first in a line: a member of the same name inside a later value is not theirs.
 */
function rowOf(line: string, schema: ResultSchema): ResultRow {
  const texts = new Map<string, string>();
  const keepText = (name: string, value: unknown, context?: { source?: string }) => {
    if (!texts.has(name) && context?.source !== undefined) texts.set(name, context.source);
    return value;
  };
  const row: ResultRow = JSON.parse(line, keepText);
  const elements = schema.keys.map((name) => texts.get(name));
  return { ...row, group_key: `[${elements.join(',')}]` };
}
