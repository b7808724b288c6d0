/** Works for as long as it takes, but not in silence. */
import type { Clock } from '../../runtime/clock.ts';
import type { ErrorData } from '../../runtime/errors.ts';
import type { Random } from '../../runtime/random.ts';
import { retrying } from '../retry.ts';

export type Retry = <T>(attempt: () => Promise<T>) => Promise<T>;

export interface InsistOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly alarmAfterMs: number;
  /** Told every `alarmAfterMs`; the error is the latest one, null when there was no answer yet. */
  readonly late: (ageMs: number, error: ErrorData | null) => void;
}

/**
 * Runs `work`, whose steps go through `retry`: repeated while they fail retryably, and given up at once when the signal
 * aborts, even where no answer comes.
 */
export async function insisting<T>(
  work: (retry: Retry) => Promise<T>,
  options: InsistOptions,
): Promise<T> {
  const { clock, random, signal, alarmAfterMs, late } = options;
  const startMs = clock.mono();
  let latest: ErrorData | null = null;
  const done = new AbortController();
  const onFailure = (error: ErrorData) => {
    latest = error;
  };
  const watch = async () => {
    for (;;) {
      await clock.sleep(alarmAfterMs, done.signal);
      late(clock.mono() - startMs, latest);
    }
  };
  // Ends by its abort, which is no failure.
  watch().catch(() => undefined);
  try {
    return await work((attempt) =>
      retrying(() => unlessAborted(attempt, signal), { clock, random, signal, onFailure }),
    );
  } finally {
    done.abort('done');
  }
}

/** The attempt goes on in the background where it is given up: its outcome is then unknown. */
async function unlessAborted<T>(attempt: () => Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([attempt(), promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
