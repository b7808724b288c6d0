import type { Chunk } from '../runtime/chunk.ts';
import { check } from '../runtime/errors.ts';
import { type DecoderBatch, offsetOfRecord } from './decoder-batch.ts';

/** Offsets a chunk can span: deltas are 32 bits wide. */
const OFFSET_SPAN = 2 ** 32;

/**
 * Writes the offsets of up to `wanted` records from index `from` on to the chunk's next rows, where they do not follow from
 * the row. Returns how many of the records the chunk can span; when that is none, the chunk covers the gap before them.
 */
export function writeOffsets(
  batch: DecoderBatch,
  from: number,
  chunk: Chunk,
  wanted: number,
): number {
  const { rows, firstOffset, offsetDelta } = chunk;
  check(offsetOfRecord(batch, from) >= chunk.nextOffset, 'offsets of a chunk rise');
  if (!chunk.sparse) {
    const dense = denseCount(batch, from, firstOffset + rows, wanted);
    if (dense === wanted) return wanted;
    chunk.sparse = true;
    for (let row = 0; row < rows; row++) offsetDelta[row] = row;
  }
  for (let i = 0; i < wanted; i++) {
    const offset = offsetOfRecord(batch, from + i);
    if (offset - firstOffset >= OFFSET_SPAN) {
      if (i === 0) chunk.nextOffset = offset;
      return i;
    }
    offsetDelta[rows + i] = offset - firstOffset;
  }
  return wanted;
}

/** How many records from index `from` on have the offsets `offset`, `offset` + 1, …. */
function denseCount(batch: DecoderBatch, from: number, offset: number, wanted: number): number {
  if (batch.offsets === null) return batch.firstOffset + from === offset ? wanted : 0;
  let count = 0;
  while (count < wanted && batch.offsets[from + count] === offset + count) count++;
  return count;
}
