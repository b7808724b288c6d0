/** `la run`: reads the streams of a project and keeps its views up to date. */
import { systemClock } from '../runtime/clock.ts';
import { type Command, numberOption } from './command.ts';
import { openDisplay } from './live/display.ts';
import { loadPlugins } from './load-plugins.ts';
import { loadProject } from './load-project.ts';
import { jsonLine } from './print.ts';
import { runProject } from './run-project.ts';
import { summaryText } from './summary.ts';
import { terminalOf } from './terminal.ts';

const GRACE_SECONDS = 25;
const PROGRESS_MS = 10_000;

export const run: Command = {
  doc: 'Reads the streams of a project and keeps its views up to date.',
  usage: '[DIR] [--once]',
  notes: `Ctrl-C or SIGTERM ends it with a last checkpoint, a second one at once; started again it goes on from there.
On a terminal a table of the views is shown while it runs.`,
  options: {
    once: {
      type: 'boolean',
      doc: 'Read bounded sources to their end, complete all windows, stop.',
    },
    json: { type: 'boolean', doc: 'Print the summary as one JSON object.' },
    progress: { type: 'boolean', doc: 'A line on stderr every 10 s where it is no terminal.' },
    grace: {
      type: 'string',
      value: 'S',
      doc: `Seconds that the end may take after a signal (${GRACE_SECONDS}).`,
    },
    plugin: { type: 'string', value: 'FILE', doc: 'A module that exports further aggregations.' },
  },
  positionalsMax: 1,
  async run({ positionals: [dir], options }) {
    const json = options.json === true;
    const graceMs = 1000 * numberOption(options, 'grace', { min: 0, missing: GRACE_SECONDS });
    const { plugins, aggregations } = await loadPlugins(options.plugin);
    const loaded = await loadProject(dir, { json, aggregations });
    const display = openDisplay({
      terminal: terminalOf(process.stderr, process.env),
      clock: systemClock,
      title: 'la run',
      lineIntervalMs: options.progress === true ? PROGRESS_MS : null,
    });
    const once = options.once === true;
    const outcome = await runProject(loaded, { once, plugins, graceMs, display, json });
    const { summary } = outcome;
    process.stdout.write(json ? jsonLine(summary) : summaryText(summary));
    return outcome.exit;
  },
};
