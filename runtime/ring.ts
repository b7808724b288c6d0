/**
 * A broadcast queue in shared memory: one producer, up to CONSUMERS_MAX consumers that each see every sequence. It
 * carries sequences only; sequence s stands for slot s & (slots - 1), which lives elsewhere. See docs/ring.md.
 *
 * Every word has one writer at a time and a cache line of its own (a consumer's line holds what the producer reads
 * together). Sequences are never reset: they count in 31 bits, so that -1 is never one, and are compared by distance.
 * Slots are written before the Atomics.store of `publish` and read after the Atomics.load of `available`.
 */
import { systemClock } from './clock.ts';
import { BELL_STRIDE, Doorbell, ringBell } from './doorbell.ts';
import { check } from './errors.ts';

export const CONSUMERS_MAX = 256;

/** Powers of two. */
const SLOTS: ReadonlySet<number> = new Set(Array.from({ length: 21 }, (_, bits) => 1 << bits));

const LINE = 16; // Int32s in 64 bytes
/** The sequence that will be published next. Zeroed memory is an empty ring. */
const HEAD = 0;
const ENDED = 1 * LINE;
/** Consumer places that were ever used: what the producer has to look at. */
const PLACES = 2 * LINE;
/** Doorbells: the producer sleeps on SPACE, a consumer without a bell of its own on DATA. */
const SPACE = 3 * LINE;
const DATA = 4 * LINE;
const CONSUMERS = 8 * LINE;

/** On a consumer's line: the sequence it will process next, FREE | TAKEN | ATTACHED, and 1 + its thread's bell. */
const CURSOR = 0;
const STATE = 1;
const BELL = 2;
const FREE = 0;
const TAKEN = 1;
const ATTACHED = 2;

/** Bytes of shared memory that a ring takes. */
export const RING_BYTES = (CONSUMERS + CONSUMERS_MAX * LINE) * 4;

const SEQUENCE_MASK = 0x7fff_ffff;
/** a - b for sequences: right while they are less than 2^30 apart. */
const distance = (a: number, b: number) => ((a - b) << 1) >> 1;

export interface Attachment {
  readonly consumer: number;
  /** The first sequence it will see. */
  readonly next: number;
}

export interface Slowest extends Attachment {
  /** Slots that it keeps from being reused. */
  readonly behind: number;
}

export class Ring {
  readonly slots: number;
  readonly #words: Int32Array;
  readonly #bells: Int32Array | undefined;
  readonly #space: Doorbell;
  readonly #data: Doorbell;
  /** A minimum found earlier: cursors only grow, so it is never above the real one. */
  #minimumSeen: number;

  /** Any thread may make one on the same memory. `bells`: the threads' doorbells, which `publish` rings. */
  constructor(buffer: ArrayBufferLike, offset: number, slots: number, bells?: Int32Array) {
    check(SLOTS.has(slots), 'slots: a power of two');
    this.slots = slots;
    this.#words = new Int32Array(buffer, offset, RING_BYTES / 4);
    this.#bells = bells;
    this.#space = new Doorbell(this.#words, SPACE);
    this.#data = new Doorbell(this.#words, DATA);
    this.#minimumSeen = (this.head - slots) & SEQUENCE_MASK;
  }

