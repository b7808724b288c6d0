/** Rows that no window took, until they are handed to their sink. */
import type { Chunk } from '../runtime/chunk.ts';
import type { DeadLetter } from '../runtime/dead-letter.ts';

export interface DeadLetterBatch {
  /** From 1 within this start of the unit. */
  readonly batch: number;
  readonly letters: readonly DeadLetter[];
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class DeadLetters {
  readonly #view: string;
  readonly #generation: number;
  #letters: DeadLetter[] = [];
  #batch = 0;

  constructor(view: string, generation: number) {
    this.#view = view;
    this.#generation = generation;
  }

  /** Number of the last batch taken. */
  get batch(): number {
    return this.#batch;
  }

  get waiting(): number {
    return this.#letters.length;
  }

  add(chunk: Chunk, partition: string, row: number, reason: string): void {
    const time = chunk.time[row]!;
    const sample = chunk.sampleOf(row);
    this.#letters.push({
      view: this.#view,
      generation: this.#generation,
      partition,
      offset: chunk.offsetOf(row),
      reason,
      time: Number.isNaN(time) ? null : time,
      sample: sample === undefined ? null : decoder.decode(sample),
    });
  }

  /** All that wait: at most one a row of the chunks processed since; null when there are none. */
  take(): DeadLetterBatch | null {
    if (this.#letters.length === 0) return null;
    const letters = this.#letters;
    this.#letters = [];
    return { batch: ++this.#batch, letters };
  }
}
