/**
 * Drives one unit on an aggregator thread: takes a chunk a turn from its lane, hands out what is to be written, and cuts a
 * snapshot when one is due. Everything it waits for arrives as a message; a turn never blocks.
 */
import type { Buffers } from '../runtime/buffer-pool.ts';
import type { Clock } from '../runtime/clock.ts';
import { Lane } from '../runtime/lane.ts';
import { Ring } from '../runtime/ring.ts';
import { Unit } from '../state/unit.ts';
import type { ViewPlan } from '../views/plan.ts';
import { isFull, LETTER_BATCHES_MAX } from './back-pressure.ts';
import type { Board } from './board.ts';
import type {
  LaneSeat,
  UnitBeginning,
  UnitMessage,
  UnitOutput,
  UnitReport,
  UnitStart,
} from './messages.ts';
import { Snapshots } from './snapshots.ts';
import { UnitLine } from './unit-line.ts';

/** Made in one turn at most: a large window leaves over several turns, between which the other views have theirs. */
const TURN_BATCHES_MAX = 2;

export interface ViewAggregatorOptions {
  readonly start: UnitStart;
  readonly plan: ViewPlan;
  readonly clock: Clock;
  readonly board: Board;
  /** Doorbells of the threads, which the rings ring. */
  readonly bells: Int32Array;
  /** What batches and snapshots are made in: they come back from the outlet. */
  readonly buffers: Buffers;
  /** Runs what takes long in proportion to the state, out of the watchdog's sight. */
  readonly unwatched: <T>(work: () => T) => T;
  readonly report: (message: UnitReport) => void;
  readonly output: (message: UnitOutput) => void;
}

/** How often the board is brought up to date; adding up a unit's memory is no work for every chunk. */
const BOARD_MS = 50;

/** running → finishing (no more chunks; all is written and acked) → committing (the last snapshot) → finished. */
type Phase = 'running' | 'finishing' | 'committing' | 'finished';

export class ViewAggregator {
  readonly #options: ViewAggregatorOptions;
  readonly #unit: Unit;
  readonly #line: UnitLine;
  readonly #snapshots: Snapshots;
  #lane: Lane | undefined;
  #ring: Ring | undefined;
  #seat: LaneSeat | undefined;
  #known = new Set<number>();
  #rejoin: { seat: LaneSeat; targets: Float64Array } | undefined;
  #phase: Phase = 'running';
  #letterBatches = 0;
  #nextWrite: number;
  /** Whether the last turn left rows to write. */
  #isWriting = false;
  #nextBoard = 0;
  #isBoardStale = false;
  #resultRows = 0;

