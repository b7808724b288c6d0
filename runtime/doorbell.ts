/**
 * The one word a thread sleeps on, however many rings and ports it serves. Two Int32 on a cache line of their own:
 * how often it was rung, and whether somebody may be asleep.
 *
 * No wake-up is lost. A waiter (1) sets SLEEPING, (2) sleeps only while the count equals what it had seen when its last
 * wait returned, which was before it looked for work. A ringer (3) makes the work visible, (4) adds to the count,
 * (5) takes SLEEPING and notifies if it was set. Atomics are totally ordered: if (5) misses (1), then (4) came before
 * (2), so (2) sees a changed count and does not sleep. If (5) sees (1), the waiter is either already on the list and is
 * notified, or not yet and sees the changed count as well. A waiter may see (4), return and be asleep again before (5),
 * which then wakes it for nothing: it goes back to sleep. A flag left behind by a dead waiter costs one notify.
 */
import { systemClock } from './clock.ts';

/** Int32s from one doorbell to the next: one cache line. */
export const BELL_STRIDE = 16;
const SLEEPING = 1;

/** Doorbells for so many threads; bell i is at word i * BELL_STRIDE. */
export function createBells(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(count * BELL_STRIDE * 4));
}

/** Wakes whoever sleeps on the bell at this word; about 20 ns when nobody does. */
export function ringBell(words: Int32Array, word: number): void {
  Atomics.add(words, word, 1);
  if (Atomics.exchange(words, word + SLEEPING, 0) !== 0) Atomics.notify(words, word);
}

/** A thread's end of a bell. Every waiting thread has its own Doorbell on the shared words. */
export class Doorbell {
  readonly #words: Int32Array;
  readonly #word: number;
  #seen = 0;

  constructor(words: Int32Array, word: number) {
    this.#words = words;
    this.#word = word;
  }

  ring(): void {
    ringBell(this.#words, this.#word);
  }

  /**
   * Blocks until rung since the last wait returned, or `timeoutMs`; false: not rung in that time. After true, look at
   * everything the bell may stand for.
   */
  wait(timeoutMs: number): boolean {
    const deadline = systemClock.mono() + timeoutMs;
    for (let left = timeoutMs; left >= 0; left = deadline - systemClock.mono()) {
      Atomics.store(this.#words, this.#word + SLEEPING, 1);
      Atomics.wait(this.#words, this.#word, this.#seen, left);
      if (this.#look()) return true; // else a ringer that we had overtaken woke us: see (4) and (5)
    }
    return false;
  }

  /** As `wait`, for a thread with an event loop, which it keeps alive: Atomics.waitAsync alone does not. */
  async waitAsync(timeoutMs: number): Promise<boolean> {
    const alive = setInterval(() => {}, 0x3fff_ffff);
    try {
      const deadline = systemClock.mono() + timeoutMs;
      for (let left = timeoutMs; left >= 0; left = deadline - systemClock.mono()) {
        Atomics.store(this.#words, this.#word + SLEEPING, 1);
        await Atomics.waitAsync(this.#words, this.#word, this.#seen, left).value;
        if (this.#look()) return true;
      }
      return false;
    } finally {
      clearInterval(alive);
    }
  }

  #look(): boolean {
    const count = Atomics.load(this.#words, this.#word);
    const rung = count !== this.#seen;
    this.#seen = count;
    return rung;
  }
}
