import { Buffer } from 'node:buffer';
import type { DecoderBatch } from '../kernels/decoder-batch.ts';

/** Bytes after the last record, so that none is too near the end to be read in words. */
const SLACK_BYTES = 64;

/** Lines as a batch of records, their offsets the line numbers; blank lines are passed over, as in files. */
export function lineBatch(
  lines: readonly string[],
  timestamps: readonly (number | null)[] = [],
): DecoderBatch {
  const kept = [...lines.keys()].filter((line) => !/^[ \t\r]*$/.test(lines[line] ?? ''));
  const records = kept.map((line) => Buffer.from(lines[line] ?? '', 'utf8'));
  const starts = new Uint32Array(kept.length);
  const ends = new Uint32Array(kept.length);
  let end = 0;
  for (const [record, { length }] of records.entries()) {
    starts[record] = end;
    end += length;
    ends[record] = end;
  }
  const hasTimestamps = timestamps.some((timestamp) => timestamp !== null);
  return {
    count: kept.length,
    bytes: Buffer.concat([...records, Buffer.alloc(SLACK_BYTES)]),
    starts,
    ends,
    firstOffset: 0,
    nextOffset: lines.length,
    offsets: Float64Array.from(kept),
    timestamps: hasTimestamps
      ? Float64Array.from(kept, (line) => timestamps[line] ?? Number.NaN)
      : null,
    timeShiftMs: 0,
  };
}
