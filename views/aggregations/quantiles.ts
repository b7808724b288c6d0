/**
 * The state behind `percentile` and `median`: counts of up to 256 different numbers, then counts by bucket. Both follow
 * from the numbers alone, not from their order. Cells: block and its use, see whole-counts.ts, value-counts.ts and
 * log-buckets.ts; which of them it is, for buckets the shift; then, only while counts are by bucket, the smallest and the
 * largest number.
 */
import { HEAP_PAGE_BYTES, type Heap } from './heap.ts';
import {
  addToBucket,
  BUCKETS_MAX,
  bucketOf,
  coarsen,
  countOfBucket,
  forEachBucket,
  middleOf,
  SHIFT_MIN,
  startBuckets,
} from './log-buckets.ts';
import { addCount, countOf, forEachCount, releaseCounts } from './value-counts.ts';
import { addWhole, forEachWhole, releaseWhole } from './whole-counts.ts';

const USED = 1;
const MODE = 2;
const MIN = 3;
const MAX = 4;

/** Modes; from SHIFT_MIN up it is the shift of buckets. */
const WHOLE = 0;
const VALUES = 1;

const VALUES_MAX = 256;
const FLOATS_PER_PAGE = HEAP_PAGE_BYTES / 8;
const sorted = new Float64Array(BUCKETS_MAX);

export const quantileCells: readonly number[] = [0, 0, WHOLE, Infinity, -Infinity];

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
  let { floats, dirty } = heap;
  for (let row = 0; row < count; row++) {
    const cell = at[row]!;
    const value = x[row]!;
    // addWhole without its calls: most groups stay there. The sum tells 1e-300 from the slot of 0.
    const base = cells[cell + MIN]!;
    const slot = (value - base) | 0;
    if (
      slot + base === value &&
      slot >= 0 &&
      slot < cells[cell + USED]! &&
      cells[cell + MODE] === WHOLE
    ) {
      const found = cells[cell]! / 8 + slot;
      floats[found]!++;
      dirty[Math.floor(found / FLOATS_PER_PAGE)] = 1;
    } else {
      add(heap, cells, cell, value, 1);
      ({ floats, dirty } = heap);
    }
  }
}

function add(heap: Heap, cells: Float64Array, cell: number, value: number, count: number): void {
  if (cells[cell + MODE] === WHOLE) {
    if (addWhole(heap, cells, cell, value, count)) return;
    toValues(heap, cells, cell);
  }
  if (cells[cell + MODE] === VALUES) {
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
  addToBucket(heap, cells, cell, bucketOf(value, cells[cell + MODE]!), count);
}

function toValues(heap: Heap, cells: Float64Array, cell: number): void {
  const old = cells.slice(cell, cell + quantileCells.length);
  cells.set(quantileCells, cell);
  cells[cell + MODE] = VALUES;
  forEachWhole(heap, old, 0, (value, count) =>
    addCount(heap, cells, cell, value, count, VALUES_MAX),
  );
  releaseWhole(heap, old, 0);
}

function toBuckets(heap: Heap, cells: Float64Array, cell: number): void {
  if (cells[cell + MODE] === WHOLE) toValues(heap, cells, cell);
  const old = cells.slice(cell, cell + quantileCells.length);
  startBuckets(heap, cells, cell);
  forEachCount(heap, old, 0, (value, count) => addBucketed(heap, cells, cell, value, count));
  releaseCounts(heap, old, 0);
}

export function mergeQuantiles(
  into: Float64Array,
  at: number,
  from: Float64Array,
  fromAt: number,
  heap: Heap,
  fromHeap: Heap,
): void {
  const mode = from[fromAt + MODE]!;
  if (mode < SHIFT_MIN) {
    forEachExact(fromHeap, from, fromAt, (value, count) => add(heap, into, at, value, count));
    return;
  }
  if (into[at + MODE]! < SHIFT_MIN) toBuckets(heap, into, at);
  into[at + MIN] = Math.min(into[at + MIN]!, from[fromAt + MIN]!);
  into[at + MAX] = Math.max(into[at + MAX]!, from[fromAt + MAX]!);
  coarsen(heap, into, at, mode - into[at + MODE]!);
  forEachBucket(fromHeap, from, fromAt, (bucket, count) =>
    addToBucket(heap, into, at, bucket >>> (into[at + MODE]! - mode), count),
  );
}

const forEachExact: typeof forEachWhole = (heap, cells, cell, each) =>
  cells[cell + MODE] === WHOLE
    ? forEachWhole(heap, cells, cell, each)
    : forEachCount(heap, cells, cell, each);

/** The `results` of a percentile. */
export function quantileResults(
  cells: Float64Array,
  at: Uint32Array,
  count: number,
  out: Float64Array,
  heap: Heap,
  p: number,
): number {
  let nulls = 0;
  for (let row = 0; row < count; row++) {
    const found = quantile(cells, at[row]!, heap, p);
    if (found === null) nulls++;
    out[row] = found ?? Number.NaN;
  }
  return nulls;
}

/** The number at rank ⌈p n / 100⌉ of n, at least the first; null of none. */
export function quantile(cells: Float64Array, at: number, heap: Heap, p: number): number | null {
  const mode = cells[at + MODE]!;
  let used = 0;
  let rows = 0;
  const collect = (value: number, count: number) => {
    sorted[used++] = value;
    rows += count;
  };
  if (mode < SHIFT_MIN) forEachExact(heap, cells, at, collect);
  else forEachBucket(heap, cells, at, (bucket, count) => collect(middleOf(bucket, mode), count));
  if (rows === 0) return null;

  const rank = Math.max(1, Math.ceil((p * rows) / 100));
  if (mode >= SHIFT_MIN && rank === 1) return cells[at + MIN]! + 0;
  if (mode >= SHIFT_MIN && rank >= rows) return cells[at + MAX]! + 0;
  let seen = 0;
  for (const value of sorted.subarray(0, used).sort()) {
    seen += countAt(heap, cells, at, value);
    if (seen >= rank) return clamp(cells, at, value);
  }
  return null;
}

/** Count of a number, or of the bucket whose middle it is, that has one. */
function countAt(heap: Heap, cells: Float64Array, at: number, value: number): number {
  const mode = cells[at + MODE]!;
  if (mode === WHOLE) return heap.floats[cells[at]! / 8 + (value - cells[at + MIN]!)]!;
  if (mode === VALUES) return countOf(heap, cells, at, value);
  return countOfBucket(heap, cells, at, bucketOf(value, mode));
}

function clamp(cells: Float64Array, at: number, value: number): number {
  if (cells[at + MODE]! < SHIFT_MIN) return value;
  return Math.min(Math.max(value, cells[at + MIN]!), cells[at + MAX]!) + 0;
}
