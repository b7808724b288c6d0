/** An explanation as JSON and for people. */
import { sinks as sinkTypes } from '../../connectors/registry.ts';
import { formatDuration } from '../../views/duration.ts';
import { type Explanation, explainPlan } from '../../views/explain.ts';
import type { ProjectSpec } from '../../views/spec.ts';
import { counted } from '../print.ts';
import { bytesText, quantity, spanText } from '../quantities.ts';
import type { PlannedView } from '../testing/view-tests.ts';
import { plainCells, tableLines } from '../text-table.ts';
import { keepsState, startsAnew } from './generation-rule.ts';
import type { Measured } from './measure.ts';
import { type TimelineMark, timelineMarks, timelineText } from './timeline.ts';

export interface ExplainReport extends Omit<Explanation, 'sinks'> {
  readonly timeline: readonly TimelineMark[];
  readonly sinks: readonly { readonly sink: string; readonly type: string; readonly doc: string }[];
  readonly generation: {
    readonly starts_anew: readonly string[];
    readonly keeps_state: readonly string[];
  };
  readonly sample?: Measured;
}

export function explainReport(
  { plan }: PlannedView,
  project: ProjectSpec,
  sample: Measured | undefined,
): ExplainReport {
  const docs = new Map(Object.entries(sinkTypes).map(([type, { doc }]) => [type, doc]));
  return {
    ...explainPlan(plan),
    timeline: timelineMarks(plan),
    sinks: plan.sinks.map((sink) => {
      const type = project.sinks[sink]?.type ?? '?';
      return { sink, type, doc: docs.get(type) ?? '' };
    }),
    generation: { starts_anew: startsAnew, keeps_state: keepsState },
    ...(sample === undefined ? {} : { sample }),
  };
}

export function explainText(report: ExplainReport, { plan }: PlannedView): string {
  const { sample } = report;
  const sections: [title: string, lines: readonly string[]][] = [
    ['Columns decoded, once for all views of the stream', columnLines(report)],
    ['Groups and aggregations', groupLines(report)],
    ['Windows', windowLines(report, plan)],
    [
      'What becomes of a row of that window, by the largest event time that its partition has shown',
      [...timelineText(plan), '', ...report.lateness.map((line) => `  ${line}`)],
    ],
    ['State', stateLines(report)],
    ['Writes', writeLines(report)],
    ['Changes', changeLines(report)],
    ...(sample === undefined
      ? []
      : [['Measured on the sample', sampleLines(report, sample)] as const]
    ).map(([title, lines]): [string, readonly string[]] => [title, lines]),
  ];
  const head = `${report.view}: a view of the stream ${report.stream}`;
  return `${[head, ...sections.map(([title, lines]) => `${title}\n${lines.join('\n')}`)].join('\n\n')}\n`;
}

function columnLines({ columns }: ExplainReport): string[] {
  if (columns.length === 0) return ['  none but the event time'];
  const titles = ['column', 'kind', 'as'].map((title) => ({ title }));
  const rows = columns.map(({ path, kind, meaning }) => plainCells([path, kind, meaning]));
  return tableLines(titles, rows).map((line) => `  ${line}`);
}

function groupLines({ group_by, derived, filtered, aggregations }: ExplainReport): string[] {
  const titles = ['result', 'aggregation', 'of', 'cells', 'error'].map((title) => ({ title }));
  const rows = aggregations.map(({ name, aggregation, inputs, cells, error, filtered }) => {
    const of = Object.entries(inputs).map(([input, from]) =>
      input === 'x' ? from : `${input}: ${from}`,
    );
    const shown = [name, aggregation, of.join(', ') || 'rows', String(cells), error];
    return plainCells(filtered ? [...shown, '(filtered)'] : shown);
  });
  return [
    `  grouped by ${group_by.length === 0 ? 'nothing but the window' : group_by.join(', ')}`,
    ...derived.map(({ name, type }) => `  derived: ${name} (${type})`),
    ...(filtered ? ['  only rows that pass the filter'] : []),
    ...tableLines([...titles, { title: '' }], rows).map((line) => `  ${line.trimEnd()}`),
  ];
}

