/** What a run did, for people and as `--json` (DESIGN §4). */
import type { UnitStatus } from '../actors/unit-status.ts';
import { peakMemoryMib } from './peak-memory.ts';
import { rowsRead, streamsOf } from './rows-read.ts';
import { plainCells, tableLines } from './text-table.ts';

export interface Summary {
  readonly seconds: number;
  /** Read in this run. */
  readonly rows: number;
  readonly rows_per_s: number;
  /** Records that the decode kernel left to its twin: malformed ones, unusual ones, keys in ever new order. */
  readonly rows_left_to_twin: number;
  readonly cpu_seconds: number;
  readonly peak_rss_mib: number;
  /** Counts since the view's first start, as in its checkpoints; result rows are those of this run. */
  readonly views: readonly {
    readonly view: string;
    readonly read: number;
    readonly folded: number;
    readonly filtered: number;
    readonly too_late: number;
    readonly invalid: number;
    readonly result_rows: number;
    readonly groups_max: number;
    readonly state: string;
  }[];
}

export interface Span {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export function summarize(units: readonly UnitStatus[], span: Span): Summary {
  const streams = streamsOf(units).map(([, ofStream]) => ofStream);
  const rows = streams.reduce((sum, ofStream) => sum + rowsRead(ofStream), 0);
  const left = streams.reduce((sum, [unit]) => sum + (unit?.rows_left_to_twin ?? 0), 0);
  return {
    seconds: Number(span.seconds.toFixed(3)),
    rows,
    rows_per_s: Math.round(rows / span.seconds),
    rows_left_to_twin: left,
    cpu_seconds: Number(span.cpuSeconds.toFixed(3)),
    peak_rss_mib: Math.round(peakMemoryMib()),
    views: units.map((unit) => ({
      view: unit.view,
      read: unit.read,
      folded: unit.folded,
      filtered: unit.filtered,
      too_late: unit.too_late,
      invalid: unit.invalid,
      result_rows: unit.result_rows,
      groups_max: unit.groups_max,
      state: unit.state,
    })),
  };
}

const counts = ['read', 'folded', 'filtered', 'too_late', 'invalid', 'result_rows'] as const;

export function summaryText(summary: Summary): string {
  const columns = [
    { title: 'view' },
    ...counts.map((name) => ({ title: name.replace('_', ' '), align: 'right' as const })),
    { title: 'state' },
  ];
  const rows = summary.views.map((view) =>
    plainCells([view.view, ...counts.map((name) => view[name].toLocaleString('en')), view.state]),
  );
  const table = tableLines(columns, rows).join('\n');
  return `${table}\n\n${earlierText(summary)}${totalsText(summary)}\n`;
}

function earlierText({ rows, views }: Summary): string {
  const most = Math.max(0, ...views.map(({ read }) => read));
  return most > rows
    ? 'The views went on from their checkpoints: they count earlier runs in.\n'
    : '';
}

/** Share of rows decoded the slow way from which on it is worth a word. */
const LEFT_SHARE = 0.05;

function totalsText(summary: Summary): string {
  const { rows, seconds, rows_per_s, rows_left_to_twin, cpu_seconds, peak_rss_mib } = summary;
  const left = `\n${rows_left_to_twin.toLocaleString('en')} rows were decoded the slow way: malformed or unusual ones, or keys in ever new order.`;
  return (
    `${rows.toLocaleString('en')} rows in ${seconds} s: ${rows_per_s.toLocaleString('en')} rows/s, ` +
    `${cpu_seconds} CPU seconds, peak memory ${peak_rss_mib} MiB` +
    (rows_left_to_twin > LEFT_SHARE * rows ? left : '')
  );
}
