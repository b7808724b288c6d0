/**
 * A snapshot in the making. What a large state has is copied ahead, piece by piece between chunks, in passes: each copies what
 * changed since the one before, so that little is left for the last one, which is the cut.
 */
import type { Buffers } from '../runtime/buffer-pool.ts';
import { check } from '../runtime/errors.ts';
import type { RegionWrite, Snapshot } from '../runtime/snapshot.ts';
import type { GroupTable } from './group-table.ts';
import { RegionWriter, regionsOf } from './snapshot.ts';

/** Bytes of one step: a millisecond or two, page faults included. */
const STEP_BYTES = 2 * 1024 * 1024;
/** A pass that found less than this leaves little; more passes than this would hardly find less. */
const LITTLE_BYTES = 1024 * 1024;
const PASSES_MAX = 3;

export interface FreezingMeans {
  readonly tables: () => Iterable<GroupTable>;
  /** Names the round of changes so far and begins another one. */
  readonly nextRound: () => number;
  /** What is copied to. */
  readonly buffers: Buffers;
}

export interface Frozen {
  readonly full: boolean;
  readonly regions: Snapshot['regions'];
  readonly writes: readonly RegionWrite[];
}

class Freezing {
  readonly full: boolean;
  readonly #tables: () => Iterable<GroupTable>;
  readonly #nextRound: () => number;
  readonly #writer: RegionWriter;
  readonly #writes: RegionWrite[] = [];
  #round = 0;
  #waiting: GroupTable[] = [];
  #passes = 0;
  #passBytes = 0;

  constructor(full: boolean, { tables, nextRound, buffers }: FreezingMeans) {
    this.full = full;
    this.#writer = new RegionWriter(buffers);
    this.#tables = tables;
    this.#nextRound = nextRound;
    if (full) for (const table of tables()) table.frozen = null;
    for (const table of tables()) table.pass = null;
    this.#beginPass();
  }

  /** Copies a piece. Returns whether so little is left that the cut may be made. */
  copyAhead(bytesMax = STEP_BYTES): boolean {
    const left = this.#copy(bytesMax);
    if (left) return false;
    const isLittle = this.#passBytes < LITTLE_BYTES;
    this.#passes++;
    if (isLittle || this.#passes >= PASSES_MAX) return true;
    this.#beginPass();
    return false;
  }

  /** The cut: copies all that is left. */
  finish(): Frozen {
    // What is left of a pass that was begun, and what changed since it began.
    this.#copy(Number.POSITIVE_INFINITY);
    this.#beginPass();
    this.#copy(Number.POSITIVE_INFINITY);
    const regions = [...this.#tables()].flatMap(regionsOf);
    const there = new Set(regions.map(({ name }) => name));
    // Tables were forgotten meanwhile.
    const writes = this.#writes.filter(({ region }) => there.has(region));
    return { full: this.full, regions, writes };
  }

  #beginPass(): void {
    check(this.#waiting.length === 0, 'a pass is over before the next begins');
    this.#round = this.#nextRound();
    this.#passBytes = 0;
    this.#waiting = [...this.#tables()];
  }

  /** Whether the bytes did not suffice for the rest of the pass. */
  #copy(bytesMax: number): boolean {
    const there = new Set(this.#tables());
    const writer = this.#writer;
    for (;;) {
      const [table] = this.#waiting;
      if (table === undefined) break;
      if (there.has(table) && !writer.add(table, this.#round, bytesMax)) break;
      this.#waiting.shift();
    }
    this.#passBytes += writer.bytes;
    if (writer.bytes > 0) this.#writes.push(...writer.finish());
    return this.#waiting.length > 0;
  }
}

/** The snapshots of a unit's tables, one after the other. */
export class Freezer {
  readonly #means: FreezingMeans;
  #freezing: Freezing | null = null;

  constructor(means: FreezingMeans) {
    this.#means = means;
  }

  /** See Unit.copyAhead. */
  copyAhead(full: boolean, bytesMax?: number): boolean {
    return this.#begun(full).copyAhead(bytesMax);
  }

  /** What changed since the last one, or all of it. */
  freeze(full: boolean): Frozen {
    const frozen = this.#begun(full).finish();
    this.#freezing = null;
    return frozen;
  }

  #begun(full: boolean): Freezing {
    const begun = this.#freezing;
    // One that was to be full has set back what each table knows of its last snapshot.
    if (begun !== null && (begun.full || !full)) return begun;
    this.#freezing = new Freezing(full, this.#means);
    return this.#freezing;
  }
}