  /** The sequence that will be published next; the last one published is the one before. */
  get head(): number {
    return Atomics.load(this.#words, HEAD);
  }

  get ended(): boolean {
    return Atomics.load(this.#words, ENDED) !== 0;
  }

  // ---- the producer

  /**
   * The sequence to fill, or -1 while the slowest consumer still needs its slot. A claim leaves no trace: until
   * `publish` it is the same sequence again, for the successor of a producer that died as well.
   */
  tryClaim(): number {
    const head = this.head;
    if (distance(head, this.#minimumSeen) < this.slots) return head;
    this.#minimumSeen = this.minimum();
    return distance(head, this.#minimumSeen) < this.slots ? head : -1;
  }

  /** Makes the slot of the claimed sequence, which must be complete, visible to all consumers. */
  publish(sequence: number): void {
    check(sequence === this.head, 'publish: the claimed sequence');
    check(!this.ended, 'publish: the ring has not ended');
    Atomics.store(this.#words, HEAD, (sequence + 1) & SEQUENCE_MASK);
    this.#wakeConsumers();
  }

  /** Nothing more will be published. */
  end(): void {
    Atomics.store(this.#words, ENDED, 1);
    this.#wakeConsumers();
  }

  /** Blocks until `tryClaim` succeeds; false at the timeout. */
  waitForSpace(timeoutMs: number): boolean {
    const deadline = systemClock.mono() + timeoutMs;
    while (this.tryClaim() < 0) {
      const left = deadline - systemClock.mono();
      if (left <= 0) return false;
      this.#space.wait(left);
    }
    return true;
  }

  async waitForSpaceAsync(timeoutMs: number): Promise<boolean> {
    const deadline = systemClock.mono() + timeoutMs;
    while (this.tryClaim() < 0) {
      const left = deadline - systemClock.mono();
      if (left <= 0) return false;
      await this.#space.waitAsync(left);
    }
    return true;
  }

  /**
   * A consumer is looked at after HEAD or ENDED was stored. One that this misses attached later, read the new HEAD in
   * `attach`, and has not been kept waiting by this publication.
   */
  #wakeConsumers(): void {
    ringBell(this.#words, DATA);
    if (this.#bells === undefined) return;
    const places = Atomics.load(this.#words, PLACES);
    let rung = 0;
    for (let consumer = 0; consumer < places; consumer++) {
      const line = CONSUMERS + consumer * LINE;
      if (Atomics.load(this.#words, line + STATE) !== ATTACHED) continue;
      const bell = Atomics.load(this.#words, line + BELL);
      if (bell !== 0 && bell !== rung) ringBell(this.#bells, (bell - 1) * BELL_STRIDE);
      rung = bell;
    }
  }

  // ---- the supervisor

  /**
   * Adds a consumer that sees everything published from now on. `bell`: index of its thread's doorbell in `bells`.
   *
   * Safe against a producer at work. It may write sequence s only if s < m + slots, where m is the minimum of HEAD and
   * of the cursors that it saw, HEAD read first. Either it saw the new consumer, whose cursor then counted in m. Or it
   * did not: then it had read its HEAD, which is >= m, before our store of ATTACHED, and the cursor, set from the HEAD
   * that we read after that store, is >= m too. In both cases s < cursor + slots: nothing from the cursor on is
   * overwritten. An m remembered by the producer is just an older, smaller one.
   */
  attach(bell?: number): Attachment {
    const words = this.#words;
    for (let consumer = 0; consumer < CONSUMERS_MAX; consumer++) {
      const line = CONSUMERS + consumer * LINE;
      if (Atomics.compareExchange(words, line + STATE, FREE, TAKEN) !== FREE) continue;
      const places = Atomics.load(words, PLACES);
      if (places <= consumer) Atomics.store(words, PLACES, consumer + 1);
      Atomics.store(words, line + BELL, bell === undefined ? 0 : bell + 1);
      Atomics.store(words, line + CURSOR, this.head);
      Atomics.store(words, line + STATE, ATTACHED);
      const next = this.head;
      Atomics.store(words, line + CURSOR, next);
      this.#space.ring(); // it may have gone to sleep on the older HEAD that stood in the cursor
      return { consumer, next };
    }
    check(false, 'attach: at most CONSUMERS_MAX consumers');
  }

  /**
   * The producer no longer waits for it; its place may be taken by another. Only for a consumer that cannot call
   * `advance` any more: its thread has exited, or has itself said that it is done.
   */
  retire(consumer: number): void {
    Atomics.store(this.#words, this.#line(consumer) + STATE, FREE);
    this.#space.ring();
  }

  /** The smallest cursor; HEAD if there is no consumer, so that a ring without consumers never fills. */
  minimum(): number {
    return this.slowest()?.next ?? this.head;
  }

  /** The consumer that gates the producer, and how many slots it holds. */
  slowest(): Slowest | undefined {
    const head = this.head; // before any STATE: see attach
    const places = Atomics.load(this.#words, PLACES);
    let slowest: Slowest | undefined;
    for (let consumer = 0; consumer < places; consumer++) {
      const line = CONSUMERS + consumer * LINE;
      if (Atomics.load(this.#words, line + STATE) !== ATTACHED) continue;
      const next = Atomics.load(this.#words, line + CURSOR); // once: it moves
      const behind = distance(head, next);
      if (slowest === undefined || behind > slowest.behind) slowest = { consumer, next, behind };
    }
    return slowest;
  }

  // ---- a consumer

  /** The sequence that the consumer will process next. */
  next(consumer: number): number {
    return Atomics.load(this.#words, this.#line(consumer) + CURSOR);
  }

  /** How many sequences, from `next` on, may be read. */
  available(consumer: number): number {
    return distance(this.head, this.next(consumer));
  }

  /** The consumer has processed everything up to and including `sequence`, and will not look at it again. */
  advance(consumer: number, sequence: number): void {
    const line = this.#line(consumer);
    const done = distance(sequence, Atomics.load(this.#words, line + CURSOR)) + 1;
    check(done > 0 && done <= this.available(consumer), 'advance: a sequence that was available');
    Atomics.store(this.#words, line + CURSOR, (sequence + 1) & SEQUENCE_MASK);
    this.#space.ring();
  }

  /** Whether the consumer has seen all there ever will be. */
  finished(consumer: number): boolean {
    return this.ended && this.available(consumer) === 0; // ENDED first: nothing is published after it
  }

  /** Blocks until something is available or the ring has ended; false at the timeout. */
  waitForData(consumer: number, timeoutMs: number): boolean {
    const deadline = systemClock.mono() + timeoutMs;
    while (this.available(consumer) === 0 && !this.ended) {
      const left = deadline - systemClock.mono();
      if (left <= 0) return false;
      this.#data.wait(left);
    }
    return true;
  }

  #line(consumer: number): number {
    check(consumer >= 0 && consumer < CONSUMERS_MAX, 'consumer: one that attach returned');
    return CONSUMERS + consumer * LINE;
  }
}
