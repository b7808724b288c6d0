/**
 * Runs several owners of one unit, one operation of their stores at a time, in an order that a policy chooses, with faults
 * and deaths where it wants them, and checks what must hold in every order.
 */
import { setImmediate } from 'node:timers/promises';
import type { Checkpointer } from '../../../actors/checkpoint/checkpointer.ts';
import { commitName, manifestPrefix } from '../../../actors/checkpoint/keys.ts';
import { type OpenedUnit, openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { storeError } from '../../../connectors/checkpoint-errors.ts';
import type { Claim, Coordination, ObjectStore } from '../../../connectors/contract.ts';
import type { FaultHooks, Operation } from '../../../connectors/memory/faults.ts';
import { LaError } from '../../../runtime/errors.ts';
import { type Random, seededRandom } from '../../../runtime/random.ts';
import type { Snapshot } from '../../../runtime/snapshot.ts';
import { forever, impatientClock, optionsWith, snapshot, UNIT, write } from './support.ts';

export interface Stores {
  readonly store: ObjectStore;
  readonly coordination: Coordination;
}

/** One shared world; each process gets its own stores on it. */
export type World = (hooks: FaultHooks) => Stores;

export type Fault = 'none' | 'error' | 'lost' | 'crash' | 'crash-after';

export interface Policy {
  /** Which of the waiting operations goes on, and what befalls it. */
  choose(waiting: readonly { readonly process: number; readonly operation: Operation }[]): {
    readonly at: number;
    readonly fault: Fault;
  };
  /** Asked before every step: whether another owner starts while others run. */
  startsAnother(running: number): boolean;
  readonly random: Random;
  readonly commitsMax: number;
  readonly startsMax: number;
}

interface Waiting {
  readonly process: number;
  readonly operation: Operation;
  readonly go: (fault: Fault) => void;
}

interface Acknowledged {
  readonly sequence: number;
  readonly offset: number;
}

/** Runs take some 60 steps, the longest a few hundred. */
const STEPS_MAX = 5000;

export class Violation extends Error {}

const require = (condition: boolean, text: string): void => {
  if (!condition) throw new Violation(text);
};

/** The claim that folded each record: two histories that mix show in it. */
type History = readonly number[];

export class Exploration {
  readonly #world: World;
  readonly #policy: Policy;
  readonly #histories = new Map<string, History>();
  #waiting: Waiting[] = [];
  #running = 0;
  #starts = 0;
  #violation: unknown;
  #acknowledged: Acknowledged = { sequence: 0, offset: -1 };
  /** The highest claim that wrote to the outside. */
  #emitted = 0;
  steps = 0;

  constructor(world: World, policy: Policy) {
    this.#world = world;
    this.#policy = policy;
  }

  /** Resolves when every process has ended or died and a last start has found everything in order. */
  async run(): Promise<void> {
    this.#start();
    for (;;) {
      await setImmediate();
      if (this.#violation !== undefined) throw this.#violation;
      if (this.#running === 0 && this.#starts >= this.#policy.startsMax) break;
      if (this.#mayStart()) {
        this.#start();
        continue;
      }
      if (this.#waiting.length === 0) throw new Violation('a process hangs without an operation');
      const { at, fault } = this.#policy.choose(this.#waiting);
      const [chosen] = this.#waiting.splice(at, 1);
      this.steps++;
      require(this.steps <= STEPS_MAX, 'the owners come to no end');
      if (fault === 'crash' || fault === 'crash-after') this.#running--;
      if (fault !== 'crash') chosen!.go(fault);
    }
    await this.#owner(this.#world({}));
    if (this.#violation !== undefined) throw this.#violation;
  }

  #mayStart(): boolean {
    if (this.#starts >= this.#policy.startsMax) return false;
    return this.#running === 0 || this.#policy.startsAnother(this.#running);
  }

  #start(): void {
    const process = this.#starts++;
    this.#running++;
    const faults = new Map<Operation, Fault>();
    const hooks: FaultHooks = {
      before: async (operation) => {
        const { promise, resolve } = Promise.withResolvers<Fault>();
        this.#waiting.push({ process, operation, go: resolve });
        const fault = await promise;
        faults.set(operation, fault);
        if (fault === 'error') throw away(operation);
      },
      after: async (operation) => {
        const fault = faults.get(operation);
        faults.delete(operation);
        if (fault === 'crash-after') await new Promise(() => undefined);
        if (fault === 'lost') throw away(operation);
      },
    };
    this.#owner(this.#world(hooks)).then(
      () => this.#running--,
      (error) => {
        this.#violation ??= error;
      },
    );
  }

  async #owner(stores: Stores): Promise<void> {
    const before = this.#acknowledged;
    let opened: OpenedUnit;
    try {
      opened = await openUnit(UNIT, this.#options(stores), forever);
    } catch (error) {
      if (error instanceof LaError && error.code === 'LA_CHECKPOINT_FENCED') return;
      throw error;
    }
    const { checkpointer, claim } = opened;
    let history = this.#checkOpened(before, opened);
    if (opened.restored === null) {
      if (!(await this.#commit(checkpointer, history, 0))) return;
    }
    for (let commit = 0; commit < this.#policy.commitsMax; commit++) {
      this.#emitted = Math.max(this.#emitted, claim);
      const folded = 1 + this.#policy.random.integer(3);
      history = [...history, ...Array.from({ length: folded }, () => claim)];
      if (!(await this.#commit(checkpointer, history, folded))) return;
      await insist(() => checkpointer.collectGarbage());
    }
  }

  #options(stores: Stores) {
    const claims = async (unit: string): Promise<Claim> => {
      const emitted = this.#emitted;
      const claim = await stores.coordination.claim(unit);
      const pointed = claim.pointer?.claim ?? 0;
      require(pointed >=
        emitted, `claim ${claim.claim} found the pointer of ${pointed} after ${emitted} wrote`);
      return claim;
    };
    const coordination = new Proxy(stores.coordination, {
      get: (target, name) => {
        if (name === 'claim') return claims;
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    return optionsWith({
      ...stores,
      coordination,
      clock: impatientClock(),
      graceMs: 0,
      garbageIntervalMs: 0,
      alarm: (alarm) => {
        this.#violation ??= new Violation(`alarm: ${JSON.stringify(alarm)}`);
      },
    });
  }

  #checkOpened(before: Acknowledged, { restored, restoredFrom }: OpenedUnit): History {
    const offset = restored?.positions[0]?.nextOffset ?? -1;
    require(offset >=
      before.offset, `restored offset ${offset} after ${before.offset} was acknowledged`);
    if (restored === null || restoredFrom === null) return [];
    const expected = this.#histories.get(restoredFrom);
    require(expected !== undefined, `restored from ${restoredFrom}, which nobody wrote`);
    const history = [...(restored.regions.get('log') ?? [])];
    require(history.join() === expected!.join() &&
      offset ===
        history.length, `restored ${history} at ${offset} from ${restoredFrom}, which holds ${expected}`);
    return history;
  }

  async #commit(checkpointer: Checkpointer, history: History, folded: number): Promise<boolean> {
    const before = this.#acknowledged;
    const sequence = checkpointer.sequence + 1;
    const name = commitName(checkpointer.claim, sequence);
    this.#histories.set(`${manifestPrefix(UNIT)}${name}.json`, history);
    const full = checkpointer.sequence === 0 || this.#policy.random.next() < 0.4;
    const outcome = await checkpointer.commit(
      snapshotOf(history, full ? history.length : folded, full),
      forever,
    );
    if (outcome === 'fenced') return false;
    require(sequence >
      before.sequence, `commit ${sequence} after ${before.sequence} was acknowledged`);
    require(history.length >= before.offset, 'the acknowledged offset fell');
    if (sequence > this.#acknowledged.sequence) {
      this.#acknowledged = { sequence, offset: history.length };
    }
    return true;
  }
}

function snapshotOf(history: History, changed: number, full: boolean): Snapshot {
  const from = history.length - changed;
  return snapshot({
    full,
    positions: [{ partition: 'p', nextOffset: history.length, timeMax: null, floor: null }],
    regions: [{ name: 'log', bytes: history.length }],
    writes: [write('log', from, Uint8Array.from(history.slice(from)))],
  });
}

const away = ({ kind, key }: Operation): LaError =>
  storeError('LA_STORE_FAILED', { action: kind, key, reason: 'injected' });

async function insist(work: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await work();
      return;
    } catch (error) {
      if (!(error instanceof LaError && error.retryable)) throw error;
    }
  }
}

/** Mostly lets one process run on, so that others are left behind for long. */
export function randomPolicy(seed: number): Policy {
  const random = seededRandom(seed);
  const sticky = random.next();
  const deadly = random.next() < 0.5 ? 0.03 : 0;
  const faulty = random.next() < 0.5 ? 0.05 : 0;
  let last = -1;
  return {
    random,
    commitsMax: 1 + random.integer(3),
    startsMax: 2 + random.integer(3),
    startsAnother: (running) => random.next() < 0.06 / running,
    choose: (waiting) => {
      const same = waiting.findIndex(({ process }) => process === last);
      const at = same >= 0 && random.next() < sticky ? same : random.integer(waiting.length);
      last = waiting[at]!.process;
      const dice = random.next();
      if (dice < deadly) return { at, fault: 'crash' };
      if (dice < deadly * 2) return { at, fault: 'crash-after' };
      if (dice > 1 - faulty) return { at, fault: 'error' };
      if (dice > 1 - faulty * 2) return { at, fault: 'lost' };
      return { at, fault: 'none' };
    },
  };
}
