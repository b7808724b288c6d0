/**
 * Keeps the units of a node running: opens and seats them, restarts one that failed from its last checkpoint, and
 * disables one that fails a third time within ten minutes. What goes wrong in one unit touches no other.
 */
import type { Clock } from '../runtime/clock.ts';
import { type ErrorData, errorFromData, errorToData } from '../runtime/errors.ts';
import type { PartitionPosition } from '../runtime/snapshot.ts';
import type { Thread } from '../runtime/thread.ts';
import type { ViewPlan } from '../views/plan.ts';
import { actorError } from './errors.ts';
import type { OutletAnswer, UnitReport, UnitStart } from './messages.ts';
import type { NodeThreads } from './node-threads.ts';
import type { Boarding, StreamTask } from './stream-task.ts';
import type { UnitRecord } from './unit-record.ts';

/** Restoring a large unit takes its time; a store that is away takes longer still. */
const OPEN_TIMEOUT_MS = 24 * 3600 * 1000;
const DROP_TIMEOUT_MS = 15_000;

export interface UnitKeeperOptions {
  readonly threads: NodeThreads;
  readonly clock: Clock;
  readonly once: boolean;
  readonly aggregatorThreads: number;
  readonly signal: AbortSignal;
  /** A unit came to its end: finished, or disabled. */
  readonly settled: (record: UnitRecord) => void;
}

type Opened = Extract<OutletAnswer, { type: 'opened' }>;

export class UnitKeeper {
  readonly #options: UnitKeeperOptions;
  readonly #records = new Map<string, UnitRecord>();
  /** Shared aggregator threads; those of suspects are beside them. */
  #shared: Thread[] = [];

  constructor(options: UnitKeeperOptions) {
    this.#options = options;
  }

  get records(): readonly UnitRecord[] {
    return [...this.#records.values()];
  }

  add(record: UnitRecord): void {
    this.#records.set(record.spec.unit, record);
  }

  /** Opens units of one stream and seats them on one lane. Failures are dealt with, not thrown. */
  async launch(task: StreamTask, records: readonly UnitRecord[]): Promise<void> {
    const ready: { record: UnitRecord; thread: Thread; opened: Opened; boarding: Boarding }[] = [];
    for (const record of records) {
      if (this.#options.signal.aborted) return;
      if (!record.move('scheduled')) continue;
      try {
        const thread = this.#threadFor(record);
        record.thread = thread;
        const { opened, positions, wantsFull } = await this.#open(record, thread);
        record.claim = opened.claim;
        const { plan, spec } = record;
        const boarding = { unit: spec.unit, plan, positions, thread: thread.index };
        ready.push({ record, thread, opened: { ...opened, wantsFull }, boarding });
      } catch (error) {
        void this.failed(record, errorToData(error));
      }
    }
    // One whose thread died meanwhile has failed, or is being launched anew.
    const present = ready.filter(
      ({ record, thread, opened }) =>
        record.state === 'scheduled' && record.thread === thread && record.claim === opened.claim,
    );
    if (present.length === 0) return;
    try {
      await task.board(
        present.map(({ boarding }) => boarding),
        this.#plansOf(task),
        (unit, seat) => {
          const { record, thread, opened, boarding } = present.find(
            (other) => other.boarding.unit === unit,
          )!;
          const { spec, line } = record;
          const { claim, wantsFull, restored } = opened;
          const { positions } = boarding;
          const { once } = this.#options;
          const start: UnitStart = { spec, line, claim, wantsFull, once };
          record.move('running');
          this.#options.threads.aggregator(thread).send({
            type: 'start-unit',
            start,
            from: { restored, positions, seat },
          });
        },
      );
    } catch (error) {
      for (const { record } of present) void this.failed(record, errorToData(error));
    }
  }

