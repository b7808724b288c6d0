/**
 * What a thread is doing, in shared memory: one line per thread, written by it alone, read by the watchdog and, post
 * mortem, by the supervisor. Doubles are stored plainly: a reader may see an older value, never half of one.
 */
import type { Clock } from './clock.ts';

/** Counters of its own that a thread may keep. */
export const COUNTERS_MAX = 8;

const LINE_BYTES = 128;
// Int32s
const WORK = 0;
const UNIT = 1;
// Float64s
const SINCE = 1;
const BUSY = 2;
const COUNTERS = 3;

export interface Status {
  /** Changes at every begin and end; odd while at work. */
  readonly work: number;
  readonly busy: boolean;
  /** Index of the unit in work, or of the last one; -1: none yet. */
  readonly unit: number;
  /** clock.mono() of the last begin or end. */
  readonly sinceMs: number;
  /** Time in pieces of work that have ended. */
  readonly busyNs: number;
}

export function createStatusLines(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * LINE_BYTES);
}

export class StatusLine {
  readonly #words: Int32Array;
  readonly #numbers: Float64Array;
  readonly #clock: Clock;

  constructor(lines: SharedArrayBuffer, thread: number, clock: Clock) {
    this.#words = new Int32Array(lines, thread * LINE_BYTES, 2);
    this.#numbers = new Float64Array(lines, thread * LINE_BYTES, COUNTERS + COUNTERS_MAX);
    this.#clock = clock;
  }

  /** A piece of work of this unit begins; what is in work already ends with it. */
  begin(unit: number): void {
    if (this.#busy()) this.end();
    this.#numbers[SINCE] = this.#clock.mono();
    this.#words[UNIT] = unit + 1;
    Atomics.add(this.#words, WORK, 1);
  }

  end(): void {
    if (!this.#busy()) return;
    const nowMs = this.#clock.mono();
    this.#numbers[BUSY]! += (nowMs - this.#numbers[SINCE]!) * 1e6;
    this.#numbers[SINCE] = nowMs;
    Atomics.add(this.#words, WORK, 1);
  }

  add(counter: number, count: number): void {
    this.#numbers[COUNTERS + counter]! += count;
  }

  // ---- any thread

  read(): Status {
    const work = Atomics.load(this.#words, WORK);
    return {
      work,
      busy: (work & 1) === 1,
      unit: this.#words[UNIT]! - 1,
      sinceMs: this.#numbers[SINCE]!,
      busyNs: this.#numbers[BUSY]!,
    };
  }

  counter(counter: number): number {
    return this.#numbers[COUNTERS + counter]!;
  }

  /** Before a successor takes the line over. */
  clear(): void {
    if (this.#busy()) Atomics.add(this.#words, WORK, 1);
    this.#words[UNIT] = 0;
    this.#numbers.fill(0, SINCE);
  }

  #busy(): boolean {
    return (Atomics.load(this.#words, WORK) & 1) === 1;
  }
}
