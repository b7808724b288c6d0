/** Records in memory with their boundaries, as a broker's batch has them: for our source and for the naive rival alike. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const READ_BYTES = 1 << 24;
const NEWLINE = 10;

export interface RecordBytes {
  readonly bytes: Buffer;
  /** Record r is bytes [ends[r - 1] + 1, ends[r]), of the first one [0, ends[0]); a newline stands at ends[r]. */
  readonly ends: Uint32Array;
  readonly count: number;
}

/** At most 4 GiB. */
export function loadRecords(path: string): RecordBytes {
  const file = openSync(path, 'r');
  const { size } = fstatSync(file);
  const bytes = Buffer.allocUnsafeSlow(size);
  for (let at = 0; at < size; )
    at += readSync(file, bytes, at, Math.min(READ_BYTES, size - at), at);
  closeSync(file);
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  const ends = new Uint32Array(count);
  for (let row = 0, at = -1; row < count; row++) {
    at = bytes.indexOf(NEWLINE, at + 1);
    ends[row] = at;
  }
  return { bytes, ends, count };
}
