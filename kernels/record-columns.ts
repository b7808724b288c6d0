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
let encodedText = '';
let encodedBytes = encoder.encode(encodedText);

/** Bytes of a text: of the same one as before mostly, for records of a batch share their partition. */
function encode(text: string): Uint8Array {
  if (text === encodedText) return encodedBytes;
  encodedText = text;
  encodedBytes = encoder.encode(text);
  return encodedBytes;
}

/** Returns false when the dictionary is full. */
function writeValue(
  column: ChunkColumn,
  row: number,
  value: number | string | null,
  dictionary: DictionaryWriter | undefined,
): boolean {
  const { kind, numbers, codes, hashLow, hashHigh } = column;
  const isText = typeof value === 'string';
  const hasNumber = kind === 'f64' || kind === 'value';
  if (hasNumber) numbers[row] = typeof value === 'number' ? value : NaN;
  if (kind === 'value') codes[row] = 0;
  const tag = value === null ? Tag.NULL : hasNumber && isText ? Tag.TEXT : Tag.PRESENT;
  const hasEntry = value !== null && (isText ? kind !== 'f64' : !hasNumber);
  if (hasEntry) {
    const type = isText ? EntryType.TEXT : EntryType.NUMBER;
    const text = isText ? value : canonicalNumberText(String(value));
    const bytes = encode(text ?? '');
    hash64(type, bytes, 0, bytes.length);
    if (kind === 'hash64') {
      hashLow[row] = hashed.low;
      hashHigh[row] = hashed.high;
    } else {
      const code = dictionary?.intern(type, bytes, 0, bytes.length) ?? 0;
      if (code === 0) return false;
      codes[row] = code;
    }
  } else if (kind === 'hash64') {
    hashLow[row] = 0;
    hashHigh[row] = 0;
  } else if (kind === 'dict32') {
    codes[row] = 0;
  }
  setTag(column, row, tag);
  return true;
}
