/**
 * One stream on this node: its partitions, its lanes, and who reads them. It opens the main lane once, a catch-up lane
 * whenever units start behind it, and brings them together again.
 */
import { check, type ErrorData, errorFromData } from '../runtime/errors.ts';
import type { Random } from '../runtime/random.ts';
import { RestartWindow, threadRestarts } from '../runtime/restart-window.ts';
import type { PartitionPosition } from '../runtime/snapshot.ts';
import { unionColumns } from '../views/columns.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { StreamSpec } from '../views/spec.ts';
import type { askReader } from './ask-reader.ts';
import { type LaneSize, laneOptions } from './lane-options.ts';
import type { LanePartition, LaneSeat, ReaderMessage } from './messages.ts';
import { unlessReaderAway } from './reader-away.ts';
import { type LaneState, SharedMemoryManager } from './shared-memory-manager.ts';

const ASK_TIMEOUT_MS = 60_000;

export interface StreamTaskOptions {
  readonly task: string;
  readonly stream: StreamSpec;
  readonly once: boolean;
  readonly lane: LaneSize;
  readonly ask: (message: ReaderMessage) => ReturnType<typeof askReader>;
  /** Repeats what fails retryably, such as an ask while the reader is replaced. */
  readonly insist: <T>(attempt: () => Promise<T>) => Promise<T>;
  readonly nextLaneId: () => number;
  readonly random: Random;
  /** Place of a unit's thread on the board. */
  readonly threadOf: (unit: string) => number;
  /** A lane is not used any more: its memory may go back. */
  readonly laneUnused: () => void;
  /** Offers a unit another seat, which it takes once it has reached the targets. */
  readonly offerSeat: (unit: string, seat: LaneSeat, targets: Float64Array) => void;
}

/** A unit that is to be seated, and where it goes on. */
export interface Boarding {
  readonly unit: string;
  readonly plan: ViewPlan;
  readonly positions: readonly PartitionPosition[];
  /** Place of its thread on the board, whose bell the ring rings. */
  readonly thread: number;
}

export class StreamTask {
  readonly options: StreamTaskOptions;
  readonly #memory: SharedMemoryManager;
  readonly #failures: RestartWindow;
  /** The lane on which each unit was offered a seat last, until it sits there. */
  readonly #offered = new Map<string, number>();
  /** What is to be read on new lanes once nobody sits on those before them any more: else lanes might pile up. */
  #waiting: { readonly before: LaneState; readonly read: () => Promise<void> }[] = [];
  /** Units that were told to leave the main lane and have not done so yet. */
  readonly #leaving = new Set<string>();

  private constructor(options: StreamTaskOptions, memory: SharedMemoryManager) {
    this.options = options;
    this.#memory = memory;
    this.#failures = new RestartWindow(threadRestarts, options.random);
  }

  static async open(options: StreamTaskOptions): Promise<StreamTask> {
    const { task, stream, once, ask, nextLaneId } = options;
    const answer = await ask({ type: 'open-stream', task, stream, once });
    check(answer.type === 'partitions', 'open-stream is answered by partitions');
    const partitions = answer.partitions.map((partition, index) => ({ index, ...partition }));
    return new StreamTask(options, new SharedMemoryManager(partitions, nextLaneId));
  }

  /** Where a unit without any checkpoint begins. */
  async startPositions(): Promise<readonly PartitionPosition[]> {
    const { ask, insist, task } = this.options;
    const partitions = this.#memory.partitions.map(({ id }) => id);
    const answer = await insist(() => ask({ type: 'resolve-starts', task, partitions }));
    check(answer.type === 'positions', 'resolve-starts is answered by positions');
    return answer.positions;
  }

