import { type Child, Ending, type Terminated, type TerminatedListener } from './actor.ts';
import type { Clock } from './clock.ts';
import { check, errorFromData, errorToData } from './errors.ts';
import type { Random } from './random.ts';
import { judge, RestartWindow, type Supervision, type Verdict } from './restart-window.ts';

export interface ChildSpec {
  readonly name: string;
  /** Called again for each restart. */
  start(): Child | Promise<Child>;
  readonly supervision: Supervision;
  /** How long it may take to stop before it is killed. */
  readonly shutdownMs: number;
}

export interface SupervisorOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly onFailure?: (child: string, error: Error, verdict: Verdict) => void;
}

interface Supervised {
  readonly spec: ChildSpec;
  readonly window: RestartWindow;
  child: Child | undefined;
}

/**
 * Keeps children running: starts them in order, stops them in reverse, restarts the one that failed. Each child has a
 * window of its own. One that escalates ends the whole supervisor, which is a child itself and so may be supervised. A
 * child that ends without failing is not restarted.
 */
export class Supervisor implements Child {
  readonly name: string;
  readonly #options: SupervisorOptions;
  readonly #supervised = new Map<string, Supervised>();
  readonly #ending = new Ending();
  readonly #stopping = new AbortController();

  constructor(options: SupervisorOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** Starts a child; what its first start throws is thrown. */
  async start(spec: ChildSpec): Promise<Child> {
    check(!this.#supervised.has(spec.name), 'start: a name not in use');
    check(!this.#stopping.signal.aborted, 'start: a supervisor that is not stopping');
    const window = new RestartWindow(spec.supervision.restarts, this.#options.random);
    const supervised: Supervised = { spec, window, child: undefined };
    this.#supervised.set(spec.name, supervised);
    try {
      return await this.#started(supervised);
    } catch (error) {
      this.#supervised.delete(spec.name);
      throw error;
    }
  }

  /** The running child of this name; undefined while it rests or after its end. */
  child(name: string): Child | undefined {
    return this.#supervised.get(name)?.child;
  }

  /** Stops one child and forgets it. */
  async stopChild(name: string): Promise<void> {
    const supervised = this.#supervised.get(name);
    if (supervised === undefined) return;
    this.#supervised.delete(name);
    await this.#shutDown(supervised);
  }

  watch(listener: TerminatedListener): () => void {
    return this.#ending.watch(listener);
  }

  async stop(): Promise<Terminated> {
    await this.#stopAll();
    this.#ending.end({ name: this.name, reason: 'stopped' });
    return this.#ending.happened();
  }

  kill(): void {
    this.#stopping.abort();
    for (const { child } of [...this.#supervised.values()].reverse()) child?.kill();
    this.#ending.end({ name: this.name, reason: 'killed' });
  }

  async #started(supervised: Supervised): Promise<Child> {
    const child = await supervised.spec.start();
    supervised.child = child;
    child.watch((ended) => this.#ended(supervised, ended));
    // Stopped while it started: nobody else will end it.
    if (!this.#keeps(supervised)) await this.#shutDown(supervised);
    return child;
  }

  #keeps(supervised: Supervised): boolean {
    const current = this.#supervised.get(supervised.spec.name) === supervised;
    return current && !this.#stopping.signal.aborted;
  }

  #ended(supervised: Supervised, ended: Terminated): void {
    supervised.child = undefined;
    if (!this.#keeps(supervised)) return;
    if (ended.error !== undefined) this.#failed(supervised, errorFromData(ended.error));
    else this.#supervised.delete(supervised.spec.name);
  }

  #failed(supervised: Supervised, error: Error): void {
    const { spec, window } = supervised;
    const { clock, onFailure } = this.#options;
    const verdict = judge(error, spec.supervision, window, clock.mono());
    onFailure?.(spec.name, error, verdict);
    if (verdict === 'stop') this.#supervised.delete(spec.name);
    else if (verdict === 'escalate') void this.#escalate(error);
    else void this.#restart(supervised, verdict.afterMs);
  }

  /** Never rejects: a start that fails is one more failure. */
  async #restart(supervised: Supervised, afterMs: number): Promise<void> {
    try {
      await this.#options.clock.sleep(afterMs, this.#stopping.signal);
    } catch {
      return; // stopping
    }
    if (!this.#keeps(supervised)) return;
    try {
      await this.#started(supervised);
    } catch (error) {
      if (!this.#keeps(supervised)) return;
      this.#failed(supervised, error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #escalate(cause: Error): Promise<void> {
    await this.#stopAll();
    this.#ending.end({ name: this.name, reason: 'failed', error: errorToData(cause) });
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort();
    for (const supervised of [...this.#supervised.values()].reverse()) {
      await this.#shutDown(supervised);
    }
    this.#supervised.clear();
  }

  async #shutDown({ spec, child }: Supervised): Promise<void> {
    if (child === undefined) return;
    const late = new AbortController();
    this.#options.clock.sleep(spec.shutdownMs, late.signal).then(
      () => child.kill(),
      () => {}, // it has stopped in time
    );
    await child.stop();
    late.abort();
  }
}
