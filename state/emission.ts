/**
 * Emits changed groups in passes, one window after the other. A pass may stop at any batch and go on later: a group that
 * changes meanwhile is written as it is then, and stays changed for the next pass.
 */
import { check } from '../runtime/errors.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { Counters } from './counters.ts';
import type { GroupTable } from './group-table.ts';
import { mergeTables } from './merging.ts';
import { resultBatch, type Segment } from './result-rows.ts';
import { changedMax, type Pass, type WindowState } from './windows-state.ts';

/** Rows of a batch at most. */
export const BATCH_ROWS_MAX = 16_384;

export interface EmissionOptions {
  /** Whether windows that are not complete are emitted, too. */
  readonly updates: boolean;
  /** Batches made at most; what is left over is for the next call. */
  readonly batchesMax?: number;
}

/** A pass whose last row is in a batch that is not acked. */
interface Unacked {
  readonly batch: number;
  readonly window: WindowState;
  readonly round: number;
  readonly complete: boolean;
  readonly resets: number;
}

export class Emission {
  readonly #plan: ViewPlan;
  readonly #generation: number;
  readonly #claim: number;
  readonly #counters: Counters;
  #batches = 0;
  #ackedBatch = 0;
  #unacked: Unacked[] = [];
  #segments: Segment[] = [];
  #segmentRows = 0;

  constructor(plan: ViewPlan, generation: number, claim: number, counters: Counters) {
    this.#plan = plan;
    this.#generation = generation;
    this.#claim = claim;
    this.#counters = counters;
  }

  /** Batches that are not acked. */
  get pendingBatches(): number {
    return this.#batches - this.#ackedBatch;
  }

  /** Whether the window has rows to emit that do not wait for the next updates. */
  isDue(window: WindowState): boolean {
    if (!window.complete) return false;
    const isFinalOnly = this.#plan.writeIntervalMs === null;
    return window.completionPending || (isFinalOnly && changedMax(window) > window.emitted);
  }

  /** `nextRound` gives the round of the changes so far and begins the next one. */
  emit(
    windows: readonly WindowState[],
    { updates, batchesMax = Number.POSITIVE_INFINITY }: EmissionOptions,
    nextRound: () => number,
  ): ResultBatch[] {
    const batches: ResultBatch[] = [];
    const writes = this.#plan.writeIntervalMs !== null;
    for (const window of windows) {
      const wanted = this.isDue(window) || window.pass !== null || (updates && writes);
      if (!wanted) continue;
      if (window.pass === null && !this.#begin(window, nextRound)) continue;
      while (!this.#advance(window)) {
        batches.push(this.#flush());
        if (batches.length >= batchesMax) return batches;
      }
      this.#end(window);
      if (this.#segmentRows === BATCH_ROWS_MAX) {
        batches.push(this.#flush());
        if (batches.length >= batchesMax) return batches;
      }
    }
    if (this.#segmentRows > 0) batches.push(this.#flush());
    return batches;
  }

  /** The sinks hold all rows of the batches up to this one. */
  acked(batch: number): void {
    check(batch <= this.#batches, 'only batches that were emitted are acked');
    this.#ackedBatch = Math.max(this.#ackedBatch, batch);
    const left = this.#unacked.findIndex((unacked) => unacked.batch > batch);
    const done = this.#unacked.splice(0, left < 0 ? this.#unacked.length : left);
    for (const unacked of done) settle(unacked);
  }

  /** Begins the window's pass; false when nothing changed. */
  #begin(window: WindowState, nextRound: () => number): boolean {
    const since = window.emitted;
    if (changedMax(window) <= since) {
      window.completionPending = false;
      return false;
    }
    const sources = window.panes.map(({ table }) => table);
    if (window.late !== null) sources.push(window.late);
    const [only] = sources;
    const isOne = sources.length === 1 && only !== undefined;
    window.pass = {
      table: isOne ? only : mergeTables(this.#plan, sources, since),
      since: isOne ? since : -1,
      round: nextRound(),
      complete: window.complete,
      next: 0,
    };
    return true;
  }

  /** Takes groups of the pass into the batch; false when the batch is full first. */
  #advance(window: WindowState): boolean {
    const pass = window.pass!;
    const { table, complete } = pass;
    const groups = changedGroups(table, pass, BATCH_ROWS_MAX - this.#segmentRows);
    if (groups.length > 0) {
      this.#segments.push({ window, complete, table, groups });
      this.#segmentRows += groups.length;
    }
    return pass.next === table.count;
  }

  #end(window: WindowState): void {
    const { round, complete } = window.pass!;
    window.pass = null;
    window.emitted = round;
    if (complete) window.completionPending = false;
    // Without rows in the batch at hand, the last row is in the batch before it.
    const batch = this.#segmentRows > 0 ? this.#batches + 1 : this.#batches;
    const unacked = { batch, window, round, complete, resets: window.resets };
    if (batch <= this.#ackedBatch) settle(unacked);
    else this.#unacked.push(unacked);
  }

  #flush(): ResultBatch {
    this.#batches++;
    const head = { generation: this.#generation, claim: this.#claim, batch: this.#batches };
    const batch = resultBatch(this.#plan, head, this.#segments, this.#counters);
    this.#segments = [];
    this.#segmentRows = 0;
    return batch;
  }
}

/** The next groups of the pass, at most `count`; moves the pass on. */
function changedGroups(table: GroupTable, pass: Pass, count: number): Uint32Array {
  const { changed } = table;
  const { since } = pass;
  const found = new Uint32Array(Math.min(count, table.count - pass.next));
  let number = 0;
  let group = pass.next;
  for (; group < table.count && number < count; group++) {
    if (since < 0 || changed[group]! > since) found[number++] = group;
  }
  pass.next = group;
  return found.subarray(0, number);
}

function settle({ window, round, complete, resets }: Unacked): void {
  if (resets !== window.resets) return;
  window.acked = Math.max(window.acked, round);
  if (complete) window.ackedComplete = Math.max(window.ackedComplete, round);
}
