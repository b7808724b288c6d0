/** `la explain`: what a view costs and does. */
import { closest } from '../views/closest.ts';
import { explainPlan } from '../views/explain.ts';
import { type Command, jsonOption } from './command.ts';
import { explainError } from './explaining/errors.ts';
import { measure } from './explaining/measure.ts';
import { explainReport, explainText } from './explaining/report.ts';
import { loadProject } from './load-project.ts';
import { jsonLine } from './print.ts';
import { type PlannedView, plannedViews } from './testing/view-tests.ts';

export const explain: Command = {
  doc: 'Says what a view will cost and do, measured on real rows with --sample.',
  usage: 'VIEW [DIR] [--sample FILE] [--json]',
  notes:
    'The sample is a file of records of the stream, one JSON object a line, plain or .gz. Its first 200,000 rows are run on one thread; nothing is written.',
  positionalsMax: 2,
  options: {
    sample: { type: 'string', value: 'FILE', doc: 'Records to measure the view on.' },
    json: jsonOption,
  },
  async run({ positionals: [name, dir], options: { sample, json } }) {
    const { project } = await loadProject(dir, { json: json === true });
    const view = viewNamed(name, dir ?? '.', plannedViews(project));
    const { open_at_once } = explainPlan(view.plan).window;
    const measured =
      typeof sample === 'string' ? await measure(view, sample, open_at_once) : undefined;
    const report = explainReport(view, project, measured);
    process.stdout.write(json === true ? jsonLine(report) : explainText(report, view));
    return 0;
  },
};

/** @throws LA_EXPLAIN_USAGE, LA_EXPLAIN_UNKNOWN_VIEW */
function viewNamed(
  name: string | undefined,
  dir: string,
  views: ReadonlyMap<string, PlannedView>,
): PlannedView {
  const known = [...views.keys()].join(', ') || 'none';
  if (name === undefined) throw explainError('LA_EXPLAIN_USAGE', { known });
  const found = views.get(name);
  if (found !== undefined) return found;
  const near = closest(name, views.keys());
  const suggestion = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw explainError('LA_EXPLAIN_UNKNOWN_VIEW', { view: name, dir, suggestion, known });
}
