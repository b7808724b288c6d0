/** Days of a time zone's calendar as spans of epoch ms. */

const DAY_MS = 86_400_000;
/** Farther than any zone is from UTC, so that a local midnight lies between. */
const AROUND_MS = 36 * 3_600_000;
/** The farthest times that Date knows. */
const TIME_MS_MAX = 8.64e15;
/** Days kept: over a century, so that only nonsense times ever empty it. */
const CACHED_DAYS_MAX = 40_000;

export interface CalendarDays {
  /** First ms of a day, counted from 1970-01-01. A day that the zone left out starts where the next one does. */
  startOf(day: number): number;
  /** The day with startOf(day) ≤ time < startOf(day + 1). */
  dayOf(time: number): number;
}

/** Whether the zone is one that this machine's tables know by an IANA name. */
export function isTimezone(name: string): boolean {
  // Plain offsets such as +05:30 are accepted by Intl, but have no calendar changes and no name.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export function calendarDays(timezone: string): CalendarDays {
  const offsetAt = zoneOffset(timezone);
  const cached = new Map<number, number>();
  const startOf = (day: number) => {
    let start = cached.get(day);
    if (start === undefined) {
      if (cached.size >= CACHED_DAYS_MAX) cached.clear();
      start = firstInstant(day * DAY_MS, offsetAt);
      cached.set(day, start);
    }
    return start;
  };
  return {
    startOf,
    dayOf(time) {
      let day = Math.floor((time + offsetAt(time)) / DAY_MS);
      // Clocks set back across midnight show the day before again: it counts as the day that had begun.
      while (time >= startOf(day + 1)) day++;
      while (time < startOf(day)) day--;
      return day;
    },
  };
}

/** The first instant at which clocks show `local` (ms as if UTC) or later. */
function firstInstant(local: number, offsetAt: (time: number) => number): number {
  const offsets = [offsetAt(local - AROUND_MS), offsetAt(local + AROUND_MS)];
  const shown = offsets
    .map((offset) => local - offset)
    .filter((time) => time + offsetAt(time) === local);
  if (shown.length > 0) return Math.min(...shown);
  let before = local - Math.max(...offsets);
  let after = local - Math.min(...offsets);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (middle + offsetAt(middle) >= local) after = middle;
    else before = middle;
  }
  return after;
}

/** Offset of a zone from UTC in ms by time. */
function zoneOffset(timezone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    timeZoneName: 'longOffset',
  });
  return (time) => {
    const inRange = Math.max(-TIME_MS_MAX, Math.min(TIME_MS_MAX, time));
    const part = format.formatToParts(inRange).find(({ type }) => type === 'timeZoneName');
    const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(part?.value ?? '');
    if (match === null) return 0;
    const [, sign, hours, minutes, seconds] = match;
    const ms = Number(hours) * 3_600_000 + Number(minutes) * 60_000 + Number(seconds ?? 0) * 1000;
    return sign === '-' ? -ms : ms;
  };
}
