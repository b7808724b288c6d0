/** Where each partition of the stream stands: next offset, watermark, idle floor (DESIGN §5.1, §5.2). */
import { check } from '../runtime/errors.ts';
import type { PartitionPosition } from '../runtime/snapshot.ts';

/**
 * `ended`: a bounded partition at its end; more may be appended later. `gone`: no row will ever come, so that nothing waits
 * for it. Both, and `idle`, are left out of the minimum that completes windows.
 */
export type PartitionState = 'active' | 'idle' | 'ended' | 'gone';

export interface Partition {
  readonly id: string;
  nextOffset: number;
  /** Largest event time seen; -Infinity before the first row. */
  timeMax: number;
  /** Committed floor of the watermark; -Infinity when none. */
  floor: number;
  /** The floor that the last snapshot carries; -Infinity when it carries none. */
  pendingFloor: number;
  /** Its rows wait for the commit of a snapshot: of the next one, or of the one last frozen. */
  waits: 'no' | 'for-next' | 'for-frozen';
  state: PartitionState;
  /** Of the contents up to nextOffset; null once that moved. */
  fingerprint: string | null;
}

const NEVER = Number.NEGATIVE_INFINITY;
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export class Partitions {
  readonly #delayMs: number;
  readonly #byId = new Map<string, Partition>();
  /** By index on the lane in use. */
  #byIndex: (Partition | undefined)[] = [];

  constructor(delayMs: number, positions: readonly PartitionPosition[]) {
    this.#delayMs = delayMs;
    for (const position of positions) {
      this.#byId.set(position.partition, {
        id: position.partition,
        nextOffset: position.nextOffset,
        timeMax: position.timeMax ?? NEVER,
        floor: position.floor ?? NEVER,
        pendingFloor: NEVER,
        waits: 'no',
        state: 'active',
        fingerprint: position.fingerprint ?? null,
      });
    }
  }

  get all(): Iterable<Partition> {
    return this.#byId.values();
  }

  /** Forgets the indexes of the lane before. */
  rebind(): void {
    this.#byIndex = [];
  }

  /** Names the partition of a lane index; `begin` makes one that is not known yet. */
  name(
    index: number,
    id: string,
    begin: () => Pick<Partition, 'nextOffset' | 'floor' | 'waits'>,
  ): void {
    let partition = this.#byId.get(id);
    if (partition === undefined) {
      partition = {
        id,
        timeMax: NEVER,
        pendingFloor: NEVER,
        state: 'active',
        fingerprint: null,
        ...begin(),
      };
      this.#byId.set(id, partition);
    }
    const other = this.#byIndex[index];
    check(other === undefined || other === partition, 'an index of a lane names one partition');
    this.#byIndex[index] = partition;
  }

  at(index: number): Partition {
    const partition = this.#byIndex[index];
    check(partition !== undefined, 'the partition of a chunk was named before');
    return partition;
  }

  watermarkOf(partition: Partition): number {
    return Math.max(partition.timeMax - this.#delayMs, partition.floor);
  }

  /** The minimum over active partitions, which completes windows; -Infinity when none is active. */
  activeMin(): number {
    let min = Number.POSITIVE_INFINITY;
    for (const partition of this.#byId.values()) {
      if (partition.state === 'active') min = Math.min(min, this.watermarkOf(partition));
    }
    return min === Number.POSITIVE_INFINITY ? NEVER : min;
  }

  /** The minimum over all partitions that may still have rows, which evicts; -Infinity when there is none. */
  min(): number {
    let min = Number.POSITIVE_INFINITY;
    for (const partition of this.#byId.values()) {
      if (partition.state !== 'gone') min = Math.min(min, this.watermarkOf(partition));
    }
    return min === Number.POSITIVE_INFINITY ? NEVER : min;
  }

  /** Largest event time of all; -Infinity before the first row. */
  timeMax(): number {
    let max = NEVER;
    for (const partition of this.#byId.values()) max = Math.max(max, partition.timeMax);
    return max;
  }

  positions(): PartitionPosition[] {
    return Array.from(this.#byId.values(), (partition) => ({
      partition: partition.id,
      nextOffset: partition.nextOffset,
      timeMax: finite(partition.timeMax),
      floor: finite(Math.max(partition.floor, partition.pendingFloor)),
      fingerprint: partition.fingerprint,
    }));
  }

  setIdle(index: number, idle: boolean): void {
    const partition = this.at(index);
    if (partition.state === 'active' || partition.state === 'idle') {
      partition.state = idle ? 'idle' : 'active';
    }
  }

  /** Others than these hold nobody back. */
  present(ids: ReadonlySet<string>): void {
    for (const partition of this.all) {
      if (partition.state === 'active' && !ids.has(partition.id)) partition.state = 'idle';
    }
  }

  /** Whether rows of one wait for a snapshot that holds it. */
  get wantsCommit(): boolean {
    for (const { waits } of this.all) if (waits === 'for-next') return true;
    return false;
  }

  watermarks(): { readonly partition: string; readonly watermark: number }[] {
    return Array.from(this.all, (partition) => ({
      partition: partition.id,
      watermark: this.watermarkOf(partition),
    }));
  }

  /**
   * Decides the floors that the snapshot being frozen carries: idle partitions get the minimum of the active ones where that
   * raises them. From here until the commit their rows wait.
   */
  freeze(): void {
    const floor = this.activeMin();
    for (const partition of this.#byId.values()) {
      const raises = partition.state === 'idle' && floor > this.watermarkOf(partition);
      if (raises) partition.pendingFloor = Math.max(partition.pendingFloor, floor);
      if (raises || partition.waits === 'for-next') partition.waits = 'for-frozen';
    }
  }

  /** The snapshot frozen last was committed: its floors hold. */
  committed(): void {
    for (const partition of this.#byId.values()) {
      if (partition.waits !== 'for-frozen') continue;
      partition.waits = 'no';
      partition.floor = Math.max(partition.floor, partition.pendingFloor);
      partition.pendingFloor = NEVER;
    }
  }
}
