/**
 * Records in, result rows out, on one thread: no ring, no files, no clock. Decoding and folding are those of production, so
 * that what a test or an explanation says is what the engine does.
 */
import { resultRows } from '../connectors/result-rows.ts';
import type { DecoderBatch } from '../kernels/decoder-batch.ts';
import type { Chunk } from '../runtime/chunk.ts';
import type { DeadLetter } from '../runtime/dead-letter.ts';
import type { ResultRow } from '../runtime/result-batch.ts';
import type { Counters } from '../state/counters.ts';
import { Unit } from '../state/unit.ts';
import type { ViewPlan } from '../views/plan.ts';
import { FinalRows } from './final-rows.ts';
import type { StraightLane } from './straight-lane.ts';

export interface StraightRunOptions {
  readonly lane: StraightLane;
  readonly plans: readonly ViewPlan[];
  /** Names of all partitions; their places here are the indexes that `feed` takes. */
  readonly partitions: readonly string[];
  /** Emit changed rows each time event time has moved on by the view's write interval, as a live stream would. */
  readonly paced?: boolean;
  /** Without rows it is for measuring: they are counted and thrown away. True by default. */
  readonly keepRows?: boolean;
  /** CPU ms of this thread so far, for `decodeMs` and `foldMs`. */
  readonly cpuMs?: () => number;
}

export interface StraightResult {
  readonly view: string;
  /** The highest version of each group and window, by window and group key. */
  readonly rows: readonly ResultRow[];
  readonly deadLetters: readonly DeadLetter[];
  readonly counters: Counters;
  readonly measures: StraightMeasures;
}

export interface StraightMeasures {
  /** Rows emitted, and how many batches. */
  readonly resultRows: number;
  /** Different groups and windows among them; 0 without rows. */
  readonly finalRows: number;
  /** Most groups held at once, over all open windows, and then the windows and bytes. */
  readonly groupsMax: number;
  readonly windowsThen: number;
  readonly memoryThenBytes: number;
  /** CPU ms spent on this view, and on decoding the stream for all views. */
  readonly foldMs: number;
  readonly decodeMs: number;
}

/** First generation that a registry gives out: what rows of a new view carry. */
const GENERATION = 8;
const CLAIM = 1;

interface Follower {
  readonly plan: ViewPlan;
  readonly unit: Unit;
  readonly rows: FinalRows;
  readonly letters: DeadLetter[];
  nextWriteMs: number;
  resultRows: number;
  groupsMax: number;
  windowsThen: number;
  memoryThenBytes: number;
  foldMs: number;
}

export class StraightRun {
  readonly #options: StraightRunOptions;
  readonly #followers: readonly Follower[];
  readonly #cpuMs: () => number;
  #decodeMs = 0;
  #timeMin = Number.POSITIVE_INFINITY;
  #timeMax = Number.NEGATIVE_INFINITY;

  constructor(options: StraightRunOptions) {
    const { lane, plans, partitions, cpuMs = () => 0 } = options;
    this.#options = options;
    this.#cpuMs = cpuMs;
    this.#followers = plans.map((plan) => {
      const cutover = { from: null, until: null };
      const unit = new Unit({ plan, generation: GENERATION, claim: CLAIM, cutover, start: [] });
      unit.bind(lane.lane);
      for (const [index, id] of partitions.entries()) unit.partition(index, id);
      return newFollower(plan, unit);
    });
  }

  /** Consecutive records of one partition, from offset 0 on over all calls. */
  feed(partition: number, batch: DecoderBatch): void {
    let since = this.#cpuMs();
    this.#options.lane.decode(partition, batch, (chunk) => {
      this.#decodeMs += this.#cpuMs() - since;
      this.#timeMin = Math.min(this.#timeMin, chunk.timeMin);
      this.#timeMax = Math.max(this.#timeMax, chunk.timeMax);
      for (const follower of this.#followers) this.#fold(follower, chunk);
      since = this.#cpuMs();
    });
    this.#decodeMs += this.#cpuMs() - since;
  }

  /** Event time from the earliest row to the latest, ms. */
  get spanMs(): number {
    return Math.max(0, this.#timeMax - this.#timeMin);
  }

  /** `complete`: all windows are, as at the end of bounded input; otherwise those that the watermarks have passed. */
  finish({ complete }: { readonly complete: boolean }): StraightResult[] {
    return this.#followers.map((follower) => {
      const began = this.#cpuMs();
      if (complete) follower.unit.completeAll();
      this.#emit(follower, true);
      follower.foldMs += this.#cpuMs() - began;
      return this.#result(follower);
    });
  }

  #fold(follower: Follower, chunk: Chunk): void {
    const began = this.#cpuMs();
    const { unit } = follower;
    unit.process(chunk);
    if (unit.groups > follower.groupsMax) {
      follower.groupsMax = unit.groups;
      follower.windowsThen = unit.openWindows;
      follower.memoryThenBytes = unit.memoryBytes;
    }
    follower.letters.push(...(unit.takeDeadLetters()?.letters ?? []));
    const due = this.#options.paced === true && unit.timeMax >= follower.nextWriteMs;
    if (due) follower.nextWriteMs = unit.timeMax + (follower.plan.writeIntervalMs ?? Infinity);
    if (due || unit.hasCompleted) this.#emit(follower, due);
    unit.evict();
    follower.foldMs += this.#cpuMs() - began;
  }

  #emit(follower: Follower, updates: boolean): void {
    const { plan, unit } = follower;
    for (const batch of unit.emit({ updates })) {
      follower.resultRows += batch.count;
      if (this.#options.keepRows !== false) follower.rows.add(resultRows(batch, plan.schema));
      unit.acked(batch.batch);
    }
  }

  #result(follower: Follower): StraightResult {
    const { plan, unit, rows, letters } = follower;
    const { resultRows, groupsMax, windowsThen, memoryThenBytes, foldMs } = follower;
    const sorted = rows.sorted();
    return {
      view: plan.view,
      rows: sorted,
      deadLetters: letters,
      counters: unit.counters,
      measures: {
        resultRows,
        finalRows: sorted.length,
        groupsMax,
        windowsThen,
        memoryThenBytes,
        foldMs,
        decodeMs: this.#decodeMs,
      },
    };
  }
}

const newFollower = (plan: ViewPlan, unit: Unit): Follower => ({
  plan,
  unit,
  rows: new FinalRows(),
  letters: [],
  nextWriteMs: Number.NEGATIVE_INFINITY,
  resultRows: 0,
  groupsMax: 0,
  windowsThen: 0,
  memoryThenBytes: 0,
  foldMs: 0,
});
