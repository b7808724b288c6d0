/** What a unit may keep: beyond it, further groups of a window go to the window's overflow group. */
export interface Limits {
  /** Groups over all tables. */
  readonly groups: number;
  readonly memoryBytes: number;
}

export class Budget {
  readonly #limits: Limits;
  /** Groups over all tables. */
  groups = 0;
  /** Whether the memory was over its limit when it was last measured: once a chunk. */
  memoryFull = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get full(): boolean {
    return this.memoryFull || this.groups >= this.#limits.groups;
  }

  /** Groups that may still be made. */
  get room(): number {
    return this.memoryFull ? 0 : this.#limits.groups - this.groups;
  }

  measure(memoryBytes: number): void {
    this.memoryFull = memoryBytes >= this.#limits.memoryBytes;
  }
}
