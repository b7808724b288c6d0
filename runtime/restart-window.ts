/** When to start again what has failed: Erlang/OTP's restart intensity, with back-off. Pure. */
import type { Random } from './random.ts';

export interface RestartPolicy {
  /** Restarts allowed within any `periodMs`; one failure more trips. */
  readonly intensity: number;
  readonly periodMs: number;
  /** First delay; doubled by each further failure, up to the maximum, then drawn from [half, whole]. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  /** After so long without a failure the delay starts anew. */
  readonly quietMs: number;
}

/** A view that fails a third time within ten minutes is Disabled. */
export const viewRestarts: RestartPolicy = {
  intensity: 2,
  periodMs: 600_000,
  backoffMs: 1_000,
  backoffMsMax: 30_000,
  quietMs: 120_000,
};

export const threadRestarts: RestartPolicy = {
  intensity: 3,
  periodMs: 60_000,
  backoffMs: 100,
  backoffMsMax: 5_000,
  quietMs: 30_000,
};

export type RestartVerdict = 'tripped' | { readonly afterMs: number };

export class RestartWindow {
  readonly #policy: RestartPolicy;
  readonly #random: Random;
  #failures: number[] = [];
  #consecutive = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(policy: RestartPolicy, random: Random) {
    this.#policy = policy;
    this.#random = random;
  }

  /** Records a failure at `nowMs` of a monotonic clock. */
  record(nowMs: number): RestartVerdict {
    const { intensity, periodMs, backoffMs, backoffMsMax, quietMs } = this.#policy;
    this.#failures = this.#failures.filter((at) => nowMs <= at + periodMs);
    this.#failures.push(nowMs);
    this.#consecutive = nowMs - this.#lastMs > quietMs ? 0 : this.#consecutive + 1;
    this.#lastMs = nowMs;
    if (this.#failures.length > intensity) return 'tripped';
    const whole = Math.min(backoffMsMax, backoffMs * 2 ** this.#consecutive);
    return { afterMs: whole * (0.5 + this.#random.next() / 2) };
  }

  /** Forgets everything: a person has enabled it again. */
  reset(): void {
    this.#failures = [];
    this.#consecutive = 0;
    this.#lastMs = Number.NEGATIVE_INFINITY;
  }
}

export type Decision = 'restart' | 'stop' | 'escalate';

/** How failures of a child are answered. */
export interface Supervision {
  readonly restarts: RestartPolicy;
  /** Default: restart. */
  readonly decide?: (error: Error) => Decision;
  /** What a tripped window means. Default: escalate. A view is stopped (Disabled) instead. */
  readonly tripped?: 'stop' | 'escalate';
}

export type Verdict = 'stop' | 'escalate' | { readonly afterMs: number };

/** What to do about a failure at `nowMs`. */
export function judge(
  error: Error,
  supervision: Supervision,
  window: RestartWindow,
  nowMs: number,
): Verdict {
  const decision = supervision.decide?.(error) ?? 'restart';
  if (decision !== 'restart') return decision;
  const verdict = window.record(nowMs);
  return verdict === 'tripped' ? (supervision.tripped ?? 'escalate') : verdict;
}