  constructor(options: ViewAggregatorOptions, from: UnitBeginning) {
    const { start, plan, clock } = options;
    this.#options = options;
    this.#unit = new Unit({
      plan,
      generation: start.spec.generation,
      claim: start.claim,
      buffers: options.buffers,
      cutover: start.spec.cutover,
      // A unit that has committed nothing but its start offsets has no state to restore.
      start: from.restored?.meta == null ? from.positions : from.restored,
    });
    const mono = clock.mono();
    this.#nextWrite = mono + (plan.writeIntervalMs ?? Number.POSITIVE_INFINITY);
    const { unwatched } = options;
    const { checkpointIntervalMs: intervalMs } = plan;
    const { wantsFull } = start;
    this.#snapshots = new Snapshots({ unit: this.#unit, intervalMs, wantsFull, unwatched }, mono);
    this.#sit(from.seat);
    this.#line = new UnitLine(options.board, start.line, this.#unit);
    this.#publishBoard();
  }

  /** Time spent in turns, ms: what fairness between the views of a thread goes by. */
  busyMs = 0;

  get finished(): boolean {
    return this.#phase === 'finished';
  }

  /** Whether a turn would find a chunk and may take it. */
  get hasWork(): boolean {
    const seat = this.#seat;
    if (this.#phase !== 'running' || seat === undefined || this.#isHeldUp) return false;
    return this.#ring?.available(seat.consumer) !== 0;
  }

  /** ms until something is to be written or committed; Infinity while it waits for an answer. */
  dueInMs(): number {
    if (this.#phase !== 'running') return Number.POSITIVE_INFINITY;
    // Where nothing comes any more the board would show for ever what was before the last chunk.
    const board = this.#isBoardStale ? this.#nextBoard : Number.POSITIVE_INFINITY;
    const write = this.#isFull ? Number.POSITIVE_INFINITY : this.#nextWrite;
    const next = Math.min(write, this.#snapshots.dueAt, board);
    return Math.max(0, next - this.#options.clock.mono());
  }

  /** Does at most one chunk's work; whether there was any. */
  turn(): boolean {
    const began = this.#options.clock.mono();
    const worked = this.#phase === 'running' && this.#consume();
    this.#write(began);
    this.#checkpoint(began);
    this.busyMs += this.#options.clock.mono() - began;
    if (worked) this.#isBoardStale = true;
    if (this.#isBoardStale && began >= this.#nextBoard) {
      this.#nextBoard = began + BOARD_MS;
      this.#publishBoard();
    }
    return worked || this.#snapshots.isCopying || (this.#isWriting && !this.#isFull);
  }

  receive(message: UnitMessage): void {
    switch (message.type) {
      case 'partition':
        this.#learn(message.index, message.id);
        break;
      case 'acked':
        this.#unit.acked(message.batch);
        this.#unit.evict();
        break;
      case 'letters-durable':
        this.#letterBatches--;
        break;
      case 'committed':
        this.#snapshots.committed(message.wantsFull);
        this.#unit.evict();
        this.#line.committedAt(this.#options.clock.now());
        if (this.#phase === 'committing' || this.#isDrained) this.#finish();
        this.#publishBoard();
        break;
      case 'leave':
        this.#lane = this.#ring = this.#seat = this.#rejoin = undefined;
        this.#options.report({ type: 'left', positions: this.#unit.positions() });
        break;
      case 'take-seat':
        // One that was offered while it had none was taken back.
        this.#rejoin = undefined;
        this.#sit(message.seat);
        break;
      case 'rejoin':
        this.#rejoin = message;
        this.#changeSeat();
        break;
      case 'finish':
        if (this.#phase === 'running') this.#phase = 'finishing';
        break;
    }
  }

  /** Back-pressure: too much is on its way to the sinks. */
  get #isHeldUp(): boolean {
    return this.#isFull || this.#letterBatches >= LETTER_BATCHES_MAX;
  }

  get #isFull(): boolean {
    return isFull(this.#unit);
  }

  #sit(seat: LaneSeat): void {
    const lane = Lane.attach(seat.handle);
    this.#lane = lane;
    this.#seat = seat;
    this.#ring = new Ring(
      lane.memory.buffer,
      lane.ringOffset,
      lane.options.slots,
      this.#options.bells,
    );
    this.#known = new Set();
    this.#unit.bind(lane);
    for (const { index, id } of seat.partitions) this.#learn(index, id);
    this.#unit.present(new Set(seat.partitions.map(({ id }) => id)));
  }

  #learn(index: number, id: string): void {
    this.#unit.partition(index, id);
    this.#known.add(index);
  }

  #consume(): boolean {
    const ring = this.#ring;
    const lane = this.#lane;
    const seat = this.#seat;
    if (ring === undefined || lane === undefined || seat === undefined || this.#isHeldUp)
      return false;
    const available = ring.available(seat.consumer);
    if (available === 0) {
      if (this.#options.start.once && ring.finished(seat.consumer)) {
        this.#unit.completeAll();
        this.#phase = 'finishing';
        this.#publishBoard();
      }
      return false;
    }
    if (!this.#unit.prepare()) return true;
    const sequence = ring.next(seat.consumer);
    const chunk = lane.chunkAt(sequence);
    // The announcement of a new partition comes as a message, which may be slower than its first chunk.
    if (!this.#known.has(chunk.partition)) return false;
    if (this.#unit.process(chunk) === 'blocked') return false;
    ring.advance(seat.consumer, sequence);
    this.#sendLetters();
    this.#changeSeat();
    return true;
  }

  /** Takes the seat that was offered once nothing before its first chunk is missing. */
  #changeSeat(): void {
    if (this.#rejoin === undefined || this.#seat === undefined) return;
    const { seat, targets } = this.#rejoin;
    for (const { index } of seat.partitions) {
      if (this.#unit.nextOffset(index) < targets[index]!) return;
    }
    this.#rejoin = undefined;
    this.#sit(seat);
    this.#options.report({ type: 'rejoined', lane: seat.lane });
  }

  #sendLetters(): void {
    const letters = this.#unit.takeDeadLetters();
    if (letters === null) return;
    this.#letterBatches++;
    this.#options.output({ type: 'letters', ...letters });
  }

  #write(mono: number): void {
    if (this.#phase === 'committing' || this.#phase === 'finished') return;
    const { plan } = this.#options;
    const due = mono >= this.#nextWrite || this.#phase === 'finishing';
    if (this.#isFull || (!due && !this.#unit.hasCompleted)) return;
    const updates = due && plan.writeIntervalMs !== null;
    const batches = this.#unit.emit({ updates, batchesMax: TURN_BATCHES_MAX });
    this.#isWriting = batches.length === TURN_BATCHES_MAX;
    if (due && !this.#isWriting) {
      this.#nextWrite = mono + (plan.writeIntervalMs ?? Number.POSITIVE_INFINITY);
    }
    for (const batch of batches) {
      this.#resultRows += batch.count;
      this.#options.output({ type: 'batch', batch });
    }
  }

  #checkpoint(mono: number): void {
    const last =
      this.#phase === 'finishing' && this.#unit.pendingBatches === 0 && !this.#unit.hasCompleted;
    const snapshot =
      last || this.#phase === 'running' ? this.#snapshots.cut(mono, last) : undefined;
    if (snapshot === undefined) return;
    if (last) this.#phase = 'committing';
    this.#options.output({ type: 'snapshot', snapshot });
  }

  /** A replaced generation whose last window was written and forgotten, durably. */
  get #isDrained(): boolean {
    const { plan, start } = this.#options;
    const { until } = start.spec.cutover;
    if (until === null || this.#unit.openWindows > 0) return false;
    return this.#unit.watermarks().every((each) => {
      return each.watermark >= until + plan.window.sizeMs + plan.allowedLatenessMs;
    });
  }

  #finish(): void {
    this.#phase = 'finished';
    this.#options.report({ type: 'finished', drained: this.#isDrained });
  }

  #position(): number {
    let sum = 0;
    for (const index of this.#known) sum += this.#unit.nextOffset(index);
    return sum;
  }

  #publishBoard(): void {
    this.#isBoardStale = false;
    this.#line.publish(this.#unit, {
      position: this.#position(),
      result_rows: this.#resultRows,
      busy_ms: this.busyMs,
      checkpoints: this.#snapshots.count,
    });
  }
}
