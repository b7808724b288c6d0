/** `la run`: reads the streams of a project and keeps its views up to date. */
import { Engine, type EngineOptions, type UnitStatus } from '../actors/engine.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Command } from './command.ts';
import { cliError } from './errors.ts';
import { type LoadedProject, loadProject } from './load-project.ts';
import { printError } from './print.ts';
import { type Summary, summarize, summaryText } from './summary.ts';

const GRACE_SECONDS = 25;

export const run: Command = {
  doc: 'Reads the streams of a project and keeps its views up to date.',
  usage: '[DIR] [--once] [--json]',
  options: {
    once: { type: 'boolean', doc: 'Read bounded sources to their end, complete all windows, stop.' },
    json: { type: 'boolean', doc: 'Print the summary as one JSON object.' },
    grace: { type: 'string', value: 'S', doc: `Seconds to finish in after SIGTERM (${GRACE_SECONDS}).` },
    plugin: { type: 'string', value: 'URL', doc: 'A module that exports further aggregations.' },
  },
  async run({ positionals: [dir], options }) {
    const loaded = await loadProject(dir);
    const { plugin } = options;
    const outcome = await runProject(loaded, {
      once: options['once'] === true,
      graceMs: 1000 * Number(options['grace'] ?? GRACE_SECONDS),
      ...(typeof plugin === 'string' ? { plugins: [plugin] } : {}),
    });
    process.stdout.write(
      options['json'] === true ? `${JSON.stringify(outcome.summary)}\n` : summaryText(outcome.summary),
    );
    return outcome.exit;
  },
};

export interface RunOptions extends Pick<EngineOptions, 'once' | 'plugins'> {
  readonly graceMs: number;
  /** Called while it runs, with the engine. */
  readonly watch?: (engine: Engine, signal: AbortSignal) => Promise<void>;
}

export interface RunOutcome {
  readonly summary: Summary;
  readonly units: readonly UnitStatus[];
  readonly exit: number;
}

/** Runs until everything has ended, or until SIGINT or SIGTERM, which ends with a last checkpoint. */
export async function runProject(
  { project, projectDir }: LoadedProject,
  { once, plugins = [], graceMs, watch }: RunOptions,
): Promise<RunOutcome> {
  const stopped = Promise.withResolvers<void>();
  const onSignal = () => stopped.resolve();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const engine = await Engine.start({ project, projectDir, once, plugins });
  const began = systemClock.mono();
  const cpuBefore = process.cpuUsage();
  const watching = new AbortController();
  const watched = watch?.(engine, watching.signal).catch(() => undefined);
  try {
    await Promise.race([engine.settled, stopped.promise]);
    const seconds = (systemClock.mono() - began) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    await engine.stop(graceMs);
    const units = engine.status();
    for (const { error } of units) if (error !== null) printError(error, false);
    if (units.some(({ state }) => state === 'running')) {
      printError(cliError('LA_RUN_NOT_ENDING', { seconds: graceMs / 1000 }), false);
    }
    const failed = units.some(({ state }) => state !== 'finished');
    const summary = summarize(units, { seconds, cpuSeconds: (user + system) / 1e6 });
    return { summary, units, exit: failed ? 1 : 0 };
  } finally {
    watching.abort();
    await watched;
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}
