/** Tells of views that fail and start again, or wait for something that is away, in the words of the error behind it. */
import type { Engine } from '../../actors/engine.ts';
import type { UnitStatus } from '../../actors/unit-status.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { ErrorData } from '../../runtime/errors.ts';

const LOOK_MS = 250;

export interface Failure {
  readonly view: string;
  readonly error: ErrorData;
  /** It has not failed, but waits for a sink or a store that is tried again and again. */
  readonly waits: boolean;
}

/** Until the signal aborts. Those that are disabled are left to the end, which says why. */
export async function tellFailures(
  engine: Pick<Engine, 'status'>,
  clock: Clock,
  { tell, signal }: { readonly tell: (failure: Failure) => void; readonly signal: AbortSignal },
): Promise<void> {
  const told = new Map<string, string>();
  const waiting = new Map<string, string>();
  while (!signal.aborted) {
    for (const unit of engine.status()) {
      const { view, error, trouble } = unit;
      const cause = trouble === null ? '' : `${trouble.code} ${trouble.message}`;
      if (trouble !== null && waiting.get(unit.unit) !== cause) {
        tell({ view, error: trouble, waits: true });
      }
      waiting.set(unit.unit, cause);
      const failure = error === null ? null : failureId(unit, error);
      if (error === null || failure === null || told.get(unit.unit) === failure) continue;
      told.set(unit.unit, failure);
      tell({ view, error, waits: false });
    }
    await clock.sleep(LOOK_MS, signal).catch(() => undefined);
  }
}

/** Another one at each failure that is followed by a start. */
function failureId({ state, starts }: UnitStatus, error: ErrorData): string | null {
  if (state === 'disabled') return null;
  // Before it starts again, `starts` is what it was when it failed.
  const start = state === 'running' || state === 'finished' ? starts - 1 : starts;
  return `${start} ${error.code} ${error.message}`;
}
