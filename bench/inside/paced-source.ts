import type { PartitionReader, RecordBatch, Source } from '../../connectors/contract.ts';
import { loadRecords, type RecordBytes } from '../record-bytes.ts';
import { mark, nowMs } from './marks.ts';
import { eventUs } from './schedule.ts';

const BATCH_RECORDS_MAX = 8192;
const RECORD_BYTES_MAX = 512;
const PARTITION = 'paced';
/** A record begins with `{"ts":` and 13 digits, which 16 others replace. */
const HEAD_BYTES = 6;
const OLD_DIGITS = 13;
const NEW_DIGITS = 16;
/** After the warm-up, so that it has been folded. */
const PAUSE_MS = 3000;

export interface PacedOptions {
  readonly path: string;
  /** Handed out as fast as they are taken. */
  readonly warm_up_rows: number;
  /** Handed out afterwards, row i not before i / rows_per_s: late if the engine is, but never slower for that. */
  readonly rows: number;
  readonly rows_per_s: number;
}

/** The file's records again and again, each with the time as its event time at which it was due. */
export async function openPacedSource(options: PacedOptions): Promise<Source> {
  const records = loadRecords(options.path);
  const pace = { beginMs: 0, hasPaused: false };
  return {
    partitions: async () => [{ id: PARTITION, bounded: true }],
    resolveStart: async () => 0,
    // The lane that it reads into may be replaced by another.
    open: async (_partition, offset) => readerOf(records, options, pace, offset),
    fingerprint: async () => null,
    close: async () => undefined,
  };
}

/** When rows are due: it outlives a reader. */
interface Pace {
  beginMs: number;
  hasPaused: boolean;
}

function readerOf(
  records: RecordBytes,
  options: PacedOptions,
  pace: Pace,
  offset: number,
): PartitionReader {
  const { warm_up_rows: warmUp, rows, rows_per_s: rate } = options;
  const end = warmUp + rows;
  const bytes = Buffer.alloc(BATCH_RECORDS_MAX * RECORD_BYTES_MAX);
  const starts = new Uint32Array(BATCH_RECORDS_MAX);
  const ends = new Uint32Array(BATCH_RECORDS_MAX);
  let next = offset;
  return {
    async read(maxRecords): Promise<RecordBatch | 'idle' | 'end'> {
      if (next >= end) return 'end';
      const now = nowMs();
      if (next === 0) {
        pace.beginMs = now;
        mark('first-read');
      }
      if (next === warmUp && warmUp > 0 && !pace.hasPaused) {
        pace.hasPaused = true;
        pace.beginMs = now + PAUSE_MS;
        mark('warmed-up');
      }
      const { beginMs } = pace;
      const isWarm = next >= warmUp;
      const due = isWarm ? warmUp + Math.floor(((now - beginMs) * rate) / 1000) + 1 : warmUp;
      const first = next;
      next = Math.max(first, Math.min(due, end, first + Math.min(maxRecords, BATCH_RECORDS_MAX)));
      if (next === first) return 'idle';
      let at = 0;
      for (let row = first; row < next; row++) {
        starts[row - first] = at;
        const dueMs = isWarm ? beginMs + ((row - warmUp) * 1000) / rate : beginMs;
        at = writeRecord(records, row % records.count, bytes, at, dueMs);
        ends[row - first] = at;
      }
      const none = { offsets: null, timestamps: null, timeShiftMs: 0 };
      const count = next - first;
      return { count, bytes, starts, ends, firstOffset: first, nextOffset: next, ...none };
    },
    close: async () => undefined,
  };
}

function writeRecord(records: RecordBytes, index: number, into: Buffer, at: number, ms: number) {
  const { bytes, ends } = records;
  const from = index === 0 ? 0 : ends[index - 1]! + 1;
  const digits = at + HEAD_BYTES;
  bytes.copy(into, at, from, from + HEAD_BYTES);
  let rest = eventUs(ms);
  for (let digit = digits + NEW_DIGITS - 1; digit >= digits; digit--) {
    const tenth = Math.floor(rest / 10);
    into[digit] = 48 + rest - 10 * tenth;
    rest = tenth;
  }
  const tail = from + HEAD_BYTES + OLD_DIGITS;
  bytes.copy(into, digits + NEW_DIGITS, tail, ends[index]);
  return digits + NEW_DIGITS + ends[index]! - tail;
}
