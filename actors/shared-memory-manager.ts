/**
 * Owns the lanes of one stream: makes their memory, seats views on them, takes back the places of dead ones, and decides
 * who must leave the main lane (a view so slow that it holds back all others) and who may come back to it.
 */
import { columnKey } from '../runtime/chunk.ts';
import { Lane, type LaneOptions } from '../runtime/lane.ts';
import { Ring } from '../runtime/ring.ts';
import type { LaneSeat } from './messages.ts';

/** A lane's dictionaries are left behind when they are larger than this and have so many times more entries than there are groups. */
const STALE_BYTES_MIN = 24 * 1024 * 1024;
const ENTRIES_PER_GROUP_MAX = 4;

/** How long one view alone must have kept the ring full before it has to leave. */
const LEAVE_AFTER_MS = 400;

const CAUGHT_UP_CHUNKS = 2;

export interface StreamPartition {
  readonly index: number;
  readonly id: string;
  readonly bounded: boolean;
}

export interface LaneState {
  readonly id: number;
  /** Whether all views sit on it unless they are behind. */
  main: boolean;
  /** Whether another lane follows it: what was published on it is still read, but no more is. */
  replaced: boolean;
  readonly lane: Lane;
  readonly ring: Ring;
  /** Consumer index by unit. */
  readonly seats: Map<string, number>;
  /** When the slowest view began to hold back the others alone, on the monotonic clock; and which. */
  gate: { unit: string; since: number } | null;
}

export class SharedMemoryManager {
  readonly partitions: StreamPartition[];
  readonly lanes = new Map<number, LaneState>();
  /** Of lanes that are no more. */
  #leftBefore = 0;
  readonly #nextId: () => number;

  constructor(partitions: readonly StreamPartition[], nextId: () => number) {
    this.partitions = [...partitions];
    this.#nextId = nextId;
  }

  get main(): LaneState | undefined {
    return [...this.lanes.values()].find((lane) => lane.main);
  }

  create(options: LaneOptions, main: boolean): LaneState {
    const lane = Lane.create(options);
    // Only the producer's ring rings bells.
    const ring = new Ring(lane.memory.buffer, lane.ringOffset, options.slots);
    const seats = new Map<string, number>();
    const state: LaneState = {
      ...{ id: this.#nextId(), main, replaced: false, lane, ring, seats, gate: null },
    };
    this.lanes.set(state.id, state);
    return state;
  }

  /** A lane like it that goes on after the last chunk that its reader, which has ended, published. */
  replace(state: LaneState): LaneState {
    const successor = this.create(state.lane.options, state.main);
    state.main = false;
    state.replaced = true;
    successor.lane.positions.set(publishedPositions(state));
    return successor;
  }

  /** A place for the unit after the last chunk published: from now on the lane waits for it. */
  seat(state: LaneState, unit: string, thread: number): LaneSeat {
    const { consumer } = state.ring.attach(thread);
    state.seats.set(unit, consumer);
    return {
      lane: state.id,
      handle: state.lane.handle,
      consumer,
      partitions: this.partitions.map(({ index, id }) => ({ index, id })),
    };
  }

  /** Takes the unit's place back. Its thread must no longer read the lane: it is dead, or has said that it left. */
  release(state: LaneState, unit: string): void {
    const consumer = state.seats.get(unit);
    if (consumer === undefined) return;
    state.seats.delete(unit);
    state.ring.retire(consumer);
  }

  releaseAll(unit: string): void {
    for (const state of this.lanes.values()) this.release(state, unit);
  }

  /** Catch-up lanes that nobody uses any more, forgotten here: their readers can stop. */
  takeUnused(): LaneState[] {
    const unused = [...this.lanes.values()].filter(({ main, seats }) => !main && seats.size === 0);
    for (const state of unused) this.#forget(state);
    return unused;
  }

  /** Whether the main lane's dictionaries are large and hold mostly what no group of its views needs. */
  isStale(groups: number): boolean {
    const { main } = this;
    if (main === undefined || main.ring.ended) return false;
    let bytes = 0;
    let entries = 0;
    for (const dictionary of main.lane.dictionaries) {
      bytes += dictionary?.memoryBytes ?? 0;
      entries = Math.max(entries, dictionary?.entries ?? 0);
    }
    return bytes > STALE_BYTES_MIN && entries > ENTRIES_PER_GROUP_MAX * groups;
  }

  /** The main lane if nobody sits on it any more, forgotten here. */
  takeDeserted(): LaneState | undefined {
    const { main } = this;
    if (main === undefined || main.seats.size > 0) return undefined;
    this.#forget(main);
    return main;
  }

  #forget({ id, lane }: LaneState): void {
    this.#leftBefore += lane.leftToTwin[0]!;
    this.lanes.delete(id);
  }

  /** Rows that the decode kernel left to its twin, on all lanes so far. */
  get leftToTwin(): number {
    let rows = this.#leftBefore;
    for (const { lane } of this.lanes.values()) rows += lane.leftToTwin[0]!;
    return rows;
  }

  /** The unit that has to leave the main lane now, if any. */
  leaver(mono: number): string | undefined {
    const state = this.main;
    if (state === undefined || state.seats.size < 2) return undefined;
    const { slots } = state.lane.options;
    const backlog = [...state.seats]
      .map(([unit, consumer]) => ({ unit, chunks: state.ring.available(consumer) }))
      .sort((a, b) => b.chunks - a.chunks);
    const [slowest, next] = backlog;
    const alone =
      slowest !== undefined &&
      next !== undefined &&
      slowest.chunks >= slots - 1 &&
      next.chunks <= slots / 2;
    if (!alone) {
      state.gate = null;
      return undefined;
    }
    if (state.gate?.unit !== slowest.unit) state.gate = { unit: slowest.unit, since: mono };
    return mono - state.gate.since >= LEAVE_AFTER_MS ? slowest.unit : undefined;
  }

  /** Whether what a catch-up lane has still to read until the main one fits well into the main ring. */
  isNear(state: LaneState): boolean {
    const main = this.main;
    if (main === undefined) return false;
    let missing = 0;
    for (const { index } of this.partitions) {
      missing += Math.max(0, main.lane.positions[index]! - state.lane.positions[index]!);
    }
    const { slots, chunkRows } = main.lane.options;
    return missing <= (slots * chunkRows) / 4;
  }

  /** Whether the unit itself is close behind its lane's reader. */
  isCaughtUp(state: LaneState, unit: string): boolean {
    const consumer = state.seats.get(unit);
    return consumer !== undefined && state.ring.available(consumer) <= CAUGHT_UP_CHUNKS;
  }

  /** Whether one lane has all columns of another. */
  covers(lane: LaneState, other: LaneState): boolean {
    const keys = new Set(lane.lane.options.columns.map(columnKey));
    return other.lane.options.columns.every((column) => keys.has(columnKey(column)));
  }

  /** Positions of the main lane, at least those before any seat taken until now. */
  targets(): Float64Array {
    return Float64Array.from(this.main?.lane.positions.slice(0, this.partitions.length) ?? []);
  }
}

/** Next offsets after what was published: a reader that died may have written one whose chunk, the ring's head, never came. */
export function publishedPositions({ lane, ring }: LaneState): Float64Array {
  const positions = lane.positions.slice();
  const [index = 0, before = 0, afterSequence = 0] = lane.lastPosition;
  if (afterSequence === ring.head + 1) positions[index] = before;
  return positions;
}
