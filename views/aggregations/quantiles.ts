/**
 * The state behind `percentile` and `median`: counts of up to 256 different numbers, then counts by bucket. Both follow
 * from the numbers alone, not from their order. Cells: see value-counts.ts and log-buckets.ts; the shift is 0 while counts
 * are by number; then, only while they are by bucket, the smallest and the largest number.
 */

import type { Heap } from './heap.ts';
import {
  addToBucket,
  BUCKETS_MAX,
  bucketOf,
  coarsen,
  countOfBucket,
  forEachBucket,
  middleOf,
  startBuckets,
} from './log-buckets.ts';
import { addCount, countOf, forEachCount, releaseCounts } from './value-counts.ts';

const VALUES_MAX = 256;
const sorted = new Float64Array(BUCKETS_MAX);
const USED = 1;
const SHIFT = 2;
const MIN = 3;
const MAX = 4;

export const quantileCells: readonly number[] = [0, 0, 0, Infinity, -Infinity];

export const quantileError =
  'exact to 256 different numbers, then within 0.8 % of the number (1.6 % when 1,536 buckets of that width ' +
  'do not suffice, and so on); the smallest and the largest are exact; independent of order';

export function foldQuantiles(
  cells: Float64Array,
  at: Uint32Array,
  { x }: { readonly x: Float64Array },
  count: number,
  heap: Heap,
): void {
  for (let row = 0; row < count; row++) add(heap, cells, at[row]!, x[row]!, 1);
}

function add(heap: Heap, cells: Float64Array, cell: number, value: number, count: number): void {
  if (cells[cell + SHIFT] === 0) {
    if (addCount(heap, cells, cell, value, count, VALUES_MAX)) return;
    toBuckets(heap, cells, cell);
  }
  addBucketed(heap, cells, cell, value, count);
}

function addBucketed(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  value: number,
  count: number,
): void {
  if (value < cells[cell + MIN]!) cells[cell + MIN] = value;
  if (value > cells[cell + MAX]!) cells[cell + MAX] = value;
  addToBucket(heap, cells, cell, bucketOf(value, cells[cell + SHIFT]!), count);
}

function toBuckets(heap: Heap, cells: Float64Array, cell: number): void {
  const exact = cells.slice(cell, cell + USED + 1);
  startBuckets(heap, cells, cell);
  forEachCount(heap, exact, 0, (value, count) => addBucketed(heap, cells, cell, value, count));
  releaseCounts(heap, exact, 0);
}

export function mergeQuantiles(
  into: Float64Array,
  at: number,
  from: Float64Array,
  fromAt: number,
  heap: Heap,
  fromHeap: Heap,
): void {
  const shift = from[fromAt + SHIFT]!;
  if (shift === 0) {
    forEachCount(fromHeap, from, fromAt, (value, count) => add(heap, into, at, value, count));
    return;
  }
  if (into[at + SHIFT] === 0) toBuckets(heap, into, at);
  into[at + MIN] = Math.min(into[at + MIN]!, from[fromAt + MIN]!);
  into[at + MAX] = Math.max(into[at + MAX]!, from[fromAt + MAX]!);
  coarsen(heap, into, at, shift - into[at + SHIFT]!);
  forEachBucket(fromHeap, from, fromAt, (bucket, count) =>
    addToBucket(heap, into, at, bucket >>> (into[at + SHIFT]! - shift), count),
  );
}

/** The number at rank ⌈p n / 100⌉ of n, at least the first; null of none. */
export function quantile(cells: Float64Array, at: number, heap: Heap, p: number): number | null {
  const shift = cells[at + SHIFT]!;
  let used = 0;
  let rows = 0;
  const collect = (value: number, count: number) => {
    sorted[used++] = value;
    rows += count;
  };
  if (shift === 0) forEachCount(heap, cells, at, collect);
  else forEachBucket(heap, cells, at, (bucket, count) => collect(middleOf(bucket, shift), count));
  if (rows === 0) return null;

  const rank = Math.max(1, Math.ceil((p * rows) / 100));
  if (shift !== 0 && rank === 1) return cells[at + MIN]! + 0;
  if (shift !== 0 && rank >= rows) return cells[at + MAX]! + 0;
  const values = sorted.subarray(0, used).sort();
  let seen = 0;
  for (const value of values) {
    seen +=
      shift === 0
        ? countOf(heap, cells, at, value)
        : countOfBucket(heap, cells, at, bucketOf(value, shift));
    if (seen < rank) continue;
    return shift === 0 ? value : Math.min(Math.max(value, cells[at + MIN]!), cells[at + MAX]!) + 0;
  }
  return null;
}
