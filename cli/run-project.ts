/** From a loaded project to its summary: starts the engine, shows it, and ends it in good order. */
import { availableParallelism } from 'node:os';
import { Engine } from '../actors/engine.ts';
import type { UnitStatus } from '../actors/unit-status.ts';
import { systemClock } from '../runtime/clock.ts';
import { type ErrorData, errorToData } from '../runtime/errors.ts';
import { alarmText } from './alarm-text.ts';
import { cliError } from './errors.ts';
import type { Display } from './live/display.ts';
import { type Failure, tellFailures } from './live/failures.ts';
import type { LoadedProject } from './load-project.ts';
import { errorText, jsonLine } from './print.ts';
import { catchStopSignals } from './stop-signals.ts';
import { type Span, type Summary, summarize } from './summary.ts';

export interface RunOptions {
  readonly once: boolean;
  readonly plugins?: readonly string[];
  /** How long the end may take. */
  readonly graceMs: number;
  /** Ends it after so long as a signal would. */
  readonly durationMs?: number;
  readonly display: Display;
  /** Errors are printed as JSON. */
  readonly json: boolean;
  /** It ends early, in good order: by a signal, or because its time is over. */
  readonly onStopping?: () => void;
}

export interface RunOutcome {
  readonly summary: Summary;
  readonly exit: number;
}

/** Runs until everything has ended, its time is over, or SIGINT or SIGTERM, which end with a last checkpoint. */
export async function runProject(
  { project, projectDir }: LoadedProject,
  options: RunOptions,
): Promise<RunOutcome> {
  const { once, plugins = [], graceMs, display, json } = options;
  const print = (text: string) => display.print(text);
  const tell = (failure: Failure) => print(json ? jsonLine({ failure }) : failureText(failure));
  const signals = catchStopSignals();
  const starting = new AbortController();
  void signals.asked.then(() => starting.abort(cliError('LA_RUN_NOT_STARTED')));
  const ending = new AbortController();
  try {
    const engine = await Engine.start({
      cores: availableParallelism(),
      project,
      projectDir,
      once,
      plugins,
      onAlarm: (alarm) => print(json ? jsonLine({ alarm }) : alarmText(alarm)),
      signal: starting.signal,
    });
    const telling = tellFailures(engine, systemClock, { tell, signal: ending.signal });
    const watched = Promise.all([display.watch(engine, ending.signal), telling]).catch((error) =>
      print(errorText(errorToData(error), json)),
    );
    const stopped = Promise.race([signals.asked, timeUp(options.durationMs, ending.signal)]);
    const span = await untilEnd(engine, stopped, options);
    ending.abort();
    await watched;
    const units = engine.status();
    for (const error of problemsOf(units, graceMs)) print(errorText(error, json));
    const exit = units.every(({ state }) => state === 'finished') ? 0 : 1;
    return { summary: summarize(units, span), exit };
  } finally {
    ending.abort();
    signals.release();
  }
}

/** Resolves once the engine has stopped; the span is that until it was to stop. */
async function untilEnd(
  engine: Engine,
  stopped: Promise<unknown>,
  { graceMs, onStopping }: RunOptions,
): Promise<Span> {
  const began = systemClock.mono();
  const cpuBefore = process.cpuUsage();
  try {
    const isEarly = await Promise.race([engine.settled, stopped.then(() => true)]);
    if (isEarly === true) onStopping?.();
  } catch (error) {
    // The node itself has failed: there is nobody left who could write a last checkpoint.
    await engine.stop(0);
    throw error;
  }
  const seconds = (systemClock.mono() - began) / 1000;
  const { user, system } = process.cpuUsage(cpuBefore);
  await engine.stop(graceMs);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

async function timeUp(durationMs: number | undefined, signal: AbortSignal): Promise<void> {
  if (durationMs === undefined) return new Promise(() => undefined);
  await systemClock.sleep(durationMs, signal).catch(() => undefined);
}

/** What stands between the units and an end in good order. */
function problemsOf(units: readonly UnitStatus[], graceMs: number): ErrorData[] {
  const unfinished = units.filter(({ state }) => state !== 'finished');
  const causes = unfinished.map(({ trouble, error }) => trouble ?? error);
  const problems = causes.filter((cause) => cause !== null);
  if (unfinished.every(({ state }) => state !== 'running')) return problems;
  return [...problems, errorToData(cliError('LA_RUN_NOT_ENDING', { seconds: graceMs / 1000 }))];
}

const failureText = ({ view, error: { code, message, remedy }, waits }: Failure): string =>
  waits
    ? `${view} waits, and tries again: ${code}: ${message}\n  ${remedy}\n`
    : `${view} has failed and starts again: ${code}: ${message}\n`;
