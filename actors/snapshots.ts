/** When the snapshots of a unit are cut: one at a time, an interval apart, a large one copied in pieces before. */
import type { Snapshot } from '../runtime/snapshot.ts';
import type { Unit } from '../state/unit.ts';

export interface SnapshotsOptions {
  readonly unit: Unit;
  readonly intervalMs: number;
  /** Whether the first one must stand alone. */
  readonly wantsFull: boolean;
  /** Runs what takes long in proportion to the state. */
  readonly unwatched: <T>(work: () => T) => T;
}

export class Snapshots {
  readonly #options: SnapshotsOptions;
  #wantsFull: boolean;
  #isInFlight = false;
  #next: number;
  /** Whether the next turn copies another piece. */
  isCopying = false;
  /** Committed. */
  count = 0;

  constructor(options: SnapshotsOptions, mono: number) {
    this.#options = options;
    this.#wantsFull = options.wantsFull;
    this.#next = mono + options.intervalMs;
  }

  /** When the next one is due, on the monotonic clock; Infinity while one is on its way. */
  get dueAt(): number {
    return this.#isInFlight ? Number.POSITIVE_INFINITY : this.#next;
  }

  /** Cuts one if it is due and everything but a little is copied; the `last` one of a unit that takes no more chunks at once. */
  cut(mono: number, last: boolean): Snapshot | undefined {
    const { unit, intervalMs, unwatched } = this.#options;
    if (this.#isInFlight || !(last || mono >= this.#next || unit.wantsCommit)) return undefined;
    this.isCopying = !last && !unit.copyAhead(this.#wantsFull);
    if (this.isCopying) return undefined;
    this.#next = mono + intervalMs;
    this.#isInFlight = true;
    return unwatched(() => unit.freeze(this.#wantsFull));
  }

  committed(wantsFull: boolean): void {
    this.#isInFlight = false;
    this.#wantsFull = wantsFull;
    this.count++;
    this.#options.unit.snapshotCommitted();
  }
}
