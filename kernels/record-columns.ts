/** Columns of what the record itself carries: `$timestamp`, `$partition`, `$offset`, `$key`. */
import { type ChunkColumn, Tag } from '../runtime/chunk.ts';
import { EntryType } from '../runtime/dictionary.ts';
import type { DictionaryWriter } from '../runtime/dictionary-writer.ts';
import { hash64, hashed } from '../runtime/hash.ts';
import { canonicalNumberText } from './canonical-number.ts';
import { setTag } from './column-writer.ts';
import type { DecoderBatch } from './decoder-batch.ts';
import { offsetOfRecord } from './decoder-batch.ts';

const RECORD_PATHS: readonly string[] = ['$timestamp', '$partition', '$offset', '$key'];

/** Whether the path names something of the record itself. Other paths with a `$` are ordinary keys. */
export const isRecordPath = (path: string): boolean => RECORD_PATHS.includes(path);

export interface RecordBlock {
  readonly batch: DecoderBatch;
  /** Index of the block's first record, and its row. */
  readonly from: number;
  readonly firstRow: number;
  readonly count: number;
}

/** Writes rows of such a column; returns how many: fewer than `count` when the dictionary is full. */
export function writeRecordColumn(
  { batch, from, firstRow, count }: RecordBlock,
  column: ChunkColumn,
  dictionary: DictionaryWriter | undefined,
  isOk: (index: number) => boolean,
): number {
  for (let i = 0; i < count; i++) {
    const value = isOk(i) ? recordValue(column.spec.path, batch, from + i) : null;
    if (!writeValue(column, firstRow + i, value, dictionary)) return i;
  }
  return count;
}

function recordValue(path: string, batch: DecoderBatch, record: number): number | string | null {
  switch (path) {
    case '$timestamp': {
      const timestamp = batch.timestamps?.[record] ?? NaN;
      return Number.isFinite(timestamp) ? timestamp : null;
    }
    case '$offset':
      return offsetOfRecord(batch, record);
    case '$partition':
      return batch.partition ?? null;
    default:
      // Batches carry no keys yet.
      return null;
  }
}

const encoder = new TextEncoder();

function writeValue(
  column: ChunkColumn,
  row: number,
  value: number | string | null,
  dictionary: DictionaryWriter | undefined,
): boolean {
  const { kind } = column;
  const isText = typeof value === 'string';
  const type = isText ? EntryType.TEXT : EntryType.NUMBER;
  let tag: number = value === null ? Tag.NULL : Tag.PRESENT;
  if (kind === 'f64' || kind === 'value') {
    column.numbers[row] = typeof value === 'number' ? value : NaN;
    if (isText) tag = Tag.TEXT;
  }
  const text = isText ? value : value === null ? '' : (canonicalNumberText(String(value)) ?? '');
  const bytes = encoder.encode(text);
  if (kind === 'hash64') {
    hash64(type, bytes, 0, bytes.length);
    column.hashLow[row] = value === null ? 0 : hashed.low;
    column.hashHigh[row] = value === null ? 0 : hashed.high;
  }
  if (kind === 'dict32' || kind === 'value') {
    const hasCode = isText || (kind === 'dict32' && value !== null);
    const code = hasCode ? (dictionary?.intern(type, bytes, 0, bytes.length) ?? 0) : 0;
    if (hasCode && code === 0) return false;
    column.codes[row] = code;
  }
  setTag(column, row, tag);
  return true;
}
