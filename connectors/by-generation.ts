import type { ResultBatch, ResultSchema } from '../runtime/result-batch.ts';

/** What a sink keeps of each view: while a generation drains, two of one view write at once, each with columns of its own. */
export class ByGeneration<T> {
  readonly #views = new Map<string, Map<number | undefined, T>>();

  set({ view, generation }: ResultSchema, value: T): void {
    let known = this.#views.get(view);
    if (known === undefined) {
      known = new Map();
      this.#views.set(view, known);
    }
    known.set(generation, value);
  }

  /** Of the batch's own generation, else what was kept for all. */
  get({ view, generation }: ResultBatch): T | undefined {
    const known = this.#views.get(view);
    return known?.get(generation) ?? known?.get(undefined);
  }

  get views(): Iterable<string> {
    return this.#views.keys();
  }
}
