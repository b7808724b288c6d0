/** How time passes in a sample: how far out of order it is, and which windows suit it. Times are epoch ms. */

export interface Timing {
  readonly timeMin: number;
  readonly timeMax: number;
  /** How long the stream waits for rows out of order, and how late they may be after that. */
  readonly delayMs: number;
  readonly latenessMs: number;
  /** Rows that may still be too late: if their window ends when they happen. */
  readonly tooLate: number;
  /** Length of the windows of the view of rates, and of the views by a column. */
  readonly rateWindowMs: number;
  readonly groupWindowMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DELAYS = [10, 30]
  .map((s) => s * SECOND)
  .concat(
    [1, 2, 5, 10, 30].map((m) => m * MINUTE),
    HOUR,
  );
const LATENESSES = [1, 2, 5, 10, 30].map((m) => m * MINUTE).concat(HOUR, 6 * HOUR, DAY);
/** Share of the rows that the delay alone covers. */
const COVERED_BY_DELAY = 0.995;

/** `times` in the order of the records, NaN where there is none. */
export function timingOf(times: Float64Array): Timing {
  const known = times.filter((time) => !Number.isNaN(time));
  const [timeMin, timeMax] = extremes(known);
  const behind = behindOf(known);
  const sorted = behind.toSorted();
  const delayMs = roundUp(sorted[Math.floor((sorted.length - 1) * COVERED_BY_DELAY)] ?? 0, DELAYS);
  const latenessMs = roundUp((sorted.at(-1) ?? 0) - delayMs, LATENESSES);
  const rateWindowMs = windowFor(known, { shortestMs: 10 * SECOND, rowsMin: 10, missing: MINUTE });
  const shortestMs = Math.max(MINUTE, rateWindowMs);
  return {
    timeMin,
    timeMax,
    delayMs,
    latenessMs,
    tooLate: behind.filter((ms) => ms > delayMs + latenessMs).length,
    rateWindowMs,
    groupWindowMs: windowFor(known, { shortestMs, rowsMin: 30, missing: 10 * MINUTE }),
  };
}

/** How far each row is behind the largest time before it. */
function behindOf(times: Float64Array): Float64Array {
  let max = Number.NEGATIVE_INFINITY;
  return times.map((time) => {
    max = Math.max(max, time);
    return max - time;
  });
}

const roundUp = (ms: number, steps: readonly number[]): number =>
  steps.find((step) => step >= ms) ?? steps.at(-1) ?? ms;

const WINDOWS = [10 * SECOND, MINUTE, 10 * MINUTE, HOUR, DAY];
/** Of weeks of data nobody wants windows of seconds. */
const WINDOWS_MAX = 5000;

interface WindowWish {
  readonly shortestMs: number;
  /** Rows of those windows that have any, on average. */
  readonly rowsMin: number;
  /** Where no window has as many. */
  readonly missing: number;
}

function windowFor(times: Float64Array, { shortestMs, rowsMin, missing }: WindowWish): number {
  const [first, last] = extremes(times);
  const found = WINDOWS.find((window) => {
    if (window < shortestMs || (last - first) / window > WINDOWS_MAX) return false;
    const occupied = new Set<number>();
    for (const time of times) occupied.add(Math.floor(time / window));
    return occupied.size > 1 && times.length / occupied.size >= rowsMin;
  });
  return found ?? missing;
}

function extremes(times: Float64Array): [first: number, last: number] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    first = Math.min(first, time);
    last = Math.max(last, time);
  }
  return [first, last];
}
