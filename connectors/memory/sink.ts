import type { DeadLetter } from '../../runtime/dead-letter.ts';
import { check, type LaError } from '../../runtime/errors.ts';
import type { ResultBatch, ResultRow, ResultSchema } from '../../runtime/result-batch.ts';
import { ByGeneration } from '../by-generation.ts';
import type { DeadLetterSink, Sink, SinkRowFailure } from '../contract.ts';
import { compareVersions, resultRows } from '../result-rows.ts';

/** Result rows in maps, the highest version of each. `refuse` makes rows or, by throwing, whole batches fail. */
export class MemorySink implements Sink {
  /** Every row of every batch that did not fail, in the order of writing. */
  readonly written: ResultRow[] = [];
  refuse: (row: ResultRow) => LaError | null = () => null;
  readonly #schemas = new ByGeneration<ResultSchema>();
  readonly #views = new Map<string, Map<string, ResultRow>>();

  async prepare(schema: ResultSchema): Promise<void> {
    this.#schemas.set(schema, schema);
    if (!this.#views.has(schema.view)) this.#views.set(schema.view, new Map());
  }

  async write(batch: ResultBatch, signal: AbortSignal): Promise<readonly SinkRowFailure[]> {
    signal.throwIfAborted();
    const schema = this.#schemas.get(batch);
    const view = this.#views.get(batch.view);
    check(schema !== undefined && view !== undefined, 'a view is prepared before its first batch');
    const failures: SinkRowFailure[] = [];
    resultRows(batch, schema).forEach((row, index) => {
      const error = this.refuse(row);
      if (error !== null) {
        failures.push({ row: index, error });
        return;
      }
      this.written.push(row);
      const key = `${row.window_start} ${row.group_key}`;
      const known = view.get(key);
      if (known === undefined || compareVersions(row, known) >= 0) view.set(key, row);
    });
    return failures;
  }

  /** The highest version of each group and window. */
  rows(view: string): ResultRow[] {
    return [...(this.#views.get(view)?.values() ?? [])];
  }

  async close(): Promise<void> {}
}

/** Dead letters by their key: a replay's come again and count once. */
export class MemoryDeadLetters implements DeadLetterSink {
  readonly #letters = new Map<string, DeadLetter>();

  async write(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    for (const letter of letters) {
      const { view, generation, partition, offset } = letter;
      this.#letters.set(JSON.stringify([view, generation, partition, offset]), letter);
    }
  }

  get letters(): DeadLetter[] {
    return [...this.#letters.values()];
  }

  async close(): Promise<void> {}
}