function windowLines({ window }: ExplainReport, plan: PlannedView['plan']): string[] {
  const { sizeMs, hopMs } = plan.window;
  const [size, delay, lateness] = [sizeMs, plan.delayMs, plan.allowedLatenessMs].map((ms) =>
    formatDuration(ms),
  );
  const what = hopMs === sizeMs ? 'window' : 'pane';
  return [
    `  ${window.rule}`,
    `  ${window.example}`,
    `  About ${counted(window.open_at_once, what)} held at once: its ${size}, ${delay} for rows out of order, ${lateness} for late ones.`,
  ];
}

function stateLines({ state, sample }: ExplainReport): string[] {
  return [
    `  About ${counted(state.bytes_per_group, 'byte')} a group: ${counted(state.cells_per_group, 'cell')} of 8 bytes, its key and its place in the look-up table.`,
    ...(sample === undefined
      ? ['  Sketches, sets and texts keep more beside their cells: --sample FILE measures it.']
      : []),
    `  Limits: ${state.groups_max.toLocaleString('en')} groups, ${bytesText(state.memory_max_bytes)}. Beyond them groups go to one overflow row of their window.`,
  ];
}

const writeLines = ({ writes, sinks }: ExplainReport): string[] => [
  `  ${writes}`,
  '  Full values with their version, by group key and window: writing again does no harm.',
  ...sinks.map(({ sink, type, doc }) => `  ${sink} (${type}): ${doc}`),
];

const changeLines = ({ generation, generation_hash }: ExplainReport): string[] => [
  `  The meaning of this view: ${generation_hash}. A change of it starts a new generation, from a cut-over time on:`,
  ...generation.starts_anew.map((line) => `    ${line}`),
  '  These keep the state:',
  ...generation.keeps_state.map((line) => `    ${line}`),
];

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 2 : 1)} %`;

function sampleLines({ state, window }: ExplainReport, sample: Measured): string[] {
  const { shares, invalid_by_reason } = sample;
  const reasons = Object.entries(invalid_by_reason).map(([reason, rows]) => `${reason} ${rows}`);
  const invalid = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  const groupsAtLimit = Math.min(
    state.groups_max,
    Math.floor(state.memory_max_bytes / Math.max(1, sample.bytes_per_group)),
  );
  const binds = groupsAtLimit === state.groups_max ? 'groups' : 'memory';
  const over = sample.projected_memory_bytes > state.memory_max_bytes ? ': above its limit' : '';
  return [
    `  ${counted(sample.rows, 'row')} over ${spanText(sample.span_ms)} of event time`,
    `  ${sample.rows_per_cpu_second.toLocaleString('en')} rows a CPU-second: ${quantity(sample.decode_ns_per_row)} ns to decode a row, shared by the views of the stream, ${quantity(sample.fold_ns_per_row)} ns to fold it`,
    `  filtered ${percent(shares.filtered)}, late ${percent(shares.late)}, too late ${percent(shares.too_late)}, invalid ${percent(shares.invalid)}${invalid}`,
    `  at most ${counted(sample.groups_max, 'group')} at once in ${counted(sample.windows_open, 'window')}; ${counted(sample.groups_per_window_max, 'group')} in the fullest window`,
    `  ${counted(sample.bytes_per_group, 'byte')} a group`,
    `  ${counted(sample.result_rows, 'result row')} in the end: ${quantity(sample.final_rows_per_row)} for each row read, ${quantity(sample.writes_per_row)} with updates`,
    `  memory at this rate: about ${bytesText(sample.projected_memory_bytes)} with ${counted(window.open_at_once, 'window')} held${over}`,
    `  the limit of ${binds} binds first, at ${counted(groupsAtLimit, 'group')}`,
  ];
}
