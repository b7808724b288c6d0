import { check } from '../../runtime/errors.ts';
import type {
  PartitionInfo,
  PartitionReader,
  RecordBatch,
  Source,
  SourceContext,
  Start,
} from '../contract.ts';
import { connectorError } from '../errors.ts';

/** A text or bytes; null for an offset that holds no record, as compaction leaves them. */
export type MemoryRecord = string | Uint8Array | null;

interface Partition extends PartitionInfo {
  readonly records: (Uint8Array | null)[];
  readonly timestamps: number[] | null;
}

/** Records in arrays, for tests and the simulator. Live partitions grow by `append`; offsets are indexes. */
export class MemorySource implements Source {
  readonly #context: Pick<SourceContext, 'eventTime' | 'maxRecordBytes'>;
  readonly #partitions: Partition[] = [];

  constructor(context: Pick<SourceContext, 'eventTime' | 'maxRecordBytes'>) {
    this.#context = context;
  }

  /** With `timestamped` each `append` gives the records' own timestamps. */
  addPartition(id: string, options: { bounded: boolean; timestamped?: boolean }): this {
    check(!this.#partitions.some((other) => other.id === id), 'a partition is added once');
    const timestamps = options.timestamped ? [] : null;
    this.#partitions.push({ id, bounded: options.bounded, records: [], timestamps });
    return this;
  }

  append(id: string, records: readonly MemoryRecord[], timestampMs = 0): this {
    const partition = this.#partition(id);
    for (const record of records) {
      partition.records.push(typeof record === 'string' ? Buffer.from(record) : record);
      partition.timestamps?.push(timestampMs);
    }
    return this;
  }

  #partition(id: string): Partition {
    const partition = this.#partitions.find((other) => other.id === id);
    if (partition === undefined) throw new Error(`no partition ${id} was added`);
    return partition;
  }

  async partitions(): Promise<readonly PartitionInfo[]> {
    return this.#partitions.map(({ id, bounded }) => ({ id, bounded }));
  }

  async resolveStart(id: string, start: Start): Promise<number> {
    const { records } = this.#partition(id);
    if (start === 'earliest') return 0;
    if (start === 'latest') return records.length;
    const { eventTime } = this.#context;
    const found = records.findIndex(
      (record) => record !== null && eventTime(record) >= start.timeMs,
    );
    return found < 0 ? records.length : found;
  }

  async open(id: string, offset: number): Promise<PartitionReader> {
    const partition = this.#partition(id);
    const end = partition.records.length;
    if (offset > end) throw connectorError('LA_OFFSET_PAST_END', { partition: id, end, offset });
    return new MemoryReader(partition, offset, this.#context.maxRecordBytes);
  }

  async fingerprint(): Promise<null> {
    return null;
  }

  async close(): Promise<void> {}
}

class MemoryReader implements PartitionReader {
  readonly #partition: Partition;
  readonly #maxRecordBytes: number;
  #offset: number;
  #closed = false;

  constructor(partition: Partition, offset: number, maxRecordBytes: number) {
    this.#partition = partition;
    this.#offset = offset;
    this.#maxRecordBytes = maxRecordBytes;
  }

  async read(maxRecords: number, signal: AbortSignal): Promise<RecordBatch | 'idle' | 'end'> {
    signal.throwIfAborted();
    check(!this.#closed, 'read after close');
    const { records, timestamps, bounded } = this.#partition;
    const firstOffset = this.#offset;
    const nextOffset = Math.min(records.length, firstOffset + maxRecords);
    if (nextOffset === firstOffset) return bounded ? 'end' : 'idle';
    this.#offset = nextOffset;
    const offsets: number[] = [];
    const heads: Uint8Array[] = [];
    for (let offset = firstOffset; offset < nextOffset; offset++) {
      const record = records[offset] ?? null;
      if (record === null) continue;
      offsets.push(offset);
      heads.push(record.subarray(0, this.#maxRecordBytes + 1));
    }
    const ends = new Uint32Array(heads.length);
    let bytes = 0;
    heads.forEach((head, row) => {
      bytes += head.length;
      ends[row] = bytes;
    });
    return {
      count: heads.length,
      bytes: Buffer.concat(heads),
      starts: ends.map((end, row) => end - heads[row]!.length),
      ends,
      firstOffset,
      nextOffset,
      offsets: heads.length === nextOffset - firstOffset ? null : Float64Array.from(offsets),
      timestamps: timestamps && Float64Array.from(offsets, (offset) => timestamps[offset]!),
      timeShiftMs: 0,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
