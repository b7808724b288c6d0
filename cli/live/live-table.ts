/** How a running engine looks in a terminal: a line for each stream, a table of the views. Pure. */
import { bytesText, quantity, spanText, timeText } from '../quantities.ts';
import type { Style, Styles } from '../terminal.ts';
import { type TextCell, type TextColumn, tableLines } from '../text-table.ts';
import type { Measures, StreamMeasures, UnitMeasures } from './measure.ts';

export interface LiveTableOptions {
  /** Characters a line. */
  readonly width: number;
  readonly styles: Styles;
  /** Since the start. */
  readonly elapsedMs: number;
  readonly title: string;
}

/** Those that say least to most people go first where the line is short. */
const columns: readonly TextColumn[] = [
  { title: 'VIEW' },
  { title: 'STATE', rank: 1 },
  { title: 'ROWS/S', align: 'right' },
  { title: 'LAG', align: 'right' },
  { title: 'WINDOWS', align: 'right', rank: 2 },
  { title: 'GROUPS', align: 'right' },
  { title: 'MEMORY', align: 'right', rank: 3 },
  { title: 'RESULT ROWS', align: 'right' },
  { title: 'CHECKPOINT', align: 'right', rank: 4 },
];

export function liveTable(measures: Measures, options: LiveTableOptions): string[] {
  const { width, styles } = options;
  const { units } = measures;
  const rows = units.map((unit) => unitCells(unit, styles));
  return [
    headline(measures, options),
    ...measures.streams.map((stream) => streamLine(stream, styles)),
    '',
    ...tableLines(columns, rows, { width, titleStyle: styles.dim }),
    ...units.flatMap(({ name, trouble }) =>
      trouble === null ? [] : [styles.red(`${name}: ${trouble}`)],
    ),
  ];
}

function headline({ cores, rssBytes }: Measures, { title, elapsedMs, styles }: LiveTableOptions) {
  const cpu = `CPU ${quantity(Math.round(cores * 100))} % of a core`;
  return [styles.bold(title), spanText(elapsedMs), cpu, bytesText(rssBytes)].join('  ');
}

function streamLine({ stream, rows, rowsPerSecond, eventTimeMs }: StreamMeasures, styles: Styles) {
  const parts = [
    `stream ${styles.bold(stream)}`,
    `${quantity(rowsPerSecond)} rows/s`,
    `${rows.toLocaleString('en')} rows`,
    eventTimeMs === null ? 'no event time yet' : `event time ${timeText(eventTimeMs)}`,
  ];
  return parts.join('  ');
}

function unitCells(unit: UnitMeasures, styles: Styles): TextCell[] {
  return [
    { text: unit.name, style: styles.bold },
    { text: unit.state, style: stateStyle(unit, styles) },
    { text: quantity(unit.rowsPerSecond) },
    { text: lagText(unit) },
    { text: quantity(unit.windows) },
    { text: quantity(unit.groups) },
    { text: bytesText(unit.memoryBytes) },
    { text: unit.resultRows.toLocaleString('en') },
    { text: unit.checkpointAgeMs === null ? '–' : `${spanText(unit.checkpointAgeMs)} ago` },
  ];
}

function stateStyle({ state, trouble }: UnitMeasures, { green, yellow, red }: Styles): Style {
  if (state === 'disabled') return red;
  return trouble === null && (state === 'running' || state === 'finished') ? green : yellow;
}

/** In rows and, where it is behind in event time too, how much of it. */
export function lagText({ lagRows, lagMs }: Pick<UnitMeasures, 'lagRows' | 'lagMs'>): string {
  if (lagRows === null) return '–';
  const rows = `${quantity(lagRows)} ${lagRows === 1 ? 'row' : 'rows'}`;
  return lagMs === null || lagMs <= 0 ? rows : `${rows}, ${spanText(lagMs)}`;
}

/** One line for where nothing can be drawn over, such as a log. */
export function progressLine(measures: Measures, elapsedMs: number): string {
  const { streams, units, cores, rssBytes } = measures;
  const sum = (of: (unit: UnitMeasures) => number) =>
    quantity(units.reduce((total, unit) => total + of(unit), 0));
  const lagRows = Math.max(0, ...units.map((unit) => unit.lagRows ?? 0));
  const parts = [
    spanText(elapsedMs).padStart(7),
    ...streams.map(({ stream, rows, rowsPerSecond, eventTimeMs }) => {
      const time = eventTimeMs === null ? '' : `, at ${timeText(eventTimeMs)}`;
      return `${stream} ${quantity(rows)} rows, ${quantity(rowsPerSecond)}/s${time}`;
    }),
    `lag ${quantity(lagRows)} rows`,
    `${sum(({ groups }) => groups)} groups`,
    `${sum(({ resultRows }) => resultRows)} result rows`,
    `CPU ${quantity(Math.round(cores * 100))} %`,
    bytesText(rssBytes),
    ...units.flatMap(({ name, trouble }) => (trouble === null ? [] : [`${name}: ${trouble}`])),
  ];
  return parts.join('  ');
}
