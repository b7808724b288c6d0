/** Writes one unit's result batches to all its sinks, in order, and acknowledges them once every sink holds them. */
import type { Sink } from '../connectors/contract.ts';
import type { ErrorData } from '../runtime/errors.ts';
import { batchTransfers, type ResultBatch } from '../runtime/result-batch.ts';
import { type RetryOptions, retrying } from './retry.ts';

export interface WriterOptions extends Omit<RetryOptions, 'signal' | 'onFailure'> {
  /** Opening them may take as long as they are away. */
  readonly sinks: Promise<readonly Sink[]>;
  /** All sinks hold this batch and those before it. The buffers of those that it is told of now are the listener's. */
  readonly acked: (batch: number, buffers: readonly ArrayBuffer[]) => void;
  readonly failed: (error: unknown) => void;
  readonly onFailure: (error: ErrorData, tries: number) => void;
}

export class Writer {
  readonly #options: WriterOptions;
  readonly #abort = new AbortController();
  #waiting: ResultBatch[] = [];
  #last: Promise<void> | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  write(batch: ResultBatch): void {
    if (this.#abort.signal.aborted) return;
    this.#waiting.push(batch);
    this.#last ??= this.#run();
  }

  /** What came while others were written goes together. */
  async #run(): Promise<void> {
    try {
      const sinks = await this.#options.sinks;
      while (this.#waiting.length > 0 && !this.#abort.signal.aborted) {
        const batches = this.#waiting;
        this.#waiting = [];
        await Promise.all(sinks.map((sink) => this.#deliver(sink, batches)));
        this.#options.acked(batches.at(-1)!.batch, batches.flatMap(batchTransfers));
      }
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#abort.abort(error);
      this.#options.failed(error);
    } finally {
      this.#last = undefined;
    }
  }

  /** Drops what is not written yet; resolves when no write is under way. */
  async close(): Promise<void> {
    this.#abort.abort(new Error('the writer was closed'));
    await this.#last;
  }

  async #deliver(sink: Sink, batches: readonly ResultBatch[]): Promise<void> {
    const signal = this.#abort.signal;
    await retrying(
      async () => {
        // Writing a row again is harmless, so that a partial failure repeats all, in order.
        const outcomes = await Promise.allSettled(
          batches.map((batch) => sink.write(batch, signal)),
        );
        for (const outcome of outcomes) {
          if (outcome.status === 'rejected') throw outcome.reason;
          const [failure] = outcome.value;
          if (failure !== undefined) throw failure.error;
        }
      },
      { ...this.#options, signal },
    );
  }
}
