/** What was found in a sample and what was made of it, for people and as JSON. */
import { formatDuration } from '../../views/duration.ts';
import { counted } from '../print.ts';
import { timeText } from '../quantities.ts';
import { plainCells, tableLines } from '../text-table.ts';
import { type ColumnProfile, presentIn, typeOf } from './columns.ts';
import type { TimeCandidate } from './event-time.ts';
import type { ProjectPlan } from './plan-project.ts';
import type { Sample } from './sample.ts';

export interface InitReport {
  readonly dir: string;
  readonly from: string;
  readonly records: number;
  readonly not_json: number;
  readonly columns: readonly {
    readonly column: string;
    readonly type: string;
    readonly present: number;
    readonly distinct: number;
  }[];
  readonly event_time: TimeFinding;
  readonly other_times: readonly TimeFinding[];
  readonly time_min: number;
  readonly time_max: number;
  readonly delay: string;
  readonly allowed_lateness: string;
  readonly views: readonly { readonly view: string; readonly description: string }[];
  readonly notes: readonly string[];
  readonly written: readonly string[];
}

interface TimeFinding {
  readonly col_name: string;
  readonly unit: string;
  readonly why: readonly string[];
}

const finding = ({ path, unit, reasons }: TimeCandidate): TimeFinding => ({
  col_name: path,
  unit,
  why: reasons,
});

const typeText = (column: ColumnProfile): string =>
  typeOf(column) ?? (column.list === presentIn(column) ? 'list' : 'mixed');

export interface ReportFacts {
  readonly dir: string;
  readonly from: string;
  readonly sample: Sample;
  readonly plan: ProjectPlan;
  readonly written: readonly string[];
  /** Whether an earlier run left state in the folder. */
  readonly hasState: boolean;
}

export function initReport(facts: ReportFacts): InitReport {
  const { dir, from, sample, plan, written } = facts;
  const { eventTime, timing, profile, views } = plan;
  return {
    dir,
    from,
    records: sample.records.length,
    not_json: sample.bad,
    columns: profile.columns.map((column) => ({
      column: column.path,
      type: typeText(column),
      present: presentIn(column),
      distinct: column.distinct,
    })),
    event_time: finding(eventTime.chosen),
    other_times: eventTime.alternatives.map(finding),
    time_min: timing.timeMin,
    time_max: timing.timeMax,
    delay: formatDuration(timing.delayMs),
    allowed_lateness: formatDuration(timing.latenessMs),
    views: views.map(({ name, document }) => ({
      view: name,
      description: String(document.description),
    })),
    notes: notesOf(facts),
    written,
  };
}

function notesOf({ sample, plan, hasState }: ReportFacts): string[] {
  const { profile, timing, eventTime } = plan;
  const lists = profile.columns.filter((column) => typeText(column) === 'list');
  const mixed = profile.columns.filter((column) => typeText(column) === 'mixed');
  const unreadable = sample.records.length - eventTime.chosen.readable;
  const names = (columns: readonly ColumnProfile[]) => columns.map(({ path }) => path).join(', ');
  return [
    ...(sample.more
      ? [`Only the first ${counted(sample.records.length, 'record')} were looked at.`]
      : []),
    ...(sample.bad > 0
      ? [`${counted(sample.bad, 'line')} are no JSON objects: they will go to the dead letters.`]
      : []),
    ...(unreadable > 0
      ? [
          `${counted(unreadable, 'record')} have no readable time: they will go to the dead letters.`,
        ]
      : []),
    ...(timing.tooLate > 0
      ? [
          `Up to ${counted(timing.tooLate, 'record')} come too late: the file is far from ordered by ${eventTime.chosen.path}.`,
        ]
      : []),
    ...(mixed.length > 0
      ? [`Of several types, so that they are not declared: ${names(mixed)}.`]
      : []),
    ...(lists.length > 0 ? [`Lists, which views cannot read: ${names(lists)}.`] : []),
    ...(profile.unnameable.length > 0
      ? [`Keys that no path can name: ${profile.unnameable.slice(0, 10).join(', ')}.`]
      : []),
    ...(hasState
      ? [
          'The folder holds state of earlier runs: remove state/ if views of the same names changed.',
        ]
      : []),
  ];
}

const COLUMNS_SHOWN_MAX = 40;

export function reportText(report: InitReport): string {
  const { columns, event_time, other_times, notes, views, dir, from, written } = report;
  const table = tableLines(
    [
      { title: 'column' },
      { title: 'type' },
      { title: 'values', align: 'right' },
      { title: 'different', align: 'right' },
    ],
    columns
      .slice(0, COLUMNS_SHOWN_MAX)
      .map(({ column, type, present, distinct }) =>
        plainCells([column, type, present.toLocaleString('en'), distinct.toLocaleString('en')]),
      ),
  );
  const hidden = columns.length - COLUMNS_SHOWN_MAX;
  const more = hidden > 0 ? [`… and ${counted(hidden, 'more column', 'more columns')}`] : [];
  const others = other_times.map(
    ({ col_name, unit, why }) =>
      `  It could also be ${col_name} (${unit}): it ${why.join(', ')}. Change "event_time" in la.json if it is.`,
  );
  const size = Math.max(...views.map(({ view }) => view.length));
  return [
    `${counted(report.records, 'record')} from ${timeText(report.time_min)} to ${timeText(report.time_max)} UTC`,
    '',
    ...table,
    ...more,
    '',
    `Event time: ${event_time.col_name} (${event_time.unit}): it ${event_time.why.join(', ')}.`.replace(
      'it you named it',
      'you named it',
    ),
    ...others,
    `Rows may be ${report.delay} out of order; late ones count for another ${report.allowed_lateness}.`,
    ...notes,
    '',
    'Views',
    ...views.map(({ view, description }) => `  ${view.padEnd(size)}  ${description}`),
    '',
    `Written to ${dir}: ${written.filter((path) => !path.startsWith('schemas/')).join(', ')}, schemas/`,
    '',
    `Next:  la test ${dir}`,
    `       la run ${dir} --once`,
    `       la explain ${views.at(1)?.view ?? views[0]?.view ?? ''} ${dir} --sample ${from}`,
    '',
  ].join('\n');
}
