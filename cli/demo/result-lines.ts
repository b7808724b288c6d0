/** Result rows as people like to see them. Pure. */
import type { TableRow } from '../../connectors/sqlite/newest-rows.ts';
import { RESERVED_OUTPUTS } from '../../views/spec.ts';
import { timeText } from '../quantities.ts';
import type { Styles } from '../terminal.ts';

export interface ViewRows {
  readonly view: string;
  readonly rows: readonly TableRow[];
}

/** A line a row: its view, its window, and what it says. */
export function resultLines(views: readonly ViewRows[], styles: Styles): string[] {
  const width = Math.max(0, ...views.map(({ view }) => view.length));
  return views.flatMap(({ view, rows }) =>
    rows.map((row, at) => {
      const name = (at === 0 ? view : '').padEnd(width);
      return `${styles.bold(name)}  ${styles.dim(windowText(row))}  ${valuesText(row, styles)}`;
    }),
  );
}

/** `2013-09-19 08:10–08:20`; only as much of the end as differs. */
export function windowText({ window_start: start, window_end: end }: TableRow): string {
  if (typeof start !== 'number' || typeof end !== 'number') return '–';
  const [from, to] = [timeText(start).slice(0, 16), timeText(end).slice(0, 16)];
  return from.slice(0, 10) === to.slice(0, 10) ? `${from}–${to.slice(11)}` : `${from}–${to}`;
}

const own = new Set(RESERVED_OUTPUTS);

function valuesText(row: TableRow, styles: Styles): string {
  return Object.entries(row)
    .filter(([name]) => !own.has(name))
    .map(([name, value]) => `${styles.dim(name)} ${valueText(value)}`)
    .join('  ');
}

function valueText(value: unknown): string {
  if (value === null) return '–';
  if (typeof value === 'string' && value.startsWith('[')) return listText(value);
  if (typeof value !== 'number') return String(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}

/** `WAP023 ×17, WAP024 ×9` for the result of a top_k; other JSON as it is. */
function listText(json: string): string {
  const entries = parsed(json);
  if (!Array.isArray(entries) || !entries.every(isCounted)) return json;
  return entries.map(({ value, count }) => `${value} ×${count}`).join(', ');
}

/** A text may look like JSON by chance. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

const isCounted = (entry: unknown): entry is { value: unknown; count: number } =>
  typeof entry === 'object' && entry !== null && 'value' in entry && 'count' in entry;
