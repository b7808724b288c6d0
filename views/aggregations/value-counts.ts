/**
 * Counts of different numbers in heap blocks: open addressing, {value f64, count f64} a slot, at most three quarters
 * full. Cells: the block and the number of values, from which the number of slots follows. -0 is 0.
 */
import type { Heap } from './heap.ts';

const USED = 1;
const SLOT_FLOATS = 2;
const SLOT_BYTES = 8 * SLOT_FLOATS;
const SLOTS_MIN = 2;

const number = new Float64Array(1);
const numberWords = new Uint32Array(number.buffer);

const slotsFor = (used: number): number =>
  used <= SLOTS_MIN ? SLOTS_MIN : 1 << (32 - Math.clz32(Math.ceil((used * 4) / 3) - 1));

/** Adds `count` to the value's count, unless the value is new and there are `max`; whether it was added. */
export function addCount(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  value: number,
  count: number,
  max: number,
): boolean {
  let block = cells[cell]!;
  const used = cells[cell + USED]!;
  const slots = slotsFor(used);
  if (block === 0) block = cells[cell] = heap.allocate(SLOT_BYTES * SLOTS_MIN);
  let at = findCount(heap, block, slots, value);
  if (at < 0 || heap.floats[at + 1] === 0) {
    if (used >= max) return false;
    if (slotsFor(used + 1) !== slots) {
      block = cells[cell] = grow(heap, block, slots);
      at = findCount(heap, block, 2 * slots, value);
    }
    heap.floats[at] = value + 0;
    cells[cell + USED] = used + 1;
  }
  heap.floats[at + 1]! += count;
  heap.touch(8 * at, SLOT_BYTES);
  return true;
}

/** Count of a value that has one. */
export const countOf = (heap: Heap, cells: Float64Array, cell: number, value: number): number =>
  heap.floats[findCount(heap, cells[cell]!, slotsFor(cells[cell + USED]!), value) + 1]!;

/** Float index of the value's slot or of the empty one where it belongs; -1 when the block is full of others. */
function findCount(heap: Heap, block: number, slots: number, value: number): number {
  const { floats } = heap;
  const base = block / 8;
  number[0] = value + 0;
  const mixed = Math.imul(numberWords[0]! ^ Math.imul(numberWords[1]!, 0x9e3779b1), 0x85ebca6b);
  let slot = (mixed ^ (mixed >>> 15)) & (slots - 1);
  for (let probe = 0; probe < slots; probe++) {
    const at = base + SLOT_FLOATS * slot;
    if (floats[at + 1] === 0 || floats[at] === value) return at;
    slot = (slot + 1) & (slots - 1);
  }
  return -1;
}

function grow(heap: Heap, block: number, slots: number): number {
  const grown = heap.allocate(2 * slots * SLOT_BYTES);
  const { floats } = heap;
  for (let at = block / 8; at < block / 8 + SLOT_FLOATS * slots; at += SLOT_FLOATS) {
    if (floats[at + 1] === 0) continue;
    const to = findCount(heap, grown, 2 * slots, floats[at]!);
    floats[to] = floats[at]!;
    floats[to + 1] = floats[at + 1]!;
  }
  heap.release(block, slots * SLOT_BYTES);
  return grown;
}

/** Calls `each` for every value. `each` may change the heap, but not these counts. */
export function forEachCount(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  each: (value: number, count: number) => void,
): void {
  const block = cells[cell]!;
  if (block === 0) return;
  const slots = slotsFor(cells[cell + USED]!);
  for (let at = block / 8; at < block / 8 + SLOT_FLOATS * slots; at += SLOT_FLOATS) {
    const count = heap.floats[at + 1]!;
    if (count !== 0) each(heap.floats[at]!, count);
  }
}

export function releaseCounts(heap: Heap, cells: Float64Array, cell: number): void {
  if (cells[cell] !== 0) heap.release(cells[cell]!, slotsFor(cells[cell + USED]!) * SLOT_BYTES);
}
