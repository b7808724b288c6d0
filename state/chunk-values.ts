/** A chunk as the view sees it: its columns by plan index, and the values of its expressions, each computed once. */
import type { Chunk, ChunkColumn } from '../runtime/chunk.ts';
import type { Dictionary } from '../runtime/dictionary.ts';
import { check } from '../runtime/errors.ts';
import type { Lane } from '../runtime/lane.ts';
import type { Evaluator, ExpressionValues, RowBatch, ViewPlan } from '../views/plan.ts';

export class ChunkValues implements RowBatch {
  readonly #lane: Lane;
  readonly #columnIndexes: readonly number[];
  readonly #derived: readonly Evaluator[];
  readonly #values = new Map<Evaluator, ExpressionValues>();
  readonly dictionaries: readonly (Dictionary | undefined)[];
  /** The plan's columns of each slot of the lane; made when the slot is first met. */
  readonly #columnsOf = new Map<Chunk, readonly ChunkColumn[]>();
  #chunk: Chunk;
  columns: readonly ChunkColumn[] = [];
  rows = 0;

  constructor(lane: Lane, plan: ViewPlan, columnIndexes: readonly number[]) {
    check(
      columnIndexes.length === plan.columns.length,
      'each column of the plan has a place on the lane',
    );
    this.#lane = lane;
    this.#columnIndexes = columnIndexes;
    this.#derived = plan.derived.map(({ evaluator }) => evaluator);
    this.dictionaries = columnIndexes.map((index) => lane.dictionaries[index]);
    this.#chunk = lane.chunkAt(0);
  }

  get chunk(): Chunk {
    return this.#chunk;
  }

  load(chunk: Chunk): void {
    this.#chunk = chunk;
    this.rows = chunk.rows;
    this.#values.clear();
    let columns = this.#columnsOf.get(chunk);
    if (columns === undefined) {
      check(
        this.#lane.chunks.includes(chunk),
        'a chunk comes from the lane that the unit is bound to',
      );
      columns = this.#columnIndexes.map((index) => chunk.columns[index]!);
      this.#columnsOf.set(chunk, columns);
    }
    this.columns = columns;
  }

  evaluate(evaluator: Evaluator): ExpressionValues {
    let values = this.#values.get(evaluator);
    if (values === undefined) {
      values = evaluator.evaluate(this);
      this.#values.set(evaluator, values);
    }
    return values;
  }

  derived(index: number): ExpressionValues {
    return this.evaluate(this.#derived[index]!);
  }
}
