/** The columns that a view reads, collected while its parts are compiled: one per path and kind. */
import { type ColumnKind, type ColumnSpec, columnKey } from '../runtime/chunk.ts';

export interface ColumnUses {
  readonly columns: readonly ColumnSpec[];
  /** Index of the column of this path and kind, added when it is new. */
  need(path: string, kind: ColumnKind): number;
  /** Index of a column that tells whether the path has a value: any kind does. */
  presence(path: string): number;
}

export function columnUses(): ColumnUses {
  const columns: ColumnSpec[] = [];
  const need = (path: string, kind: ColumnKind) => {
    const found = columns.findIndex((column) => column.path === path && column.kind === kind);
    return found >= 0 ? found : columns.push({ path, kind }) - 1;
  };
  return {
    columns,
    need,
    presence(path) {
      const found = columns.findIndex((column) => column.path === path);
      return found >= 0 ? found : need(path, 'f64');
    },
  };
}

/** The columns of all views of a stream, each once: what its reader decodes. */
export function unionColumns(lists: Iterable<readonly ColumnSpec[]>): ColumnSpec[] {
  const found = new Map<string, ColumnSpec>();
  for (const list of lists) for (const spec of list) found.set(columnKey(spec), spec);
  return [...found.values()];
}
