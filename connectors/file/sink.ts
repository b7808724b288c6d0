import { resolve } from 'node:path';
import { check } from '../../runtime/errors.ts';
import type { ResultBatch, ResultSchema } from '../../runtime/result-batch.ts';
import { ByGeneration } from '../by-generation.ts';
import type { Sink, SinkContext, SinkRowFailure } from '../contract.ts';
import { connectorError } from '../errors.ts';
import { AppendLog } from './append-log.ts';
import type { FileSinkOptions } from './options.ts';
import { ResultLines } from './result-lines.ts';

export const openFileSink = async (options: FileSinkOptions, context: SinkContext) =>
  new FileSink(options, context.projectDir);

interface ViewFile {
  readonly path: string;
  readonly log: AppendLog;
}

/**
 * A line for each row written, the grouping columns standing for `group_key`. Readers keep the highest version of each
 * group and window, the later line of equal ones. Batches that come while others are written share an fdatasync.
 */
export class FileSink implements Sink {
  readonly #options: FileSinkOptions;
  readonly #projectDir: string;
  readonly #views = new Map<string, ViewFile>();
  readonly #lines = new ByGeneration<ResultLines>();

  constructor(options: FileSinkOptions, projectDir: string) {
    this.#options = options;
    this.#projectDir = projectDir;
  }

  async prepare(schema: ResultSchema): Promise<void> {
    const { view } = schema;
    this.#lines.set(schema, new ResultLines(schema));
    if (this.#views.has(view)) return;
    const path = resolve(this.#projectDir, this.#options.path.replaceAll('{view}', view));
    for (const [first, file] of this.#views) {
      if (file.path !== path) continue;
      throw connectorError('LA_SINK_PATH_SHARED', { first, second: view, path });
    }
    const log = await AppendLog.open(path);
    this.#views.set(view, { path, log });
  }

  async write(batch: ResultBatch, signal: AbortSignal): Promise<readonly SinkRowFailure[]> {
    signal.throwIfAborted();
    const file = this.#views.get(batch.view);
    const lines = this.#lines.get(batch);
    check(file !== undefined && lines !== undefined, 'a view is prepared before its first batch');
    await file.log.append(() => lines.pieces(batch, this.#options.mode === 'final'));
    return [];
  }

  async close(): Promise<void> {
    const files = [...this.#views.values()];
    this.#views.clear();
    await Promise.all(files.map(({ log }) => log.close()));
  }
}
