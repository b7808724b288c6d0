/** Replaces the reader thread when it dies: its successor opens all streams anew and resumes their lanes. */
import type { Clock } from '../runtime/clock.ts';
import type { ErrorData } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';
import { RestartWindow, threadRestarts } from '../runtime/restart-window.ts';
import type { NodeThreads } from './node-threads.ts';
import { unlessReaderAway } from './reader-away.ts';
import type { StreamTask } from './stream-task.ts';

export interface KeepReaderOptions {
  readonly threads: NodeThreads;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly tasks: () => Iterable<StreamTask>;
  /** It died too often. */
  readonly tripped: (error: ErrorData | undefined) => void;
  readonly failed: (error: unknown) => void;
}

export function keepReader(options: KeepReaderOptions): void {
  const { threads, clock, random, signal, tasks, tripped, failed } = options;
  const failures = new RestartWindow(threadRestarts, random);
  const watch = () =>
    threads.readerThread.watch(({ error }) => {
      if (signal.aborted) return;
      if (failures.record(clock.mono()) === 'tripped') return tripped(error);
      threads.restartReader();
      watch();
      for (const task of tasks()) {
        // Should this reader die at it as well, the next one begins anew.
        void task.reopen().catch(unlessReaderAway).catch(failed);
      }
    });
  watch();
}
