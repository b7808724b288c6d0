/**
 * One unit's live state: a view, its open windows and where it stands in each partition. Synchronous and without clocks:
 * the owner feeds it chunks, takes what is to be written, tells it what was acked and committed, and freezes snapshots.
 */
import { type Buffers, freshBuffers } from '../runtime/buffer-pool.ts';
import { type Chunk, PartitionEvent } from '../runtime/chunk.ts';
import { check } from '../runtime/errors.ts';
import type { Lane } from '../runtime/lane.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';
import type { PartitionPosition, RestoredState, Snapshot } from '../runtime/snapshot.ts';
import type { ViewPlan } from '../views/plan.ts';
import { Budget, type Limits } from './budget.ts';
import { columnIndexesOf } from './column-indexes.ts';
import { Counters } from './counters.ts';
import { type DeadLetterBatch, DeadLetters } from './dead-letters.ts';
import { Emission, type EmissionOptions } from './emission.ts';
import { Freezer } from './freezing.ts';
import { Gaps } from './gaps.ts';
import { GroupTable } from './group-table.ts';
import { type Cutover, Spans } from './lateness.ts';
import { currentLayout } from './layout.ts';
import { Partitions } from './partitions.ts';
import { RowProcessor } from './row-processor.ts';
import { describeUnit, restoreUnit, type UnitState } from './unit-meta.ts';
import { Windows } from './windows-state.ts';

export interface UnitOptions {
  readonly plan: ViewPlan;
  readonly generation: number;
  readonly claim: number;
  readonly cutover: Cutover;
  readonly start: readonly PartitionPosition[] | RestoredState;
  /** Instead of the plan's. */
  readonly limits?: Limits;
  /** What result batches and snapshots are made in. */
  readonly buffers?: Buffers;
}

export class Unit {
  readonly counters = new Counters();
  readonly #plan: ViewPlan;
  readonly #budget: Budget;
  readonly #partitions: Partitions;
  readonly #windows: Windows;
  readonly #emission: Emission;
  readonly #deadLetters: DeadLetters;
  readonly #rows: RowProcessor;
  readonly #state: UnitState;
  readonly #freezer: Freezer;
  /** Whether partitions that nobody knew may begin at once; see `partition`. */
  #isFresh: boolean;

  /** @throws LA_STATE_FORMAT, LA_STATE_DAMAGED */
  constructor(options: UnitOptions) {
    const { plan, generation, claim, cutover, start, limits, buffers = freshBuffers } = options;
    const restored = 'positions' in start ? start : null;
    const { counters } = this;
    this.#plan = plan;
    this.#budget = new Budget(limits ?? plan.limits);
    this.#partitions = new Partitions(plan.delayMs, 'positions' in start ? start.positions : start);
    const layout = currentLayout(plan);
    this.#windows = new Windows(
      this.#budget,
      new Gaps(plan.allowedLatenessMs),
      (origin) => new GroupTable(this.#state.nextTable++, layout, origin),
    );
    this.#emission = new Emission(plan, { generation, claim }, { counters, buffers });
    this.#deadLetters = new DeadLetters(plan.view, generation);
    this.#state = {
      plan,
      spans: new Spans(plan.window, cutover),
      windows: this.#windows,
      partitions: this.#partitions,
      counters,
      round: 1,
      nextTable: 1,
    };
    if (restored !== null) restoreUnit(this.#state, restored.meta, restored.regions);
    this.#isFresh = restored === null;
    const tables = () => this.#windows.tables();
    this.#freezer = new Freezer({ tables, nextRound: () => this.#state.round++, buffers });
    this.#rows = new RowProcessor(this.#state, this.#budget, this.#deadLetters);
  }

  // ---- The stream -------------------------------------------------------------------------------------------------

  /** Goes over to a lane. `columnIndexes`: the lane's column for each of the plan's; found by path and kind when absent. */
  bind(lane: Lane, columnIndexes?: readonly number[]): void {
    this.#partitions.rebind();
    this.#rows.bind(lane, columnIndexes ?? columnIndexesOf(this.#plan, lane));
  }

