/** One unit as its supervisor knows it. */
import type { ErrorData } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';
import { RestartWindow, viewRestarts } from '../runtime/restart-window.ts';
import type { Thread } from '../runtime/thread.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { UnitSpec } from './messages.ts';
import type { StreamTask } from './stream-task.ts';

/**
 * Waiting: it is to run, and does not yet. Scheduled: it is being opened and restored. Running. Disabled: it failed too
 * often. Finished: it came to its end, or was stopped in good order.
 */
export type UnitState = 'waiting' | 'scheduled' | 'running' | 'disabled' | 'finished';

/** The legal moves. */
const moves: Readonly<Record<UnitState, readonly UnitState[]>> = {
  waiting: ['scheduled', 'disabled', 'finished'],
  scheduled: ['running', 'waiting', 'disabled'],
  running: ['waiting', 'disabled', 'finished'],
  disabled: ['waiting'],
  finished: [],
};

export class UnitRecord {
  readonly spec: UnitSpec;
  readonly plan: ViewPlan;
  readonly task: StreamTask;
  /** Its line on the board. */
  readonly line: number;
  readonly failures: RestartWindow;
  failureCount = 0;
  /** How often it fell so far behind that it had to leave the main lane, and how often it came back to it. */
  leaves = 0;
  rejoins = 0;
  /** Of its current start; 0 before the first. */
  claim = 0;
  thread: Thread | undefined;
  /** Why it failed last; why it is disabled. */
  error: ErrorData | null = null;
  /** What it waits for at the moment: a sink or a store that is away. */
  trouble: ErrorData | null = null;
  /** It made its thread hang once: from now on it gets one of its own. */
  isSuspect = false;
  #state: UnitState = 'waiting';

  constructor(
    spec: UnitSpec,
    parts: {
      readonly plan: ViewPlan;
      readonly task: StreamTask;
      readonly line: number;
      readonly random: Random;
    },
  ) {
    this.spec = spec;
    this.plan = parts.plan;
    this.task = parts.task;
    this.line = parts.line;
    this.failures = new RestartWindow(viewRestarts, parts.random);
  }

  get state(): UnitState {
    return this.#state;
  }

  /** False, and nothing changes, where the move is not legal: somebody else was faster. */
  move(to: UnitState): boolean {
    if (!moves[this.#state].includes(to)) return false;
    this.#state = to;
    return true;
  }
}
