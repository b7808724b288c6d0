/** A look at a results database that others are writing: the newest rows of a view. */
import { DatabaseSync } from 'node:sqlite';

export type TableRow = Readonly<Record<string, unknown>>;

export interface ResultsReader {
  /** Of the newest windows first, in a window those of the most rows; none where there is no such table (yet). */
  newest(view: string, count: number): TableRow[];
  close(): void;
}

/** Waits for nobody: what cannot be read now can be read at the next look. */
export function readResults(path: string): ResultsReader {
  let database: DatabaseSync | undefined;
  return {
    newest(view, count) {
      try {
        database ??= new DatabaseSync(path, { readOnly: true });
        const table = `"${view.replaceAll('"', '""')}"`;
        return database
          .prepare(`SELECT * FROM ${table} ORDER BY window_start DESC, rows DESC LIMIT ?`)
          .all(count);
      } catch {
        return [];
      }
    },
    close() {
      database?.close();
      database = undefined;
    },
  };
}
