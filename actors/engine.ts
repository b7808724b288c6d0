/**
 * A running node, on the main thread: starts the threads, hands the units to their keeper, tends the streams, and ends
 * everything in good order. It decides per chunk or slower; no row ever passes here.
 */
import type { Behaviour } from '../runtime/actor.ts';
import { ActorSystem } from '../runtime/actor-system.ts';
import { type Clock, systemClock } from '../runtime/clock.ts';
import type { DictionaryLimits } from '../runtime/dictionary.ts';
import { check, type ErrorData, errorToData, type LaError } from '../runtime/errors.ts';
import { systemRandom } from '../runtime/random.ts';
import { Watchdog } from '../runtime/watchdog.ts';
import { compileView } from '../views/compile.ts';
import type { ProjectSpec, StreamSpec } from '../views/spec.ts';
import { askReader } from './ask-reader.ts';
import { Board } from './board.ts';
import type { EngineAlarm } from './engine-alarm.ts';
import { actorError } from './errors.ts';
import { keepReader } from './keep-reader.ts';
import { ENGINE, type EngineMessage, taskName, type UnitMessage } from './messages.ts';
import { NodeThreads } from './node-threads.ts';
import { loadAggregations } from './plugins.ts';
import { retrying } from './retry.ts';
import { askTimeoutMs, StreamTask } from './stream-task.ts';
import { UnitKeeper } from './unit-keeper.ts';
import { UnitRecord } from './unit-record.ts';
import { statusOf, type UnitStatus } from './unit-status.ts';

const COLLECT_AFTER_MS = 500;
const TEND_MS = 50;

export interface EngineOptions {
  readonly project: ProjectSpec;
  readonly projectDir: string;
  /** Bounded sources end, all windows complete, and then the engine has finished. */
  readonly once: boolean;
  /** Of the machine: what the number of aggregator threads goes by where the project does not say. */
  readonly cores: number;
  /** URLs of modules that export further `aggregations`. */
  readonly plugins?: readonly string[];
  readonly onAlarm?: (alarm: EngineAlarm) => void;
  /** Of each dictionary of a lane. */
  readonly dictionary?: DictionaryLimits;
  /** Gives up the start; later it has no effect. */
  readonly signal?: AbortSignal;
}

export class Engine implements Behaviour<EngineMessage> {
  readonly #options: EngineOptions;
  readonly #clock: Clock = systemClock;
  readonly #system: ActorSystem;
  readonly #board: Board;
  readonly #threads: NodeThreads;
  readonly #keeper: UnitKeeper;
  readonly #tasks = new Map<string, StreamTask>();
  readonly #stopping = new AbortController();
  readonly #settled = Promise.withResolvers<void>();
  #nextLane = 1;
  #failure: LaError | undefined;