  /**
   * Names the partition behind an index of the lane. One that is not known yet begins at `startOffset`: at once before the
   * unit's very first row, afterwards when a snapshot that holds it is committed. Otherwise an owner that never heard of it
   * and one that already forgot the windows of its rows would come to different results.
   */
  partition(index: number, id: string, startOffset = 0): void {
    this.#partitions.name(index, id, () => ({
      nextOffset: startOffset,
      floor: this.#windows.evictedEnd + this.#plan.allowedLatenessMs,
      waits: this.#isFresh ? 'no' : 'for-next',
    }));
  }

  /** A live partition fell silent, or speaks again. Rows make it active by themselves. */
  setIdle(index: number, idle: boolean): void {
    this.#partitions.setIdle(index, idle);
    this.#complete();
  }

  /**
   * The partitions that the source has now. Others that the unit knows, files that are gone for example, hold nobody back: they
   * are idle, and should they come back they wait for a commit and have their floor.
   */
  present(ids: ReadonlySet<string>): void {
    this.#partitions.present(ids);
    this.#complete();
  }

  /** A bounded partition is at its end. Rows appended later make it active again. */
  ended(index: number): void {
    const partition = this.#partitions.at(index);
    if (partition.state !== 'gone') partition.state = 'ended';
    this.#complete();
  }

  /** No row of the partition will ever come any more (its topic was deleted): nothing waits for it. */
  gone(index: number): void {
    this.#partitions.at(index).state = 'gone';
    this.#complete();
  }

  /** To be called before `process` until it says that all is done: pieces of work that large tables need at a new lane. */
  prepare(): boolean {
    return this.#rows.prepare();
  }

  /**
   * Folds the rows at or after the partition's next offset. `blocked`: its rows wait for a commit; nothing was consumed,
   * and the same chunk must come again. The chunk's events are heeded.
   */
  process(chunk: Chunk): 'done' | 'blocked' {
    if (chunk.event === PartitionEvent.ENDED) this.ended(chunk.partition);
    else if (chunk.event === PartitionEvent.IDLE) this.setIdle(chunk.partition, true);
    const partition = this.#partitions.at(chunk.partition);
    if (chunk.nextOffset <= partition.nextOffset) return 'done';
    if (partition.waits !== 'no') return 'blocked';
    check(partition.state !== 'gone', 'no row comes from a partition that is gone');
    // What was lost is declared by `gap` before.
    check(chunk.firstOffset <= partition.nextOffset, 'no offset between two chunks is left out');
    this.#isFresh = false;
    this.#budget.measure(this.memoryBytes);
    if (this.#budget.memoryFull) {
      this.#windows.dropSpare();
      this.#budget.measure(this.memoryBytes);
    }
    this.#rows.process(chunk, partition);
    this.#complete();
    return 'done';
  }

  /** Offsets before `nextOffset` are lost, to retention for example: windows that may miss rows of them are flagged. */
  gap(index: number, nextOffset: number): void {
    const partition = this.#partitions.at(index);
    if (nextOffset <= partition.nextOffset) return;
    this.#windows.gaps.add(partition.id, this.#partitions.watermarkOf(partition));
    this.#windows.flagGaps();
    partition.nextOffset = nextOffset;
    partition.fingerprint = null;
  }

  /** The end of bounded input: all windows are complete. Watermarks stay, so that rows appended later still count. */
  completeAll(): void {
    this.#windows.completeAll();
  }

  #complete(): void {
    this.#windows.complete(this.#partitions.activeMin());
  }

  // ---- Results ----------------------------------------------------------------------------------------------------

  /** Whether `emit` without updates has something to emit. */
  get hasCompleted(): boolean {
    for (const window of this.#windows.windows.values()) {
      if (window.pass !== null || this.#emission.isDue(window)) return true;
    }
    return false;
  }

  /** Rows of changed groups with their full values; see `EmissionOptions`. */
  emit(options: EmissionOptions): ResultBatch[] {
    const windows = [...this.#windows.windows.values()].sort((a, b) => a.start - b.start);
    return this.#emission.emit(windows, options, () => this.#state.round++);
  }

  /** Batches that were emitted and are not acked. */
  get pendingBatches(): number {
    return this.#emission.pendingBatches;
  }

  /** Of those, about. */
  get pendingBytes(): number {
    return this.#emission.pendingBytes;
  }

  /** The sinks hold the batch and all before it. */
  acked(batch: number): void {
    this.#emission.acked(batch);
  }

  /** Forgets what is written, complete, and can change no more. */
  evict(): void {
    const { allowedLatenessMs, window } = this.#plan;
    const watermark = this.#partitions.min();
    this.#windows.evict(watermark, allowedLatenessMs);
    this.#windows.gaps.forget(watermark - allowedLatenessMs - 2 * window.sizeMs);
  }

  /** Rows that no window took, since the last call. */
  takeDeadLetters(): DeadLetterBatch | null {
    return this.#deadLetters.take();
  }

  // ---- Snapshots --------------------------------------------------------------------------------------------------

  /** Whether rows wait until a snapshot is frozen and committed. */
  get wantsCommit(): boolean {
    return this.#partitions.wantsCommit;
  }

  /** Copies a piece of what `freeze` would. Returns whether little is left: then `freeze` is cheap, and should come next. */
  copyAhead(full: boolean, bytesMax?: number): boolean {
    return this.#freezer.copyAhead(full, bytesMax);
  }

  /**
   * Copies what changed since the last freeze, or all of it. A snapshot that is not committed must be followed by a full one.
   * Dead letters are taken before.
   */
  freeze(full: boolean): Snapshot {
    check(this.#deadLetters.waiting === 0, 'dead letters are taken before a snapshot is frozen');
    this.#partitions.freeze();
    const { batch: deadLetterBatch } = this.#deadLetters;
    const [cut, meta] = [this.#freezer.freeze(full), describeUnit(this.#state)];
    return { positions: this.positions(), meta, ...cut, deadLetterBatch };
  }

  /** The snapshot frozen last is committed: its floors take effect, and the rows that waited for it may come. */
  snapshotCommitted(): void {
    this.#partitions.committed();
    this.#windows.ageSpare();
    this.#complete();
  }

  // ---- What it looks like inside ----------------------------------------------------------------------------------

  positions(): PartitionPosition[] {
    return this.#partitions.positions();
  }

  /** Of the partition behind an index of the lane. */
  nextOffset(index: number): number {
    return this.#partitions.at(index).nextOffset;
  }

  /** Groups over all open windows. */
  get groups(): number {
    return this.#budget.groups;
  }

  get openWindows(): number {
    return this.#windows.windows.size;
  }

  get memoryBytes(): number {
    return this.#rows.memoryBytes + this.#windows.memoryBytes;
  }

  /** Largest event time folded or judged, epoch ms; -Infinity before the first. */
  get timeMax(): number {
    return this.#partitions.timeMax();
  }

  /** The watermark that completes windows, epoch ms; -Infinity while a partition holds it back. */
  get watermark(): number {
    return this.#partitions.activeMin();
  }

  /** Watermark of each partition, epoch ms; -Infinity before its first row. */
  watermarks(): { readonly partition: string; readonly watermark: number }[] {
    return this.#partitions.watermarks();
  }
}
