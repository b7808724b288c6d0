import type { PartitionReader, RecordBatch, Source } from '../../connectors/contract.ts';
import { loadRecords, type RecordBytes } from '../record-bytes.ts';

const BATCH_RECORDS_MAX = 8192;
const PARTITION = 'memory';

/** One bounded partition, loaded before it is asked for: no file, no copy, no search for line ends while it is read. */
export async function openBytesSource(path: string): Promise<Source> {
  const records = loadRecords(path);
  return {
    partitions: async () => [{ id: PARTITION, bounded: true }],
    resolveStart: async (_, start) => (start === 'earliest' ? 0 : records.count),
    open: async (_, offset) => readerOf(records, offset),
    fingerprint: async () => null,
    close: async () => undefined,
  };
}

function readerOf({ bytes, ends, count }: RecordBytes, offset: number): PartitionReader {
  const batchStarts = new Uint32Array(BATCH_RECORDS_MAX);
  const batchEnds = new Uint32Array(BATCH_RECORDS_MAX);
  let next = offset;
  return {
    async read(maxRecords): Promise<RecordBatch | 'end'> {
      if (next >= count) return 'end';
      const first = next;
      next = Math.min(count, first + Math.min(maxRecords, BATCH_RECORDS_MAX));
      const base = first === 0 ? 0 : ends[first - 1]! + 1;
      for (let row = 0, start = 0; row < next - first; row++) {
        batchStarts[row] = start;
        const end = ends[first + row]! - base;
        batchEnds[row] = end;
        start = end + 1;
      }
      return {
        count: next - first,
        bytes: bytes.subarray(base, ends[next - 1]! + 1),
        starts: batchStarts,
        ends: batchEnds,
        firstOffset: first,
        nextOffset: next,
        ...{ offsets: null, timestamps: null, timeShiftMs: 0 },
      };
    },
    close: async () => undefined,
  };
}