  /**
   * Seats the units on one lane that begins where the hindmost of them stands: the main lane if there is none in use. A main
   * lane has the columns of all `plans`, so that whoever falls behind or failed can come to it.
   */
  async board(
    units: readonly Boarding[],
    plans: readonly ViewPlan[],
    seated: (unit: string, seat: LaneSeat) => void,
  ): Promise<void> {
    // Nothing holds the reader of a lane back that nobody sits on: it would run away.
    const deserted = this.#memory.takeDeserted();
    const main = this.#memory.main === undefined;
    const read = main ? plans : units.map(({ plan }) => plan);
    const columns = unionColumns(read.map((plan) => plan.columns));
    const state = this.#memory.create(laneOptions(this.options.lane, columns, main), main);
    const partitions = this.#memory.partitions.map((partition) => begin(partition, units));
    // Should its reader die before it begins, the next one begins there.
    for (const { index, offset } of partitions) state.lane.positions[index] = offset;
    for (const { unit, thread } of units) seated(unit, this.#memory.seat(state, unit, thread));
    if (deserted !== undefined) await this.#stop(deserted);
    await this.#read(state, partitions);
  }

  release(unit: string): void {
    this.#leaving.delete(unit);
    this.#offered.delete(unit);
    this.#memory.releaseAll(unit);
  }

  /**
   * Brings back to the main lane who is near it, leaves dictionaries behind that hold mostly what none of the units' `groups`
   * needs, and says who has to leave the main lane.
   */
  async tend(mono: number, groups: number): Promise<string | undefined> {
    await this.#readOn();
    const unused = this.#memory.takeUnused();
    for (const lane of unused) await this.#stop(lane);
    if (unused.length > 0) this.options.laneUnused();
    if (this.#memory.isStale(groups)) await this.#renewMain();
    const { main } = this.#memory;
    if (main === undefined || main.ring.ended) return undefined;
    for (const lane of this.#memory.lanes.values()) {
      if (lane.main || !this.#memory.isNear(lane) || !this.#memory.covers(main, lane)) continue;
      for (const unit of lane.seats.keys()) {
        if (main.seats.has(unit) || !this.#memory.isCaughtUp(lane, unit)) continue;
        this.#offer(main, unit, this.#memory.targets());
      }
    }
    const leaver = this.#memory.leaver(mono);
    if (leaver === undefined || this.#leaving.has(leaver)) return undefined;
    this.#leaving.add(leaver);
    return leaver;
  }

  /** The unit now reads this lane only, but for a seat that it was offered meanwhile. */
  async rejoined(unit: string, lane: number): Promise<void> {
    if (this.#offered.get(unit) === lane) this.#offered.delete(unit);
    for (const state of this.#memory.lanes.values()) {
      if (state.id !== lane && state.id !== this.#offered.get(unit)) {
        this.#memory.release(state, unit);
      }
    }
    await this.#readOn();
  }

  /** Takes up a new partition of the stream; returns whether it was unknown. */
  discovered({ index, id, bounded }: LanePartition): boolean {
    if (this.#memory.partitions[index] !== undefined) return false;
    this.#memory.partitions.push({ index, id, bounded });
    return true;
  }

  /** The next offset that the main lane's reader will publish, summed over the partitions. */
  get position(): number {
    return this.#memory.targets().reduce((sum, offset) => sum + offset, 0);
  }

  /** Rows that the decode kernel left to its twin. */
  get leftToTwin(): number {
    return this.#memory.leftToTwin;
  }

  hasLane(lane: number): boolean {
    return this.#memory.lanes.has(lane);
  }

  /** A reader failed: when to read its lane again. @throws its error once it has failed too often, or for good */
  failed(error: ErrorData, mono: number): number {
    if (!error.retryable && error.code !== 'LA_UNEXPECTED') throw errorFromData(error);
    const verdict = this.#failures.record(mono);
    if (verdict === 'tripped') throw errorFromData(error);
    return verdict.afterMs;
  }

  /**
   * The lane's reader has ended, because it failed or a dictionary is full: another lane goes on from what it published. Its
   * units take their seats there when they have read all of the old one.
   */
  async renew(lane: number): Promise<void> {
    const state = this.#memory.lanes.get(lane);
    if (state === undefined || state.ring.ended || state.replaced) return;
    const successor = this.#memory.replace(state);
    const { positions } = successor.lane;
    const partitions = this.#memory.partitions.map((partition) => ({
      ...partition,
      offset: positions[partition.index]!,
      timeMax: null,
      fingerprint: null,
    }));
    const targets = positions.slice(0, partitions.length);
    for (const unit of state.seats.keys()) this.#offer(successor, unit, targets);
    const read = async () => {
      if (!successor.replaced) await this.#read(successor, partitions);
    };
    this.#waiting.push({ before: state, read });
    await this.#readOn();
  }

  async #readOn(): Promise<void> {
    const ready = this.#waiting.filter(({ before }) => before.seats.size === 0);
    this.#waiting = this.#waiting.filter((each) => !ready.includes(each));
    for (const { read } of ready) await read();
  }

  async #renewMain(): Promise<void> {
    const { main } = this.#memory;
    if (main === undefined) return;
    await this.#stop(main);
    await this.renew(main.id);
  }

  #offer(state: LaneState, unit: string, targets: Float64Array): void {
    const { threadOf, offerSeat } = this.options;
    this.#offered.set(unit, state.id);
    offerSeat(unit, this.#memory.seat(state, unit, threadOf(unit)), targets);
  }

  async #stop(lane: LaneState): Promise<void> {
    await this.options.ask({ type: 'stop-lane', lane: lane.id }).catch(unlessReaderAway);
  }

  /** Reads everything anew on a new reader thread. */
  async reopen(): Promise<void> {
    const { task, stream, once, ask } = this.options;
    await ask({ type: 'open-stream', task, stream, once });
    for (const lane of [...this.#memory.lanes.keys()]) await this.renew(lane);
  }

  async #read(state: LaneState, partitions: readonly LanePartition[]): Promise<void> {
    const { task, ask, once } = this.options;
    const discover = state.main && !once;
    const start = { lane: state.id, task, handle: state.lane.handle, partitions, discover };
    // When the reader has died, its successor renews all lanes.
    await ask({ type: 'start-lane', start }).catch(unlessReaderAway);
  }
}

/** Where a lane begins to read the partition: at the hindmost unit. One that a unit does not know began later: at 0. */
function begin(
  partition: { readonly index: number; readonly id: string; readonly bounded: boolean },
  units: readonly Boarding[],
): LanePartition {
  let hindmost: PartitionPosition | undefined;
  for (const { positions } of units) {
    const position = positions.find((other) => other.partition === partition.id);
    if (position === undefined)
      return { ...partition, offset: 0, timeMax: null, fingerprint: null };
    if (hindmost === undefined || position.nextOffset < hindmost.nextOffset) hindmost = position;
  }
  check(hindmost !== undefined, 'a lane is made for units');
  const { nextOffset, timeMax, fingerprint = null } = hindmost;
  return { ...partition, offset: nextOffset, timeMax, fingerprint };
}

export const askTimeoutMs = ASK_TIMEOUT_MS;
