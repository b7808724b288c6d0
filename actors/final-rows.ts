import { compareVersions } from '../connectors/result-rows.ts';
import type { ResultRow } from '../runtime/result-batch.ts';

/** What a sink that compares versions ends with: the highest of each group and window. */
export class FinalRows {
  readonly #rows = new Map<string, ResultRow>();

  add(rows: readonly ResultRow[]): void {
    for (const row of rows) {
      const key = `${row.window_start} ${row.group_key}`;
      const known = this.#rows.get(key);
      if (known === undefined || compareVersions(row, known) >= 0) this.#rows.set(key, row);
    }
  }

  /** By window, and by group key within it. */
  sorted(): ResultRow[] {
    return [...this.#rows.values()].sort(
      (a, b) => a.window_start - b.window_start || (a.group_key < b.group_key ? -1 : 1),
    );
  }
}
