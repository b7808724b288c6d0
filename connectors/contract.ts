/** What the data world outside looks like from inside: the contracts every connector fulfils and its suite tests. */
import type { InputMemory } from '../kernels/input-memory.ts';
import type { Clock } from '../runtime/clock.ts';
import type { DeadLetter } from '../runtime/dead-letter.ts';
import type { LaError } from '../runtime/errors.ts';
import type { ResultBatch, ResultSchema } from '../runtime/result-batch.ts';

// ---- Sources -------------------------------------------------------------------------------------------------------

/** Consecutive records of one partition as bytes; valid until the partition's next `read`. */
export interface RecordBatch {
  readonly count: number;
  readonly bytes: Uint8Array;
  /** Record r is bytes [starts[r], ends[r]). */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Offset of the first position covered and the one after the last, records or not. */
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** Offset of each record; null when record r is at firstOffset + r. */
  readonly offsets: Float64Array | null;
  /** The records' own timestamps, epoch ms; null where the source has none. */
  readonly timestamps: Float64Array | null;
  /** Added to every event time: how a looping source moves on. */
  readonly timeShiftMs: number;
}

export interface PartitionInfo {
  /** Stable over restarts: a file's path, or topic id and number. */
  readonly id: string;
  /** Whether it has an end. */
  readonly bounded: boolean;
}

export type Start = 'earliest' | 'latest' | { readonly timeMs: number };

export interface PartitionReader {
  /**
   * The next records, at most `maxRecords`: `idle` when there are none now (a live partition, or one whose `rate` holds
   * it back; ask again later), `end` at the end of a bounded one. A batch may hold no record and yet move the offset.
   */
  read(maxRecords: number, signal: AbortSignal): Promise<RecordBatch | 'idle' | 'end'>;
  /** Whether `onMore` is called once there is more after `idle`, as far as it is known: then it is asked more seldom. */
  readonly tells?: boolean;
  close(): Promise<void>;
}

/** What a source may use while it reads a partition. */
export interface ReadContext {
  /** What is read into it need not be copied to be decoded. */
  readonly memory?: InputMemory | undefined;
  /** To be called when a read would perhaps no longer be idle. */
  readonly onMore?: () => void;
}

export interface Source {
  /** All partitions now; later calls may return more, in the same order with new ones at the end. */
  partitions(): Promise<readonly PartitionInfo[]>;
  /** The offset to begin with, for a partition that no checkpoint knows. */
  resolveStart(partition: string, start: Start): Promise<number>;
  /**
   * Reads from `offset` on. `fingerprint` is what `fingerprint()` said when the checkpoint was made: contents that were
   * replaced meanwhile are an error.
   */
  open(
    partition: string,
    offset: number,
    fingerprint: string | null,
    context?: ReadContext,
  ): Promise<PartitionReader>;
  /** Identifies what was read up to `offset`; null when the source's offsets are durable by nature. */
  fingerprint(partition: string, offset: number): Promise<string | null>;
  close(): Promise<void>;
}

export interface SourceContext {
  /** Relative paths are resolved against it. */
  readonly projectDir: string;
  /** Event time of a record, epoch ms; NaN when it cannot be read. For rates, loops and start times. */
  eventTime(record: Uint8Array): number;
  /** Of a longer record a source passes the first maxRecordBytes + 1 bytes, so that the decoder sees it is too large. */
  readonly maxRecordBytes: number;
  /** For rates. */
  readonly clock: Clock;
}

// ---- Sinks ---------------------------------------------------------------------------------------------------------

export interface SinkRowFailure {
  readonly row: number;
  readonly error: LaError;
}

/**
 * Writes full values with their version (generation, rows, complete, claim), compared in that order. A sink that can compare
 * keeps the highest; a log-like one carries all four and its readers keep the highest. Writing a batch again is harmless.
 */
export interface Sink {
  /** Before a view's first batch, and when its schema changed. */
  prepare(schema: ResultSchema): Promise<void>;
  /**
   * Resolves when the rows are durable; rows that failed are returned, all else throws. The batch is valid until then. Batches
   * may come while others are written, and count in the order of the calls: what is durable together costs less.
   */
  write(batch: ResultBatch, signal: AbortSignal): Promise<readonly SinkRowFailure[]>;
  close(): Promise<void>;
}

export interface SinkContext {
  /** Relative paths are resolved against it. */
  readonly projectDir: string;
}

export interface DeadLetterSink {
  /** Resolves when they are durable. */
  write(letters: readonly DeadLetter[], signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

// ---- Checkpoints ---------------------------------------------------------------------------------------------------

/** Immutable objects by key (`a/b/c`). */
export interface ObjectStore {
  /**
   * Creates the object; `exists` when there is one of that key already, which stays. Durable when it resolves; the bytes
   * are not read any more once it has settled.
   */
  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** The object's bytes; undefined when there is none. */
  read(key: string): Promise<Uint8Array | undefined>;
  /** Keys with the prefix, in ascending order. */
  list(prefix: string): Promise<string[]>;
  /** No error when it is not there. */
  remove(key: string): Promise<void>;
}

/** What a unit's pointer says: the newest committed manifest. */
export interface Pointer {
  readonly claim: number;
  /** Counts commits of the unit, from 1, over all claims. */
  readonly sequence: number;
  readonly manifest: string;
  readonly sha256: string;
  /** The manifests before it, newest first: where to fall back to. */
  readonly previous: readonly { readonly manifest: string; readonly sha256: string }[];
}

/** One start of a unit's right to commit. A later claim fences it. */
export interface Claim {
  readonly unit: string;
  readonly claim: number;
  /** The newest pointer when it was claimed; null for a new unit. */
  readonly pointer: Pointer | null;
}

export interface Coordination {
  claim(unit: string): Promise<Claim>;
  /** The newest pointer, without a claim: to look on. Null for a unit without commits. */
  pointer(unit: string): Promise<Pointer | null>;
  /** Commits the pointer, unless a later claim exists (`fenced`). A lost answer is resolved by asking again. */
  commit(claim: Claim, pointer: Pointer): Promise<'committed' | 'fenced'>;
  /** Small records beside the units, such as the registry of generations: read, and replaced if still as read. */
  get(key: string): Promise<{ readonly value: string; readonly version: number } | undefined>;
  put(key: string, value: string, version: number | null): Promise<'written' | 'conflict'>;
  units(): Promise<string[]>;
  close(): Promise<void>;
}
