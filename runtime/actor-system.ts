/**
 * The actors of one thread. Driven by the event loop, or, `drained`, by calls of `drain` from a loop that blocks; there
 * a behaviour that returns promises makes progress only if the loop awaits now and then.
 */
import type { ActorRef, Behaviour, Terminated } from './actor.ts';
import { ActorCell, type SpawnOptions, type Turn } from './actor-cell.ts';
import type { Clock } from './clock.ts';
import { check } from './errors.ts';
import type { Random } from './random.ts';
import type { Verdict } from './restart-window.ts';

/** Turns taken before the event loop gets its own. */
const TURNS_MAX = 256;

export interface SystemOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly drained?: boolean;
  /** Every failure of an actor, with what is done about it: for logs and counters. */
  readonly onFailure?: (actor: string, error: Error, verdict: Verdict) => void;
  /** Default: throws, which ends the thread, whose supervisor goes on from there. */
  readonly onEscalate?: (actor: string, error: Error) => void;
  /** Another thread sent a message that no actor took. */
  readonly onUndelivered?: (actor: string) => void;
}

export class ActorSystem {
  readonly clock: Clock;
  readonly #options: SystemOptions;
  /** In the order of their start. */
  readonly #cells = new Map<string, ActorCell<unknown, unknown>>();
  readonly #ready = new Set<Turn>();
  readonly #resting = new Map<Turn, number>();
  #drained: boolean;
  #scheduled = false;

  constructor(options: SystemOptions) {
    this.clock = options.clock;
    this.#options = options;
    this.#drained = options.drained ?? false;
  }

  /** Starts an actor; `factory` is called again for each restart. Names are unique among the living. */
  spawn<M, A = void>(factory: () => Behaviour<M, A>, options: SpawnOptions): ActorRef<M, A> {
    check(!this.#cells.has(options.name), 'spawn: a name not in use');
    const cell = new ActorCell<M, A>(
      {
        clock: this.clock,
        random: this.#options.random,
        ready: (turn) => this.#makeReady(turn),
        readyAt: (turn, atMs) => this.#makeReadyAt(turn, atMs),
        failed: (actor, error, verdict) => this.#failed(actor, error, verdict),
        ended: (turn, ended) => {
          this.#cells.delete(ended.name);
          this.#resting.delete(turn);
        },
      },
      factory,
      options,
    );
    this.#cells.set(options.name, cell);
    return cell;
  }

  find(name: string): ActorCell<unknown, unknown> | undefined {
    return this.#cells.get(name);
  }

  undelivered(actor: string): void {
    this.#options.onUndelivered?.(actor);
  }

  /** Takes turns, one message each, until nothing is ready or `turnsMax`; returns their number. */
  drain(turnsMax: number = TURNS_MAX): number {
    if (this.#resting.size > 0) this.#wakeRested();
    let turns = 0;
    // A Set is walked in the order of insertion, and one that becomes ready again goes to the end: round robin.
    for (const cell of this.#ready) {
      this.#ready.delete(cell);
      cell.turn();
      if (++turns >= turnsMax) break;
    }
    return turns;
  }

  /** ms until `drain` has something to do by itself; Infinity: not before something arrives. */
  dueInMs(): number {
    if (this.#ready.size > 0) return 0;
    if (this.#resting.size === 0) return Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(...this.#resting.values()) - this.clock.mono());
  }

  /** Stops all actors, one after the other, the last started first. From here on the event loop drives. */
  async stop(): Promise<readonly Terminated[]> {
    this.#drained = false;
    const ended: Terminated[] = [];
    for (const cell of [...this.#cells.values()].reverse()) ended.push(await cell.stop());
    return ended;
  }

  #makeReady(cell: Turn): void {
    this.#ready.add(cell);
    this.#schedule();
  }

  #makeReadyAt(cell: Turn, atMs: number): void {
    this.#resting.set(cell, atMs);
    if (!this.#drained) this.#scheduleAt(atMs);
  }

  /** A timer may fire before its time by this clock; then the rest is slept as well. */
  #scheduleAt(atMs: number): void {
    const left = atMs - this.clock.mono();
    if (left <= 0) this.#schedule();
    else void this.clock.sleep(Math.ceil(left)).then(() => this.#scheduleAt(atMs));
  }

  #wakeRested(): void {
    const nowMs = this.clock.mono();
    for (const [cell, atMs] of this.#resting) {
      if (atMs > nowMs) continue;
      this.#resting.delete(cell);
      this.#ready.add(cell);
    }
  }

  #schedule(): void {
    if (this.#drained || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      try {
        this.drain();
      } finally {
        if (this.#ready.size > 0) this.#schedule();
      }
    });
  }

  #failed(actor: string, error: Error, verdict: Verdict): void {
    this.#options.onFailure?.(actor, error, verdict);
    if (verdict !== 'escalate') return;
    if (this.#options.onEscalate === undefined) throw error;
    this.#options.onEscalate(actor, error);
  }
}
