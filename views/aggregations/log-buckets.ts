/**
 * Counts of numbers by bucket, in heap blocks. A bucket is all doubles whose upper word, sign, exponent and first bits of
 * the fraction, is the same but for the last `shift` bits: 64 buckets between a power of two and the next, which lie
 * within 0.8 % of their middle. Where that makes more than BUCKETS_MAX buckets, neighbours are joined two by two (shift
 * + 1, the error doubles). So the buckets follow from the numbers alone, whatever their order.
 *
 * A slot is 8 bytes: the count's lower 32 bits, then bucket + 1 in 18 bits and the count's upper 14. Cells: the block,
 * the number of buckets, from which the number of slots follows, and the shift.
 */
import type { Heap } from './heap.ts';

export const BUCKETS_MAX = 1536;
/** Keeps 6 bits of the fraction. */
export const SHIFT_MIN = 14;

const USED = 1;
const SHIFT = 2;
const SLOT_BYTES = 8;
const SLOTS_MIN = 256;
const COUNT_BITS = 14;
const COUNT_MASK = 2 ** COUNT_BITS - 1;
const WORD = 2 ** 32;

const number = new Float64Array(1);
const numberWords = new Uint32Array(number.buffer);

const slotsFor = (used: number): number =>
  Math.max(SLOTS_MIN, 1 << (32 - Math.clz32(Math.ceil((used * 4) / 3) - 1)));

/** Bucket of a number. -0 is 0. */
export function bucketOf(value: number, shift: number): number {
  number[0] = value + 0;
  return numberWords[1]! >>> shift;
}

/** Middle of a bucket; 0 stands for itself and for the numbers too small to be told from it. */
export function middleOf(bucket: number, shift: number): number {
  if (bucket === 0) return 0;
  numberWords[0] = 0;
  numberWords[1] = (bucket << shift) | (1 << (shift - 1));
  return number[0]!;
}

export function startBuckets(heap: Heap, cells: Float64Array, cell: number): void {
  cells[cell] = heap.allocate(SLOTS_MIN * SLOT_BYTES);
  cells[cell + USED] = 0;
  cells[cell + SHIFT] = SHIFT_MIN;
}

/** Adds `count` to the count of a bucket of the present shift. */
export function addToBucket(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  bucket: number,
  count: number,
): void {
  const block = cells[cell]!;
  const used = cells[cell + USED]!;
  const at = find(heap, block, slotsFor(used), bucket);
  if (heap.words[at + 1] !== 0) {
    increase(heap, at, bucket, count);
  } else if (used < BUCKETS_MAX && slotsFor(used + 1) === slotsFor(used)) {
    cells[cell + USED] = used + 1;
    increase(heap, at, bucket, count);
  } else if (used < BUCKETS_MAX) {
    rebuild(heap, cells, cell, { room: 1, coarser: 0 });
    cells[cell + USED] = used + 1;
    increase(heap, find(heap, cells[cell]!, slotsFor(used + 1), bucket), bucket, count);
  } else {
    coarsen(heap, cells, cell, 1);
    addToBucket(heap, cells, cell, bucket >>> 1, count);
  }
}

/** Joins buckets: `coarser` more bits are dropped. */
export function coarsen(heap: Heap, cells: Float64Array, cell: number, coarser: number): void {
  if (coarser > 0) rebuild(heap, cells, cell, { room: 0, coarser });
}

/** Word index of the bucket's slot or of the empty one where it belongs. */
function find(heap: Heap, block: number, slots: number, bucket: number): number {
  const { words } = heap;
  const base = block / 4;
  let slot = bucket & (slots - 1);
  for (let probe = 0; probe < slots; probe++) {
    const at = base + 2 * slot;
    const word = words[at + 1]!;
    if (word === 0 || word >>> COUNT_BITS === bucket + 1) return at;
    slot = (slot + 1) & (slots - 1);
  }
  throw new Error('check failed: buckets leave a slot empty');
}

const countAt = (heap: Heap, at: number): number =>
  (heap.words[at + 1]! & COUNT_MASK) * WORD + heap.words[at]!;

/** Count of a bucket that has one. */
export const countOfBucket = (
  heap: Heap,
  cells: Float64Array,
  cell: number,
  bucket: number,
): number => countAt(heap, find(heap, cells[cell]!, slotsFor(cells[cell + USED]!), bucket));

function increase(heap: Heap, at: number, bucket: number, count: number): void {
  const sum = countAt(heap, at) + count;
  heap.words[at] = sum;
  heap.words[at + 1] = ((bucket + 1) << COUNT_BITS) | Math.floor(sum / WORD);
  heap.touch(4 * at, SLOT_BYTES);
}

/** Moves the counts to a new block with room for so many more buckets. */
function rebuild(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  { room, coarser }: { room: number; coarser: number },
): void {
  const counts = new Map<number, number>();
  forEachBucket(heap, cells, cell, (bucket, count) => {
    counts.set(bucket >>> coarser, (counts.get(bucket >>> coarser) ?? 0) + count);
  });
  heap.release(cells[cell]!, slotsFor(cells[cell + USED]!) * SLOT_BYTES);
  const slots = slotsFor(counts.size + room);
  const block = heap.allocate(slots * SLOT_BYTES);
  for (const [bucket, count] of counts) {
    increase(heap, find(heap, block, slots, bucket), bucket, count);
  }
  cells[cell] = block;
  cells[cell + USED] = counts.size;
  cells[cell + SHIFT]! += coarser;
}

/** Calls `each` for every bucket. `each` may change the heap, but not these buckets. */
export function forEachBucket(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  each: (bucket: number, count: number) => void,
): void {
  const start = cells[cell]! / 4;
  const end = start + 2 * slotsFor(cells[cell + USED]!);
  for (let at = start; at < end; at += 2) {
    const word = heap.words[at + 1]!;
    if (word !== 0) each((word >>> COUNT_BITS) - 1, countAt(heap, at));
  }
}