  async reported(unit: string, claim: number, report: UnitReport): Promise<void> {
    const record = this.#records.get(unit);
    if (record === undefined || record.claim !== claim || record.state !== 'running') return;
    const { threads } = this.#options;
    switch (report.type) {
      case 'failed':
        await this.failed(record, report.error);
        break;
      case 'rejoined':
        record.rejoins++;
        await record.task.rejoined(unit, report.lane);
        break;
      case 'left': {
        record.leaves++;
        record.task.release(unit);
        const { plan, thread } = record;
        if (thread === undefined) return;
        const boarding = { unit, plan, positions: report.positions, thread: thread.index };
        await record.task.board([boarding], this.#plansOf(record.task), (_, seat) => {
          threads.tellUnit(thread, unit, claim, { type: 'take-seat', seat });
        });
        break;
      }
      case 'finished':
        record.move('finished');
        record.task.release(unit);
        await threads.io.ask({ type: 'stop-outlet', unit }, { timeoutMs: DROP_TIMEOUT_MS });
        if (report.drained) {
          const { generation, view } = record.spec;
          const message = { type: 'drained', view: view.view, generation } as const;
          await threads.io.ask(message, { timeoutMs: DROP_TIMEOUT_MS });
        }
        this.#options.settled(record);
    }
  }

  /** A unit failed: it is taken down, and comes back after a while, unless it failed too often. */
  async failed(record: UnitRecord, error: ErrorData): Promise<void> {
    if (record.state !== 'running' && record.state !== 'scheduled') return;
    record.error = error;
    record.failureCount++;
    const { clock, signal } = this.#options;
    // Another process has taken over: to start again would only take it back.
    const verdict =
      error.code === 'LA_CHECKPOINT_FENCED' ? 'tripped' : record.failures.record(clock.mono());
    record.move(verdict === 'tripped' ? 'disabled' : 'waiting');
    await this.#takeDown(record);
    if (verdict === 'tripped') {
      if (error.code !== 'LA_CHECKPOINT_FENCED') record.error = disabledBy(record, error);
      this.#options.settled(record);
      return;
    }
    await clock.sleep(verdict.afterMs, signal).catch(() => undefined);
    if (signal.aborted) this.#options.settled(record);
    else await this.launch(record.task, [record]);
  }

  /** A thread died. The unit that it was at work for answers for it; the others start again and nothing is held against them. */
  async threadEnded(thread: Thread, error: ErrorData | undefined): Promise<void> {
    // It was asked to: everything ends.
    if (this.#options.signal.aborted) return;
    const { busy, unit: line } = thread.status.read();
    this.#shared = this.#shared.filter((other) => other !== thread);
    const orphans = this.records.filter((record) => record.thread === thread);
    const running = orphans.filter(({ state }) => state === 'running' || state === 'scheduled');
    const guilty = busy && error !== undefined ? running.find((r) => r.line === line) : undefined;
    for (const record of orphans) record.thread = undefined;
    if (guilty !== undefined && error !== undefined) {
      guilty.isSuspect = true;
      void this.failed(guilty, error);
    }
    const innocent = running.filter((record) => record !== guilty && record.move('waiting'));
    for (const record of innocent) await this.#takeDown(record);
    const tasks = new Set(innocent.map(({ task }) => task));
    for (const task of tasks) {
      await this.launch(
        task,
        innocent.filter((record) => record.task === task),
      );
    }
  }

  /** All units of the stream are given up. */
  async streamFailed(task: StreamTask, error: ErrorData): Promise<void> {
    for (const record of this.records) {
      if (record.task !== task || !record.move('disabled')) continue;
      const { message: reason, remedy } = error;
      const context = { stream: task.options.stream.name, reason, remedy };
      record.error = errorToData(actorError('LA_STREAM_FAILED', context, errorFromData(error)));
      await this.#takeDown(record);
      this.#options.settled(record);
    }
  }

  /** Of all units that may still want to read the stream. */
  #plansOf(task: StreamTask): ViewPlan[] {
    const ended = new Set(['finished', 'disabled']);
    return this.records
      .filter((record) => record.task === task && !ended.has(record.state))
      .map(({ plan }) => plan);
  }

  async #takeDown(record: UnitRecord): Promise<void> {
    const { threads } = this.#options;
    const { unit } = record.spec;
    const { thread } = record;
    const timeoutMs = DROP_TIMEOUT_MS;
    if (thread !== undefined) {
      const host = threads.aggregator(thread);
      // Rejected when the thread died instead: then nobody reads the lane any more either.
      await host.ask({ type: 'drop-unit', unit }, { timeoutMs }).catch(() => undefined);
      if (record.isSuspect && !this.#shared.includes(thread)) await thread.stop();
    }
    record.thread = undefined;
    record.task.release(unit);
    await threads.io.ask({ type: 'stop-outlet', unit }, { timeoutMs }).catch(() => undefined);
  }

  async #open(
    record: UnitRecord,
    thread: Thread,
  ): Promise<{
    opened: Opened;
    positions: readonly PartitionPosition[];
    wantsFull: boolean;
  }> {
    const { threads } = this.#options;
    const { spec, task } = record;
    const timeoutMs = OPEN_TIMEOUT_MS;
    await threads.io.ask({ type: 'start-outlet', spec, aggregator: thread.index }, { timeoutMs });
    const outlet = threads.outlet(spec.unit);
    const opened = await outlet.ask({ type: 'open' }, { timeoutMs });
    if (opened.type !== 'opened') throw new Error('open is answered by opened');
    const { restored, inherited } = opened;
    if (restored !== null) {
      return { opened, positions: restored.positions, wantsFull: opened.wantsFull };
    }
    const positions = inherited ?? (await task.startPositions());
    const { wantsFull } = await outlet.ask({ type: 'begin', positions }, { timeoutMs });
    return { opened, positions, wantsFull };
  }

  /** The shared thread with the fewest units; one of its own for a suspect. */
  #threadFor(record: UnitRecord): Thread {
    if (record.isSuspect) return this.#startThread();
    if (this.#shared.length < this.#options.aggregatorThreads) {
      const thread = this.#startThread();
      this.#shared.push(thread);
      return thread;
    }
    const load = (thread: Thread) => this.records.filter((other) => other.thread === thread).length;
    return this.#shared.reduce((best, thread) => (load(thread) < load(best) ? thread : best));
  }

  #startThread(): Thread {
    const thread = this.#options.threads.startAggregator();
    thread.watch(({ error }) => void this.threadEnded(thread, error));
    return thread;
  }
}

function disabledBy(record: UnitRecord, error: ErrorData): ErrorData {
  const { view } = record.spec.view;
  const { message: reason, remedy } = error;
  const context = { view, failures: record.failureCount, reason, remedy };
  return errorToData(actorError('LA_VIEW_DISABLED', context, errorFromData(error)));
}
