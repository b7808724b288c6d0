/** Offsets that were lost before they were read, and the windows that may miss their rows. */
export interface Gap {
  readonly partition: string;
  /** Windows that a lost row could not be too late for end after it. */
  readonly after: number;
  /** Largest event time of the first rows behind the gap, which lost rows hardly surpass; null until there are some. */
  until: number | null;
}

export class Gaps {
  readonly #allowedMs: number;
  #gaps: Gap[] = [];

  constructor(allowedMs: number) {
    this.#allowedMs = allowedMs;
  }

  get all(): readonly Gap[] {
    return this.#gaps;
  }

  /** Offsets of a partition were lost when its watermark stood there. */
  add(partition: string, watermark: number): void {
    this.#gaps.push({ partition, after: watermark - this.#allowedMs, until: null });
  }

  restore(gaps: Iterable<Gap>): void {
    this.#gaps = [...gaps];
  }

  /** The partition's first rows behind the gap came. */
  close(partition: string, timeMax: number): void {
    for (const gap of this.#gaps) {
      if (gap.partition === partition) gap.until ??= timeMax;
    }
  }

  /** Whether a window may miss rows. */
  touches(start: number, end: number): boolean {
    return this.#gaps.some(({ after, until }) => end > after && (until === null || start <= until));
  }

  /** Forgets gaps all of whose windows were evicted: those that start at or before `time`. */
  forget(time: number): void {
    this.#gaps = this.#gaps.filter(({ until }) => until === null || until > time);
  }
}
