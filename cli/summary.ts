/** What a run did, for people and as `--json` (DESIGN §4). */
import type { UnitStatus } from '../actors/engine.ts';

export interface Summary {
  readonly seconds: number;
  readonly rows: number;
  readonly rows_per_s: number;
  readonly cpu_seconds: number;
  readonly peak_rss_mib: number;
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
  /** Monotonic ms and CPU seconds between the first record read and the end. */
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export function summarize(units: readonly UnitStatus[], span: Span): Summary {
  // Each stream is read once, by however many views.
  const streams = new Map<string, number>();
  for (const { stream, read } of units) {
    streams.set(stream, Math.max(streams.get(stream) ?? 0, read));
  }
  const rows = [...streams.values()].reduce((sum, read) => sum + read, 0);
  return {
    seconds: Number(span.seconds.toFixed(3)),
    rows,
    rows_per_s: Math.round(rows / span.seconds),
    cpu_seconds: Number(span.cpuSeconds.toFixed(3)),
    peak_rss_mib: Math.round(process.resourceUsage().maxRSS / 1024),
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

const columns = [
  'view',
  'read',
  'folded',
  'filtered',
  'too_late',
  'invalid',
  'result_rows',
] as const;

export function summaryText(summary: Summary): string {
  const rows = summary.views.map((view) => columns.map((name) => view[name].toLocaleString('en')));
  const table = [columns.map((name) => name.replace('_', ' ')), ...rows];
  const widths = columns.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
  const { rows: read, seconds, rows_per_s, cpu_seconds, peak_rss_mib } = summary;
  const totals =
    `${read.toLocaleString('en')} rows in ${seconds} s: ${rows_per_s.toLocaleString('en')} rows/s, ` +
    `${cpu_seconds} CPU seconds, peak memory ${peak_rss_mib} MiB`;
  return `${lines.join('\n')}\n\n${totals}\n`;
}
