/** Which pane each row belongs to, and whether it is late, too late, or too late for only some of its windows. */
import type { WindowPlan } from '../views/plan.ts';
import { Verdict } from './verdict.ts';

/** A pane and those of its windows that are this generation's. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Starts and ends of the windows, oldest first; none when all belong to another generation. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** Of the oldest and the newest of them. */
  readonly firstEnd: number;
  readonly lastEnd: number;
}

export interface Cutover {
  /** Windows that start before it are an earlier generation's. */
  readonly from: number | null;
  /** Windows that start at or after it are a later generation's. */
  readonly until: number | null;
}

/** A row that is too late for some of its windows, with its partition's watermark just before it. */
export interface PartlyLate {
  readonly row: number;
  readonly watermark: number;
  readonly span: Span;
}

const SPANS_KEPT = 4096;
/** Panes that the rows of one chunk may be told apart by; a chunk never has more rows. */
export const ORDINALS_MAX = 65_536;

export class Spans {
  readonly #window: WindowPlan;
  readonly #cutover: Cutover;
  readonly #spans = new Map<number, Span>();

  constructor(window: WindowPlan, cutover: Cutover) {
    this.#window = window;
    this.#cutover = cutover;
  }

  /** Whether the window that starts at `start` is this generation's. */
  owns(start: number): boolean {
    const { from, until } = this.#cutover;
    return (from === null || start >= from) && (until === null || start < until);
  }

  of(time: number): Span {
    const start = this.#window.paneStart(time);
    const known = this.#spans.get(start);
    if (known !== undefined) return known;
    const starts = this.#window.windowsOfPane(start).filter((window) => this.owns(window));
    const ends = starts.map((window) => this.#window.windowEnd(window));
    const span = {
      start,
      end: this.#window.paneEnd(start),
      starts,
      ends,
      firstEnd: ends[0] ?? Number.POSITIVE_INFINITY,
      lastEnd: ends.at(-1) ?? Number.POSITIVE_INFINITY,
    };
    if (this.#spans.size >= SPANS_KEPT) this.#spans.clear();
    this.#spans.set(start, span);
    return span;
  }
}

/** The panes of a chunk's rows. */
export class PaneRows {
  readonly #spans: Spans;
  /** The panes met; one of them, or `ordinals` say which of them each row is in. */
  readonly spans: Span[] = [];
  ordinals: Uint16Array = new Uint16Array(0);

  constructor(spans: Spans) {
    this.#spans = spans;
  }

  /** All rows lie within [timeMin, timeMax]. */
  assign(
    time: Float64Array,
    verdicts: Uint16Array | null,
    rows: { from: number; to: number },
    bounds: { timeMin: number; timeMax: number },
  ): void {
    const { spans } = this;
    spans.length = 0;
    if (bounds.timeMin > bounds.timeMax) return;
    let span = this.#spans.of(bounds.timeMin);
    spans.push(span);
    if (bounds.timeMax < span.end) return;
    const { from, to } = rows;
    if (this.ordinals.length < to) this.ordinals = new Uint16Array(to);
    const { ordinals } = this;
    const last = this.#spans.of(bounds.timeMax);
    let { start, end } = span;
    if (last.start === end) {
      spans.push(last);
      // Which of the two it is is anyone's guess: no branch.
      for (let row = from; row < to; row++) ordinals[row] = Number(time[row]! >= end);
      return;
    }
    const known = new Map<Span, number>([[span, 0]]);
    let ordinal = 0;
    for (let row = from; row < to; row++) {
      if (verdicts !== null && verdicts[row] !== Verdict.KEEP) continue;
      const t = time[row]!;
      if (t < start || t >= end) {
        span = this.#spans.of(t);
        start = span.start;
        end = span.end;
        ordinal = known.get(span) ?? spans.length;
        if (ordinal === spans.length) {
          spans.push(span);
          known.set(span, ordinal);
        }
      }
      ordinals[row] = ordinal;
    }
  }
}

export interface LatenessRun {
  readonly time: Float64Array;
  readonly verdicts: Uint16Array;
  readonly from: number;
  readonly to: number;
  readonly spans: readonly Span[];
  readonly ordinals: Uint16Array;
  /** Of the rows' partition, before the first of them. */
  readonly watermark: number;
  readonly delayMs: number;
  readonly allowedMs: number;
}

/**
 * Judges lateness row by row, each by the watermark that the rows before it left (DESIGN §5.1). Returns how many rows were
 * late and not too late; those that miss some windows are listed in `partly`.
 */
export function judgeLateness(run: LatenessRun, partly: PartlyLate[]): number {
  const { time, verdicts, from, to, spans, ordinals, delayMs, allowedMs } = run;
  let { watermark } = run;
  let late = 0;
  const isSingle = spans.length === 1;
  for (let row = from; row < to; row++) {
    if (verdicts[row] === Verdict.KEEP) {
      const span = spans[isSingle ? 0 : ordinals[row]!]!;
      if (span.firstEnd <= watermark) {
        if (span.lastEnd + allowedMs <= watermark) {
          verdicts[row] = Verdict.TOO_LATE;
        } else {
          late++;
          if (span.firstEnd + allowedMs <= watermark) {
            verdicts[row] = Verdict.PARTLY;
            partly.push({ row, watermark, span });
          }
        }
      }
    }
    // NaN, of rows without a readable time, moves nothing.
    const reached = time[row]! - delayMs;
    if (reached > watermark) watermark = reached;
  }
  return late;
}
