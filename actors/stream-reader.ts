/**
 * Reads one stream's partitions into a lane: the partition with the lowest event time first, decoded once, published as
 * chunks. It never blocks its thread, and reads no further than the slowest view on the lane allows.
 */
import type { PartitionReader, RecordBatch, Source } from '../connectors/contract.ts';
import { InputMemory } from '../kernels/input-memory.ts';
import { JsonDecoder } from '../kernels/json-decoder.ts';
import { PartitionEvent } from '../runtime/chunk.ts';
import type { Clock } from '../runtime/clock.ts';
import { DictionaryWriter } from '../runtime/dictionary-writer.ts';
import type { Lane } from '../runtime/lane.ts';
import type { Ring } from '../runtime/ring.ts';
import type { StreamSpec } from '../views/spec.ts';
import type { LanePartition } from './messages.ts';
import { nextPollInMs, type Partition, pickPartition } from './partition-order.ts';

/** When a partition that had nothing is asked again: soon, then after twice as long each time. */
const POLL_MS_MIN = 1;
const POLL_MS_MAX = 3;
/** The most where the source tells that there is more, lest it fails to. */
const TOLD_POLL_MS_MAX = 100;
/** How often one that is too far ahead of others is looked at again. */
const PAUSE_MS = 20;
/** How often a stream that may grow is asked for new partitions. */
const DISCOVERY_MS = 5000;
/** How often a full ring is asked for space. */
const FULL_POLL_MS = 1;
/** A lane's dictionaries are never emptied: another lane follows. */
const EPOCH = 1;

export interface StreamReaderOptions {
  readonly lane: Lane;
  readonly ring: Ring;
  readonly source: Source;
  readonly stream: StreamSpec;
  readonly clock: Clock;
  readonly partitions: readonly LanePartition[];
  /** Whether partitions that appear later are this reader's to announce. */
  readonly discover: boolean;
  /** A new partition was found; resolves once every view of the lane knows it. */
  readonly announce: (partition: LanePartition) => Promise<void>;
}

export class StreamReader {
  readonly #options: StreamReaderOptions;
  readonly #partitions: Partition[];
  readonly #decoder: JsonDecoder;
  readonly #input: InputMemory | undefined;
  readonly #dictionaries: readonly (DictionaryWriter | undefined)[];
  /** A dictionary has no room for the next record. */
  #isFull = false;
  #nextDiscovery: number;
  /** Ends the wait for a partition. */
  #wake: () => void = () => {};

