import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { check } from '../../runtime/errors.ts';
import type { ResultBatch, ResultSchema } from '../../runtime/result-batch.ts';
import { ByGeneration } from '../by-generation.ts';
import type { Sink, SinkContext, SinkRowFailure } from '../contract.ts';
import { coded, connectorError, reasonOf } from '../errors.ts';
import type { SqliteSinkOptions } from './options.ts';
import { sqlColumns } from './sql-values.ts';
import { endEarlierGenerations, prepareTable, tableColumns, upsertStatement } from './table.ts';

/** Another process may hold the database for a transaction. The thread waits with it, so that more is left to retries. */
const BUSY_TIMEOUT_MS = 250;

interface Table {
  readonly schema: ResultSchema;
  readonly upsert: StatementSync;
  /** Reused for every row. */
  readonly parameters: SQLInputValue[];
}

export async function openSqliteSink(options: SqliteSinkOptions, context: SinkContext) {
  const path = resolve(context.projectDir, options.path);
  try {
    await mkdir(dirname(path), { recursive: true });
    return new SqliteSink(path);
  } catch (error) {
    throw connectorError('LA_SQLITE_FAILED', { path, reason: reasonOf(error) }, error);
  }
}

/**
 * One table a view, one transaction a batch. In WAL mode `synchronous = FULL` syncs the log at each commit, so that a
 * batch is durable when `write` resolves; NORMAL would leave that to the next checkpoint of the log, and lose
 * acknowledged rows with the power. It costs one fdatasync a batch.
 */
export class SqliteSink implements Sink {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #tables = new ByGeneration<Table>();

  constructor(path: string) {
    this.#path = path;
    this.#database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -32768`);
  }

  async prepare(schema: ResultSchema): Promise<void> {
    const { view } = schema;
    const clash = [...this.#tables.views].find(
      (other) => other !== view && other.toLowerCase() === view.toLowerCase(),
    );
    if (clash !== undefined) {
      const reason = `view ${clash} has it already (case does not count)`;
      throw connectorError('LA_SQLITE_SCHEMA', { table: view, path: this.#path, view, reason });
    }
    try {
      this.#transaction(() => {
        prepareTable(this.#database, this.#path, schema);
        endEarlierGenerations(this.#database, schema);
      });
      this.#tables.set(schema, {
        schema,
        upsert: this.#database.prepare(upsertStatement(schema)),
        parameters: new Array(tableColumns(schema).length),
      });
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async write(batch: ResultBatch, signal: AbortSignal): Promise<readonly SinkRowFailure[]> {
    signal.throwIfAborted();
    const table = this.#tables.get(batch);
    check(table !== undefined, 'a view is prepared before its first batch');
    const columns = sqlColumns(batch, table.schema);
    try {
      this.#transaction(() => upsertRows(table, columns, batch.count));
    } catch (error) {
      throw this.#failure(error);
    }
    return [];
  }

  #transaction(run: () => void): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      run();
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #failure(error: unknown) {
    const context = { path: this.#path };
    return coded(error, (reason) =>
      connectorError('LA_SQLITE_FAILED', { ...context, reason }, error),
    );
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }
}

function upsertRows(
  { upsert, parameters }: Table,
  columns: ReturnType<typeof sqlColumns>,
  count: number,
): void {
  for (let row = 0; row < count; row++) {
    for (let at = 0; at < columns.length; at++) parameters[at] = columns[at]![row]!;
    upsert.run(...parameters);
  }
}
