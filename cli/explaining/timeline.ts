/** The life of one window as a picture: what becomes of a row of it, by the largest event time seen before the row. */
import { formatDuration } from '../../views/duration.ts';
import type { ViewPlan } from '../../views/plan.ts';

export interface TimelineMark {
  /** Largest event time that the row's partition has shown, epoch ms. */
  readonly time: number;
  readonly name: 'opens' | 'ends' | 'complete' | 'forgotten';
  /** What a row of the window meets from then on. */
  readonly row: string;
}

/** A noon of winter, so that no clock changes are near. */
const EXAMPLE_TIME = Date.UTC(2026, 0, 15, 12, 34, 56);

/** Marks of an example window, in order; those that fall together with the next are left out. */
export function timelineMarks(plan: ViewPlan): TimelineMark[] {
  const { window, delayMs, allowedLatenessMs } = plan;
  const pane = window.paneStart(EXAMPLE_TIME);
  const start = window.windowsOfPane(pane).at(-1) ?? pane;
  const end = window.windowEnd(start);
  const delay = formatDuration(delayMs);
  const lateness = formatDuration(allowedLatenessMs);
  const again =
    plan.writeIntervalMs === null ? 'written again at once' : 'written again with the next updates';
  const marks: TimelineMark[] = [
    { time: start, name: 'opens', row: 'on time: it is folded' },
    {
      time: end,
      name: 'ends',
      row: `on time: rows may be ${delay} out of order`,
    },
    {
      time: end + delayMs,
      name: 'complete',
      row: `late: for another ${lateness} it is folded, and the result row ${again}`,
    },
    {
      time: end + delayMs + allowedLatenessMs,
      name: 'forgotten',
      row: 'too late: it goes to the dead letters',
    },
  ];
  return marks.filter((mark, index) => mark.time !== marks[index + 1]?.time);
}

const fills: Record<TimelineMark['name'], string> = {
  opens: '=',
  ends: '.',
  complete: '-',
  forgotten: ' ',
};

/** The line with its marks, above it the times, below it their names; then each mark in words. */
export function timelineText(plan: ViewPlan): string[] {
  const marks = timelineMarks(plan);
  const first = marks[0]?.time ?? 0;
  const isOneDay = marks.every(({ time }) => day(time) === day(first));
  const show = (time: number) => (isOneDay ? clock(time) : `${day(time).slice(5)} ${clock(time)}`);
  const cells = marks.map(({ time, name }) => {
    const width = Math.max(show(time).length, name.length) + 2;
    // The window itself is longer than what comes after it.
    return { time: show(time), name, width: name === 'opens' ? width + 12 : width };
  });
  const row = (text: (cell: (typeof cells)[number]) => string) =>
    `  ${cells.map((cell) => text(cell).padEnd(cell.width)).join('')}`.trimEnd();
  const size = Math.max(...cells.map(({ time }) => time.length));
  return [
    row(({ time }) => time),
    row(({ name, width }) => `|${fills[name].repeat(width - 1)}`),
    row(({ name }) => name),
    '',
    ...marks.map(({ time, row }) => `  from ${show(time).padEnd(size)}  ${row}`),
  ];
}

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

function clock(time: number): string {
  const text = new Date(time).toISOString().slice(11, 23);
  return text.endsWith('.000') ? text.slice(0, 8) : text;
}
