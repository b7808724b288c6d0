/** `la demo`: real measurements as a live stream, without any service, and what becomes of them. */
import { type ResultsReader, readResults } from '../connectors/sqlite/newest-rows.ts';
import { systemClock } from '../runtime/clock.ts';
import { type Command, numberOption } from './command.ts';
import { type DemoProject, demoProject } from './demo/demo-project.ts';
import { queryCommand, shorter } from './demo/query-command.ts';
import { resultLines } from './demo/result-lines.ts';
import { openDisplay } from './live/display.ts';
import { jsonLine } from './print.ts';
import { runProject } from './run-project.ts';
import { type Summary, summaryText } from './summary.ts';
import { colourless, type Styles, terminalOf } from './terminal.ts';

const GRACE_MS = 25_000;
const LINE_INTERVAL_MS = 1000;
/** Of each view, at the end. */
const LAST_ROWS = 2;

export const demo: Command = {
  doc: 'Shows five views of a live stream of real Wi-Fi measurements at work; needs nothing.',
  usage: '[--once] [--seconds N]',
  notes: `Replays examples/wifi again and again, with event times that go on. Ctrl-C ends it with a last checkpoint, a
second one at once. It writes nothing but the folder la-demo in the current folder:
  la-demo/live   results.db, checkpoints: the next \`la demo\` goes on from there
  la-demo/once   the same of \`la demo --once\`, which begins anew each time
Remove the folder to begin anew.`,
  options: {
    once: { type: 'boolean', doc: 'Read the measurements once at full speed, and stop.' },
    seconds: { type: 'string', value: 'N', doc: 'End after so long as with Ctrl-C.' },
    json: { type: 'boolean', doc: 'Print the summary as one JSON object.' },
  },
  positionalsMax: 0,
  async run({ options }) {
    const [json, once] = [options.json === true, options.once === true];
    const seconds = numberOption(options, 'seconds', { min: 0, missing: Number.NaN });
    const project = await demoProject(process.cwd(), once);
    const terminal = terminalOf(process.stderr, process.env);
    const results = readResults(project.database);
    const { styles } = terminal;
    const display = openDisplay({
      terminal,
      clock: systemClock,
      title: 'la demo',
      lineIntervalMs: LINE_INTERVAL_MS,
      footer: () => footer(project, results, styles),
    });
    display.print(greeting(project, once));
    const { summary, exit } = await runProject(project, {
      once,
      graceMs: GRACE_MS,
      ...(Number.isNaN(seconds) ? {} : { durationMs: seconds * 1000 }),
      display,
      json,
      onStopping: () => display.print('Stopping with a final checkpoint; Ctrl-C ends at once.\n'),
    });
    if (exit === 0 && !once) display.print(goodbye(project));
    const text = () => `${summaryText(summary)}\n${closing(project, results)}`;
    process.stdout.write(json ? jsonLine(jsonOf(summary, project)) : text());
    results.close();
    return exit;
  },
};

const here = (path: string): string => shorter(path, process.cwd());

function greeting({ projectDir, stateDir }: DemoProject, once: boolean): string {
  const how = once ? 'once, at full speed' : 'as a live stream; Ctrl-C ends it';
  return `Real Wi-Fi measurements (${here(projectDir)}) ${how}.\nState and results: ${here(stateDir)}\n\n`;
}

const goodbye = ({ stateDir }: DemoProject): string =>
  `Final checkpoint written: the next \`la demo\` goes on from it. To begin anew, remove ${here(stateDir)}.\n\n`;

/** Below the live table: the newest row of each view. */
function footer(project: DemoProject, results: ResultsReader, styles: Styles): string[] {
  const lines = resultLines(newestOf(project, results, 1), styles);
  const where = `${here(project.database)}; Ctrl-C ends the demo.`;
  return ['', styles.dim('NEWEST RESULT ROWS'), ...lines, '', `All results: ${where}`];
}

function closing(project: DemoProject, results: ResultsReader): string {
  const { database } = project;
  const rows = resultLines(newestOf(project, results, LAST_ROWS), colourless).join('\n');
  const query = {
    database,
    view: 'ap_signal',
    columns: ['ap', 'window_start', 'readings', 'phones', 'avg_rssi', 'p95_rssi', 'complete'],
  };
  return `Newest result rows
${rows}

Results: ${here(database)}, one table a view. To look into it:
  ${queryCommand(query, process.cwd())}
`;
}

const newestOf = ({ project }: DemoProject, results: ResultsReader, count: number) =>
  project.views.map(({ view }) => ({ view, rows: results.newest(view, count) }));

const jsonOf = (summary: Summary, { database, stateDir }: DemoProject) => ({
  ...summary,
  results: database,
  state_dir: stateDir,
});
