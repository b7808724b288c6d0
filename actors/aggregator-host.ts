/**
 * An aggregator thread's host: makes the actors of its units and shares the thread between them. Turns go by time spent,
 * not by chunks, so that a slow view costs the others no more than its share.
 */
import type { ActorRef, Behaviour } from '../runtime/actor.ts';
import type { ActorSystem } from '../runtime/actor-system.ts';
import { BufferPool } from '../runtime/buffer-pool.ts';
import { errorToData } from '../runtime/errors.ts';
import type { StatusLine } from '../runtime/status.ts';
import { type AggregationRegistry, compileView } from '../views/compile.ts';
import type { Board } from './board.ts';
import {
  type AggregatorMessage,
  type ClaimedUnitMessage,
  type EngineMessage,
  type OutletAnswer,
  type OutletMessage,
  outletName,
  type UnitBeginning,
  type UnitReport,
  type UnitStart,
  unitActorName,
} from './messages.ts';
import { outputTransfers } from './output-transfers.ts';
import { ViewAggregator, type ViewAggregatorOptions } from './view-aggregator.ts';

/** How often buffers that nobody needs are given back. */
const POOL_AGE_MS = 10_000;
/** How much further one unit may be in time spent than another that has work. */
const QUANTUM_MS = 10;
/** A turn takes chunks while they wait, at most so many and about so long: its unit's groups are in the cache by then. */
const TURN_CHUNKS_MAX = 4;
const TURN_MS = 1;

export interface AggregatorHostOptions {
  readonly system: ActorSystem;
  readonly status: StatusLine;
  readonly board: Board;
  readonly bells: Int32Array;
  readonly aggregations: AggregationRegistry;
  readonly engine: ActorRef<EngineMessage>;
  readonly outlet: (name: string) => ActorRef<OutletMessage, OutletAnswer>;
}

interface Hosted {
  readonly unit: string;
  readonly claim: number;
  readonly line: number;
  readonly aggregator: ViewAggregator;
  readonly actor: ActorRef<ClaimedUnitMessage>;
  /** Time it is charged with, ms: what it spent, and no less than others while it had no work. */
  chargedMs: number;
}

export class AggregatorHost implements Behaviour<AggregatorMessage> {
  readonly #options: AggregatorHostOptions;
  #units: Hosted[] = [];
  /** Of result batches and snapshots: the I/O thread sends them back. */
  readonly #buffers = new BufferPool();
  #nextAge = 0;

  constructor(options: AggregatorHostOptions) {
    this.#options = options;
  }

  receive(message: AggregatorMessage): void {
    if (message.type === 'start-unit') this.#start(message.start, message.from);
    else if (message.type === 'drop-unit') this.#drop(message.unit);
    else this.#units.find(({ unit }) => unit === message.unit)?.actor.send(message);
  }

  /** One turn of each unit that has not had more than its share; whether there was any work. */
  turn(): boolean {
    let least = Number.POSITIVE_INFINITY;
    for (const hosted of this.#units) {
      if (hosted.aggregator.hasWork && hosted.chargedMs < least) least = hosted.chargedMs;
    }
    const waiting: Hosted[] = [];
    let worked = false;
    for (const hosted of this.#units) {
      if (hosted.chargedMs > least + QUANTUM_MS) waiting.push(hosted);
      else if (this.#turnOf(hosted)) worked = true;
      else if (hosted.chargedMs < least && Number.isFinite(least)) hosted.chargedMs = least;
    }
    // The one that was to go first may be waiting for an answer: then the others need not.
    if (!worked) for (const hosted of waiting) if (this.#turnOf(hosted)) worked = true;
    return worked;
  }

  /** ms until some unit has something to write or to check in. */
  dueInMs(): number {
    return Math.min(...this.#units.map(({ aggregator }) => aggregator.dueInMs()));
  }

  #turnOf(hosted: Hosted): boolean {
    const { status } = this.#options;
    const { aggregator, line } = hosted;
    const before = aggregator.busyMs;
    status.begin(line);
    try {
      if (!aggregator.turn()) return false;
      for (let chunks = 1; chunks < TURN_CHUNKS_MAX && aggregator.hasWork; chunks++) {
        if (aggregator.busyMs - before >= TURN_MS || !aggregator.turn()) break;
      }
      return true;
    } catch (error) {
      this.#drop(hosted.unit);
      this.#report(hosted, { type: 'failed', error: errorToData(error) });
      return true;
    } finally {
      status.end();
      hosted.chargedMs += aggregator.busyMs - before;
    }
  }

  #start(start: UnitStart, from: UnitBeginning): void {
    const { unit } = start.spec;
    this.#drop(unit);
    const identity = { unit, claim: start.claim };
    try {
      const aggregator = this.#aggregator(start, from);
      const actor = this.#options.system.spawn<ClaimedUnitMessage>(
        () => ({
          receive: ({ claim, message }) => {
            if ('buffers' in message) this.#takeBack(message.buffers);
            if (claim !== start.claim) return;
            this.#options.status.begin(start.line);
            aggregator.receive(message);
            this.#options.status.end();
            if (aggregator.finished) this.#drop(unit);
          },
        }),
        { name: unitActorName(unit) },
      );
      actor.watch(({ error }) => {
        if (error !== undefined) this.#report(identity, { type: 'failed', error });
      });
      const chargedMs = Math.max(0, ...this.#units.map((other) => other.chargedMs));
      this.#units.push({ ...identity, line: start.line, aggregator, actor, chargedMs });
    } catch (error) {
      this.#report(identity, { type: 'failed', error: errorToData(error) });
    }
  }

  #aggregator(start: UnitStart, from: UnitBeginning): ViewAggregator {
    const { system, status, board, bells, aggregations, outlet } = this.#options;
    const { spec, claim } = start;
    const way = outlet(outletName(spec.unit));
    const options: ViewAggregatorOptions = {
      start,
      plan: compileView(spec.view, spec.stream, aggregations),
      clock: system.clock,
      board,
      bells,
      buffers: this.#buffers,
      unwatched: (work) => {
        status.end();
        try {
          return work();
        } finally {
          status.begin(start.line);
        }
      },
      report: (report) => this.#report({ unit: spec.unit, claim }, report),
      output: (output) => way.send({ type: 'output', claim, output }, outputTransfers(output)),
    };
    return new ViewAggregator(options, from);
  }

  /** Acks and commits come for as long as units live, so that the pool ages without a timer. */
  #takeBack(buffers: readonly ArrayBuffer[]): void {
    this.#buffers.give(buffers);
    const mono = this.#options.system.clock.mono();
    if (mono < this.#nextAge) return;
    this.#nextAge = mono + POOL_AGE_MS;
    this.#buffers.age();
  }

  #drop(unit: string): void {
    const hosted = this.#units.find((other) => other.unit === unit);
    if (hosted === undefined) return;
    this.#units = this.#units.filter((other) => other !== hosted);
    hosted.actor.kill();
  }

  #report({ unit, claim }: { unit: string; claim: number }, report: UnitReport): void {
    this.#options.engine.send({ type: 'unit-report', unit, claim, report });
  }
}
