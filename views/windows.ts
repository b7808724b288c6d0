/** Which windows a time belongs to: tumbling, hopping, and whole days or weeks of a time zone's calendar. */
import { check } from '../runtime/errors.ts';
import { calendarDays } from './calendar.ts';
import type { WindowPlan } from './plan.ts';
import type { WindowSpec } from './spec.ts';

const DAY_MS = 86_400_000;
/** 1970-01-05 was the first Monday: the calendar's weeks are counted from it. */
const FIRST_MONDAY = 4;

export function compileWindow({ sizeMs, hopMs, timezone }: WindowSpec): WindowPlan {
  check(Number.isSafeInteger(hopMs) && hopMs > 0, 'a hop is a whole number of ms above 0');
  check(sizeMs >= hopMs && sizeMs % hopMs === 0, 'the hop divides the window');
  return timezone === null ? fixedWindow(sizeMs, hopMs) : calendarWindow(sizeMs, hopMs, timezone);
}

/** The largest multiple of `step` that is not above `value`; exact, because `%` is. */
export function floorTo(value: number, step: number): number {
  const rest = value % step;
  // `+ 0` turns -0 into 0.
  return (rest < 0 ? value - rest - step : value - rest) + 0;
}

function fixedWindow(sizeMs: number, hopMs: number): WindowPlan {
  const panes = sizeMs / hopMs;
  const steps = (from: number) => Array.from({ length: panes }, (_, index) => from + index * hopMs);
  return {
    sizeMs,
    hopMs,
    timezone: null,
    paneStart: (time) => floorTo(time, hopMs),
    paneEnd: (start) => start + hopMs,
    windowsOfPane: (pane) => steps(pane - sizeMs + hopMs),
    windowEnd: (start) => start + sizeMs,
    panesOfWindow: (start) => steps(start),
  };
}

function calendarWindow(sizeMs: number, hopMs: number, timezone: string): WindowPlan {
  check(sizeMs % DAY_MS === 0 && hopMs % DAY_MS === 0, 'a time zone goes with whole days');
  const { startOf, dayOf } = calendarDays(timezone);
  const hop = hopMs / DAY_MS;
  const panes = sizeMs / hopMs;
  const anchor = hop % 7 === 0 ? FIRST_MONDAY : 0;
  /** First day of the pane that holds a time. */
  const paneDay = (time: number) => floorTo(dayOf(time) - anchor, hop) + anchor;
  /** Starts of panes `from` to `to` relative to the pane that holds `time`, without those that have no time at all. */
  const starts = (time: number, from: number, to: number) => {
    const day = paneDay(time);
    const found: number[] = [];
    for (let pane = from; pane <= to; pane++) {
      const first = day + pane * hop;
      if (startOf(first) < startOf(first + hop)) found.push(startOf(first));
    }
    return found;
  };
  let lastStart = 0;
  let lastEnd = 0;
  return {
    sizeMs,
    hopMs,
    timezone,
    paneStart: (time) => {
      if (time < lastStart || time >= lastEnd) {
        const day = paneDay(time);
        lastStart = startOf(day);
        lastEnd = startOf(day + hop);
      }
      return lastStart;
    },
    paneEnd: (start) => startOf(paneDay(start) + hop),
    windowsOfPane: (pane) => starts(pane, 1 - panes, 0),
    windowEnd: (start) => startOf(paneDay(start) + panes * hop),
    panesOfWindow: (start) => starts(start, 0, panes - 1),
  };
}
