/**
 * Emits changed groups in passes, one window after the other. A pass may stop at any batch and go on later: a group that
 * changes meanwhile is written as it is then, and stays changed for the next pass.
 */
import { check } from '../runtime/errors.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { GroupTable } from './group-table.ts';
import { mergeTables } from './merging.ts';
import { type BatchMeans, keyBytesOf, resultBatch, type Segment } from './result-rows.ts';
import { changedMax, type Pass, type WindowState } from './windows-state.ts';

/** Rows of a batch at most, and bytes of their keys, but that any one row fits. */
export const BATCH_ROWS_MAX = 8192;
export const BATCH_KEY_BYTES_MAX = 512 * 1024;
/** What lists and texts of a row are taken to weigh, which travel as objects. */
const JSON_BYTES = 128;

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
  readonly #means: BatchMeans;
  #batches = 0;
  #ackedBatch = 0;
  /** Of the batches that are not acked, the oldest first. */
  #sizes: number[] = [];
  #pendingBytes = 0;
  #unacked: Unacked[] = [];
  #segments: Segment[] = [];
  #segmentRows = 0;
  #segmentKeyBytes = 0;

  constructor(
    plan: ViewPlan,
    start: { readonly generation: number; readonly claim: number },
    means: BatchMeans,
  ) {
    this.#plan = plan;
    this.#generation = start.generation;
    this.#claim = start.claim;
    this.#means = means;
  }

  /** Batches that are not acked. */
  get pendingBatches(): number {
    return this.#batches - this.#ackedBatch;
  }

  /** Of those batches, about. */
  get pendingBytes(): number {
    return this.#pendingBytes;
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
      if (this.#isBatchFull) {
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
    for (; this.#ackedBatch < batch; this.#ackedBatch++) {
      this.#pendingBytes -= this.#sizes.shift() ?? 0;
    }
    const left = this.#unacked.findIndex((unacked) => unacked.batch > batch);
    const done = this.#unacked.splice(0, left < 0 ? this.#unacked.length : left);
    for (const unacked of done) settle(unacked);
  }

  get #isBatchFull(): boolean {
    return this.#segmentRows === BATCH_ROWS_MAX || this.#segmentKeyBytes >= BATCH_KEY_BYTES_MAX;
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
    const room = BATCH_ROWS_MAX - this.#segmentRows;
    const keyRoom = BATCH_KEY_BYTES_MAX - this.#segmentKeyBytes;
    const groups = changedGroups(table, pass, room, keyRoom);
    if (groups.length > 0) {
      const segment = { window, complete, table, groups };
      this.#segments.push(segment);
      this.#segmentRows += groups.length;
      this.#segmentKeyBytes += keyBytesOf(segment);
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
    const batch = resultBatch(this.#plan, head, this.#segments, this.#means);
    this.#segments = [];
    this.#segmentRows = 0;
    this.#segmentKeyBytes = 0;
    const lists = batch.values.filter((column) => !(column instanceof Float64Array)).length;
    const bytes = batch.keyBytes.buffer.byteLength + lists * batch.count * JSON_BYTES;
    this.#sizes.push(bytes);
    this.#pendingBytes += bytes;
    return batch;
  }
}

/** The next groups of the pass, at most `count` and with not much more than `keyBytes`; moves the pass on. */
function changedGroups(
  { changed, keyStarts, count: groups }: GroupTable,
  pass: Pass,
  count: number,
  keyBytes: number,
): Uint32Array {
  const { since } = pass;
  const found = new Uint32Array(Math.min(count, groups - pass.next));
  let number = 0;
  let bytes = 0;
  let group = pass.next;
  for (; group < groups && number < count && bytes < keyBytes; group++) {
    if (since >= 0 && changed[group]! <= since) continue;
    found[number++] = group;
    bytes += keyStarts[group + 1]! - keyStarts[group]!;
  }
  pass.next = group;
  return found.subarray(0, number);
}

function settle({ window, round, complete, resets }: Unacked): void {
  if (resets !== window.resets) return;
  window.acked = Math.max(window.acked, round);
  if (complete) window.ackedComplete = Math.max(window.ackedComplete, round);
}
