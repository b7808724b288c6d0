/** Writes one unit's result batches to all its sinks, in order, and acknowledges each once every sink holds it. */
import type { Sink } from '../connectors/contract.ts';
import type { ErrorData } from '../runtime/errors.ts';
import { batchTransfers, type ResultBatch } from '../runtime/result-batch.ts';
import { type RetryOptions, retrying } from './retry.ts';

export interface WriterOptions extends Omit<RetryOptions, 'signal' | 'onFailure'> {
  /** Opening them may take as long as they are away. */
  readonly sinks: Promise<readonly Sink[]>;
  readonly acked: (batch: number) => void;
  readonly failed: (error: unknown) => void;
  readonly onFailure: (error: ErrorData, tries: number) => void;
}

export class Writer {
  readonly #options: WriterOptions;
  readonly #abort = new AbortController();
  #tail: Promise<void> = Promise.resolve();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  write(batch: ResultBatch): void {
    this.#tail = this.#tail.then(async () => {
      if (this.#abort.signal.aborted) return;
      try {
        const sinks = await this.#options.sinks;
        await Promise.all(sinks.map((sink) => this.#deliver(sink, batch)));
        this.#options.acked(batch.batch);
        // Left to the garbage collector, batches make it run over and over: they count against the heap's limit.
        for (const buffer of batchTransfers(batch)) buffer.transfer(0);
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        this.#abort.abort(error);
        this.#options.failed(error);
      }
    });
  }

  /** Drops what is not written yet; resolves when no write is under way. */
  async close(): Promise<void> {
    this.#abort.abort(new Error('the writer was closed'));
    await this.#tail;
  }

  async #deliver(sink: Sink, batch: ResultBatch): Promise<void> {
    const signal = this.#abort.signal;
    await retrying(
      async () => {
        // Writing a row again is harmless, so that a partial failure repeats the batch.
        const [failure] = await sink.write(batch, signal);
        if (failure !== undefined) throw failure.error;
      },
      { ...this.#options, signal },
    );
  }
}