  private constructor(options: EngineOptions) {
    const { project, projectDir, once, plugins = [] } = options;
    this.#options = options;
    this.#system = new ActorSystem({ clock: this.#clock, random: systemRandom });
    this.#system.spawn<EngineMessage>(() => this, { name: ENGINE, messagesMax: 1 << 20 });
    // Every view may have a few generations that drain.
    this.#board = new Board(project.views.length * 4 + 16);
    const { buffer } = this.#board;
    const system = this.#system;
    this.#threads = new NodeThreads({ system, project, projectDir, plugins, board: buffer });
    this.#keeper = new UnitKeeper({
      threads: this.#threads,
      clock: this.#clock,
      once,
      aggregatorThreads: project.engine.aggregatorThreads ?? Math.max(1, options.cores - 1),
      signal: this.#stopping.signal,
      settled: () => this.#checkSettled(),
    });
    // It may fail before anybody waits for it.
    this.#settled.promise.catch(() => undefined);
    this.#threads.ioThread.watch(({ error }) => this.#fatal('io', error));
    keepReader({
      threads: this.#threads,
      clock: this.#clock,
      random: systemRandom,
      signal: this.#stopping.signal,
      tasks: () => this.#tasks.values(),
      tripped: (error) => this.#fatal('reader', error),
      failed: this.#broken,
    });
  }

  /** Resolves once every unit runs, or has failed in a way that is being dealt with. */
  static async start(options: EngineOptions): Promise<Engine> {
    const engine = new Engine(options);
    const { promise: givenUp, reject } = Promise.withResolvers<never>();
    const onAbort = () => reject(options.signal?.reason);
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      options.signal?.throwIfAborted();
      const failed = engine.settled.then(() => new Promise<never>(() => undefined));
      await Promise.race([engine.#start(), givenUp, failed]);
    } catch (error) {
      await engine.stop(0);
      // Who asked a thread that has died is only told that it has.
      throw engine.#failure ?? error;
    } finally {
      options.signal?.removeEventListener('abort', onAbort);
    }
    return engine;
  }

  /** All units have come to their end; rejects when the node cannot go on. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  status(): UnitStatus[] {
    return this.#keeper.records.map((record) => statusOf(record, this.#board));
  }

  /** Writes what is dirty, commits a last checkpoint of every unit, and ends; what takes longer than `graceMs` is dropped. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort(new Error('the engine is stopping'));
    const running = this.#keeper.records.filter(({ state }) => state === 'running');
    if (graceMs > 0 && running.length > 0) {
      for (const { thread, spec, claim } of running) {
        if (thread === undefined) continue;
        this.#threads.tellUnit(thread, spec.unit, claim, { type: 'finish' });
      }
      const settled = new AbortController();
      await Promise.race([
        this.#settled.promise.catch(() => undefined).then(() => settled.abort()),
        this.#clock.sleep(graceMs, settled.signal).catch(() => undefined),
      ]);
    }
    await this.#threads.stop();
    await this.#system.stop();
  }

  // ---- As an actor: what the threads report -----------------------------------------------------------------------

  async receive(message: EngineMessage): Promise<void> {
    switch (message.type) {
      case 'unit-report':
        void this.#keeper.reported(message.unit, message.claim, message.report).catch(this.#broken);
        break;
      case 'trouble': {
        const record = this.#keeper.records.find(({ spec }) => spec.unit === message.unit);
        if (record !== undefined) record.trouble = message.error;
        break;
      }
      case 'alarm':
        this.#options.onAlarm?.(message.alarm);
        break;
      case 'lane-failed':
        void this.#laneFailed(message.lane, message.error).catch(this.#broken);
        break;
      case 'lane-full':
        void this.#taskWith(message.lane)?.renew(message.lane).catch(this.#broken);
        break;
      case 'partition-found': {
        const { index, id } = message.partition;
        const task = this.#tasks.get(message.task);
        if (task?.discovered(message.partition) !== true) break;
        for (const { thread, spec, claim } of this.#keeper.records.filter((r) => r.task === task)) {
          if (thread === undefined) continue;
          const learn = { type: 'partition', index, id } as const;
          this.#threads.tellUnit(thread, spec.unit, claim, learn);
        }
      }
    }
  }

  // ---- Starting ---------------------------------------------------------------------------------------------------

  async #start(): Promise<void> {
    const { project, plugins = [] } = this.#options;
    const timeoutMs = askTimeoutMs;
    const aggregations = await loadAggregations(plugins);
    const answer = await this.#threads.io.ask({ type: 'register', project }, { timeoutMs });
    check(answer.type === 'units', 'register is answered by units');
    for (const [line, spec] of answer.units.entries()) {
      try {
        const task = await this.#taskOf(spec.stream);
        const plan = compileView(spec.view, spec.stream, aggregations);
        this.#keeper.add(new UnitRecord(spec, { plan, task, line, random: systemRandom }));
      } catch (error) {
        // One that was replaced must not keep the others from starting.
        if (spec.cutover.until === null) throw error;
        this.#options.onAlarm?.({ type: 'stranded', unit: spec.unit, error: errorToData(error) });
      }
    }
    const { signal } = this.#stopping;
    void new Watchdog({ clock: this.#clock }).run(() => this.#threads.aggregators, signal);
    await Promise.all(
      [...this.#tasks.values()].map((task) =>
        this.#keeper.launch(
          task,
          this.#keeper.records.filter((record) => record.task === task),
        ),
      ),
    );
    void this.#tend().catch(this.#broken);
    this.#checkSettled();
  }

  async #taskOf(stream: StreamSpec): Promise<StreamTask> {
    const { project, once, dictionary } = this.#options;
    const name = taskName(stream);
    const known = this.#tasks.get(name);
    if (known !== undefined) return known;
    const clock = this.#clock;
    const { signal } = this.#stopping;
    const { chunkRows, chunkSlots: slots } = project.engine;
    const task = await StreamTask.open({
      task: name,
      stream,
      once,
      lane: { chunkRows, slots, dictionary },
      ask: (message) => askReader(this.#threads.reader, message, askTimeoutMs),
      insist: (attempt) => retrying(attempt, { clock, random: systemRandom, signal }),
      nextLaneId: () => this.#nextLane++,
      random: systemRandom,
      threadOf: (unit) => this.#record(unit)?.thread?.index ?? 0,
      laneUnused: () => {
        const soon = clock.sleep(COLLECT_AFTER_MS, signal);
        soon.then(() => this.#threads.collectGarbage()).catch(() => undefined);
      },
      offerSeat: (unit, seat, targets) => this.#tell(unit, { type: 'rejoin', seat, targets }),
    });
    this.#tasks.set(name, task);
    return task;
  }

  async #tend(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await this.#clock.sleep(TEND_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      for (const task of this.#tasks.values()) {
        const units = this.#keeper.records.filter((record) => record.task === task);
        const groups = units.reduce((sum, { line }) => sum + this.#board.get(line, 'groups'), 0);
        const leaver = await task.tend(this.#clock.mono(), groups);
        if (leaver !== undefined) this.#tell(leaver, { type: 'leave' });
      }
    }
  }

  #taskWith(lane: number): StreamTask | undefined {
    return [...this.#tasks.values()].find((task) => task.hasLane(lane));
  }

  #record(unit: string): UnitRecord | undefined {
    return this.#keeper.records.find(({ spec }) => spec.unit === unit);
  }

  #tell(unit: string, message: UnitMessage): void {
    const record = this.#record(unit);
    if (record?.thread === undefined) return;
    this.#threads.tellUnit(record.thread, unit, record.claim, message);
  }

  // ---- When something fails ---------------------------------------------------------------------------------------

  #checkSettled(): void {
    // What is to start again will not any more once everything ends.
    const isEnding = this.#stopping.signal.aborted;
    const done = this.#keeper.records.every(({ state }) =>
      isEnding ? state !== 'running' : state === 'finished' || state === 'disabled',
    );
    if (done) this.#settled.resolve();
  }

  async #laneFailed(lane: number, error: ErrorData): Promise<void> {
    const task = this.#taskWith(lane);
    if (task === undefined) return;
    try {
      const afterMs = task.failed(error, this.#clock.mono());
      await this.#clock.sleep(afterMs, this.#stopping.signal);
      await task.renew(lane);
    } catch (cause) {
      if (!this.#stopping.signal.aborted) await this.#keeper.streamFailed(task, errorToData(cause));
    }
  }

  #fatal(thread: string, error: ErrorData | undefined): void {
    if (this.#stopping.signal.aborted) return;
    const { message: reason, remedy } = error ?? errorToData(new Error('it ended by itself'));
    this.#failure ??= actorError('LA_NODE_FAILED', { thread, reason, remedy });
    this.#settled.reject(this.#failure);
  }

  /** A step of the supervisor itself failed: there is nobody above it but the process. */
  readonly #broken = (error: unknown): void => {
    if (!this.#stopping.signal.aborted) this.#settled.reject(error);
  };
}