  constructor(options: StreamReaderOptions) {
    const { lane, stream, clock } = options;
    this.#options = options;
    this.#partitions = options.partitions.map((partition) => newPartition(partition, clock.mono()));
    this.#dictionaries = lane.dictionaries.map((dictionary) =>
      dictionary === undefined ? undefined : new DictionaryWriter(dictionary),
    );
    this.#decoder = new JsonDecoder({
      columns: lane.options.columns,
      eventTime: stream.eventTime,
      maxRecordBytes: stream.maxRecordBytes,
      maxAheadMs: stream.watermark.maxAheadMs,
      dictionaries: this.#dictionaries,
      memory: lane.memory,
    });
    this.#input = InputMemory.open(lane.memory);
    this.#nextDiscovery = clock.mono() + DISCOVERY_MS;
    for (const { index, offset } of options.partitions) lane.positions[index] = offset;
  }

  /**
   * Ends when all partitions are bounded and at their end (the ring is then ended too), when a dictionary is full (another
   * lane must follow), or with the signal.
   */
  async run(signal: AbortSignal): Promise<'ended' | 'full' | 'stopped'> {
    const { ring, clock, stream } = this.#options;
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    try {
      while (!signal.aborted) {
        if (this.#partitions.every((partition) => partition.ended) && !this.#options.discover) {
          ring.end();
          return 'ended';
        }
        if (this.#isFull) return 'full';
        await this.#discover();
        const partition = pickPartition(this.#partitions, clock.mono(), stream.watermark.maxSkewMs);
        if (partition === undefined) {
          await this.#waitForMore(signal);
        } else if (ring.tryClaim() < 0) {
          // Asked rather than told: a bell for every chunk of every view costs more than this.
          await clock.sleep(FULL_POLL_MS, signal).catch(() => undefined);
        } else {
          await this.#step(partition, signal);
        }
      }
      return 'stopped';
    } finally {
      for (const { reader } of this.#partitions) await reader?.close();
    }
  }

  /** Until a partition is due, or a source tells of one. */
  async #waitForMore(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const nap = new AbortController();
    if (signal.aborted) return;
    this.#wake = () => nap.abort();
    const ms = nextPollInMs(this.#partitions, clock.mono(), PAUSE_MS);
    await clock.sleep(Math.ceil(ms), nap.signal).catch(() => undefined);
    this.#wake = () => {};
  }

  /** Reads, decodes and publishes one chunk of the partition, or says that it is idle or ended. */
  async #step(partition: Partition, signal: AbortSignal): Promise<void> {
    const { lane, clock, source, stream } = this.#options;
    if (partition.batch === undefined) {
      partition.reader ??= await source.open(
        partition.id,
        lane.positions[partition.index]!,
        partition.fingerprint,
        { memory: this.#input, onMore: () => this.#told(partition) },
      );
      partition.told = false;
      const batch = await this.#read(partition.reader, signal);
      if (batch === 'end') {
        partition.ended = true;
        await partition.reader.close();
        partition.reader = undefined;
        this.#publishEvent(partition, PartitionEvent.ENDED);
        return;
      }
      if (batch === 'idle') {
        const mostMs = partition.reader.tells === true ? TOLD_POLL_MS_MAX : POLL_MS_MAX;
        partition.pollMs = Math.min(mostMs, Math.max(POLL_MS_MIN, 2 * partition.pollMs));
        partition.pollAt = partition.told ? 0 : clock.mono() + partition.pollMs;
        const silentMs = clock.mono() - partition.activeAt;
        if (!partition.bounded && !partition.idle && silentMs >= stream.watermark.idleAfterMs) {
          partition.idle = true;
          this.#publishEvent(partition, PartitionEvent.IDLE);
        }
        return;
      }
      partition.batch = batch;
      partition.record = 0;
      partition.activeAt = clock.mono();
      partition.idle = false;
      partition.pollMs = 0;
    }
    this.#publishRows(partition, partition.batch);
  }

  #told(partition: Partition): void {
    partition.told = true;
    partition.pollAt = 0;
    this.#wake();
  }

  async #read(reader: PartitionReader, signal: AbortSignal): Promise<RecordBatch | 'idle' | 'end'> {
    try {
      return await reader.read(this.#options.lane.options.chunkRows, signal);
    } catch (error) {
      if (signal.aborted) return 'idle';
      throw error;
    }
  }

  #publishRows(partition: Partition, batch: RecordBatch): void {
    const { lane, ring } = this.#options;
    const sequence = ring.tryClaim();
    const chunk = lane.chunkAt(sequence);
    const position = lane.positions[partition.index]!;
    chunk.reset(partition.index, position, EPOCH);
    partition.record = this.#decoder.decode(batch, partition.record, chunk);
    const { rows, cells } = this.#decoder.left;
    lane.leftToTwin[0] = rows;
    lane.leftToTwin[1] = cells;
    const finished = partition.record >= batch.count;
    if (finished) {
      chunk.nextOffset = batch.nextOffset;
      partition.batch = undefined;
    }
    if (chunk.timeMax > partition.timeMax) partition.timeMax = chunk.timeMax;
    this.#isFull = !finished && chunk.rows < lane.options.chunkRows;
    if (chunk.rows > 0 || chunk.nextOffset > position) this.#publish(partition, sequence);
  }

  #publishEvent(partition: Partition, event: number): void {
    const { lane, ring } = this.#options;
    const sequence = ring.tryClaim();
    const chunk = lane.chunkAt(sequence);
    chunk.reset(partition.index, lane.positions[partition.index]!, EPOCH);
    chunk.event = event;
    this.#publish(partition, sequence);
  }

  /** The position is written first: whoever attaches sees one at least as new as the chunks before its cursor. */
  #publish({ index }: Partition, sequence: number): void {
    const { lane, ring } = this.#options;
    lane.lastPosition[0] = index;
    lane.lastPosition[1] = lane.positions[index]!;
    lane.lastPosition[2] = sequence + 1;
    lane.positions[index] = lane.chunkAt(sequence).nextOffset;
    ring.publish(sequence);
  }

  async #discover(): Promise<void> {
    const { clock, source, discover, announce } = this.#options;
    if (!discover || clock.mono() < this.#nextDiscovery) return;
    this.#nextDiscovery = clock.mono() + DISCOVERY_MS;
    const known = new Set(this.#partitions.map(({ id }) => id));
    for (const { id, bounded } of await source.partitions()) {
      if (known.has(id)) continue;
      const index = this.#partitions.length;
      const found = { index, id, bounded, offset: 0, timeMax: null, fingerprint: null };
      await announce(found);
      this.#options.lane.positions[index] = 0;
      this.#partitions.push(newPartition(found, clock.mono()));
    }
  }
}

function newPartition(partition: LanePartition, mono: number): Partition {
  return {
    index: partition.index,
    id: partition.id,
    bounded: partition.bounded,
    fingerprint: partition.fingerprint,
    timeMax: partition.timeMax ?? Number.NEGATIVE_INFINITY,
    ended: false,
    idle: false,
    activeAt: mono,
    pollAt: 0,
    pollMs: 0,
    told: false,
    reader: undefined,
    batch: undefined,
    record: 0,
  };
}
