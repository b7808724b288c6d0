/**
 * Finds threads that hang: in one and the same piece of work for too much CPU time of their own (a loop), or for too
 * long (blocked). CPU time is what counts, so that a machine short of cores does not look like a loop.
 */
import type { Clock } from './clock.ts';
import { engineError } from './engine-errors.ts';
import type { LaError } from './errors.ts';

export interface HangLimits {
  /** Of the thread's own CPU time. */
  readonly hangMs: number;
  readonly wallMs: number;
}

export const hangLimits: HangLimits = { hangMs: 750, wallMs: 10_000 };

export interface Sample {
  readonly atMs: number;
  /** CPU time of the thread since its start; undefined: not known yet. */
  readonly cpuMs: number | undefined;
  /** As in Status. */
  readonly work: number;
  readonly busy: boolean;
}

export interface Hang {
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Whether the thread hangs at `now`, `first` being the earliest sample of the work that it is in. */
export function hang(first: Sample, now: Sample, limits: HangLimits): Hang | undefined {
  if (!now.busy || first.work !== now.work) return undefined;
  const known = now.cpuMs !== undefined && first.cpuMs !== undefined;
  const cpuMs = known ? now.cpuMs - first.cpuMs : 0;
  const wallMs = now.atMs - first.atMs;
  return cpuMs >= limits.hangMs || wallMs >= limits.wallMs ? { cpuMs, wallMs } : undefined;
}

/** What the watchdog needs of a thread. */
export interface Watched {
  readonly name: string;
  readonly status: { read(): { readonly work: number; readonly busy: boolean } };
  /** Undefined: it is not running. May take as long as it likes. */
  cpuMs(): Promise<number | undefined>;
  terminate(cause: LaError): Promise<void>;
}

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly limits?: HangLimits;
  readonly periodMs?: number;
}

export class Watchdog {
  readonly #clock: Clock;
  readonly #limits: HangLimits;
  readonly #periodMs: number;
  readonly #firsts = new WeakMap<Watched, Sample>();
  readonly #asking = new WeakSet<Watched>();

  constructor({ clock, limits = hangLimits, periodMs = 50 }: WatchdogOptions) {
    this.#clock = clock;
    this.#limits = limits;
    this.#periodMs = periodMs;
  }

  /** Looks at the threads every `periodMs` and terminates those that hang, until the signal aborts. */
  async run(threads: () => Iterable<Watched>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const thread of threads()) this.look(thread);
      await this.#clock.sleep(this.#periodMs, signal).catch(() => {});
    }
  }

  /** A thread that does not even tell its CPU time is still judged by the wall. */
  look(thread: Watched): void {
    const { work, busy } = thread.status.read();
    this.#judge(thread, { atMs: this.#clock.mono(), cpuMs: undefined, work, busy });
    if (this.#asking.has(thread)) return;
    this.#asking.add(thread);
    const answered = (cpuMs: number | undefined) => {
      this.#asking.delete(thread);
      // Else it may be the CPU time of the next piece of work.
      if (thread.status.read().work !== work) return;
      this.#judge(thread, { atMs: this.#clock.mono(), cpuMs, work, busy });
    };
    void thread.cpuMs().then(answered);
  }

  #judge(thread: Watched, now: Sample): void {
    const first = this.#firsts.get(thread);
    if (first === undefined || first.work !== now.work) {
      this.#firsts.set(thread, now);
      return;
    }
    if (first.cpuMs === undefined) this.#firsts.set(thread, { ...first, cpuMs: now.cpuMs });
    const found = hang(first, now, this.#limits);
    if (found === undefined) return;
    const cpuMs = Math.round(found.cpuMs);
    const wallMs = Math.round(found.wallMs);
    void thread.terminate(engineError('LA_THREAD_HUNG', { thread: thread.name, cpuMs, wallMs }));
  }
}
