/** Bounded back-off with full jitter, for as long as it takes: a sink that is down stops its views, it loses nothing. */
import type { Clock } from '../runtime/clock.ts';
import { type ErrorData, errorToData } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';

const BACKOFF_MIN_MS = 50;
const BACKOFF_MAX_MS = 10_000;

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told of every failed try, for the display. */
  readonly onFailure?: (error: ErrorData, tries: number) => void;
}

/** Repeats `attempt` while it fails retryably; throws what is not retryable, or the signal's reason. */
export async function retrying<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { clock, random, signal, onFailure } = options;
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      const data = errorToData(error);
      if (!data.retryable) throw error;
      onFailure?.(data, tries);
      const backoffMs = Math.min(BACKOFF_MAX_MS, BACKOFF_MIN_MS * 2 ** Math.min(tries - 1, 20));
      await clock.sleep(BACKOFF_MIN_MS / 2 + random.next() * backoffMs, signal);
    }
  }
}
