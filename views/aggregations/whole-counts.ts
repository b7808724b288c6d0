/**
 * Counts of whole numbers close together, one f64 a number, in a heap block: the quick way while all numbers of a group
 * are whole, at most 256 apart, and dense enough not to waste memory. Cells: the block, its slots, a mode of others, and
 * the number of the first slot.
 */
import type { Heap } from './heap.ts';

const SLOTS = 1;
const BASE = 3;
const SLOTS_MIN = 2;
const SLOTS_MAX = 256;
/** So many slots may be used however few numbers there are, and so many for each of them. */
const SLOTS_FREE = 64;
const SLOTS_PER_NUMBER = 8;
const WHOLE_MAX = 2 ** 52;

/** Adds `count` to the number's count; whether it fits: whole, and not too far from the others. */
export function addWhole(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  value: number,
  count: number,
): boolean {
  if (!holds(cells, cell, value) && !widen(heap, cells, cell, value)) return false;
  const at = cells[cell]! / 8 + (value - cells[cell + BASE]!);
  heap.floats[at]! += count;
  heap.touch(8 * at, 8);
  return true;
}

function holds(cells: Float64Array, cell: number, value: number): boolean {
  const index = value - cells[cell + BASE]!;
  return index >= 0 && index < cells[cell + SLOTS]! && Number.isInteger(value);
}

function widen(heap: Heap, cells: Float64Array, cell: number, value: number): boolean {
  if (!Number.isInteger(value) || Math.abs(value) > WHOLE_MAX) return false;
  const old = cells.slice(cell, cell + BASE + 1);
  let min = value;
  let max = value;
  let numbers = 1;
  forEachWhole(heap, old, 0, (other) => {
    numbers++;
    min = Math.min(min, other);
    max = Math.max(max, other);
  });
  const span = max - min + 1;
  const allowed = Math.max(SLOTS_FREE, SLOTS_PER_NUMBER * numbers);
  if (span > Math.min(SLOTS_MAX, allowed)) return false;
  const slots = Math.max(SLOTS_MIN, 1 << (32 - Math.clz32(span - 1)));
  const base = min - Math.floor((slots - span) / 2);
  const block = heap.allocate(8 * slots);
  forEachWhole(heap, old, 0, (other, count) => {
    heap.floats[block / 8 + (other - base)] = count;
  });
  releaseWhole(heap, old, 0);
  cells[cell] = block;
  cells[cell + SLOTS] = slots;
  cells[cell + BASE] = base;
  return true;
}

/** Calls `each` for every number. `each` may change the heap, but not these counts. */
export function forEachWhole(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  each: (value: number, count: number) => void,
): void {
  const start = cells[cell]! / 8;
  for (let slot = 0; slot < cells[cell + SLOTS]!; slot++) {
    const count = heap.floats[start + slot]!;
    if (count !== 0) each(cells[cell + BASE]! + slot, count);
  }
}

export function releaseWhole(heap: Heap, cells: Float64Array, cell: number): void {
  if (cells[cell] !== 0) heap.release(cells[cell]!, 8 * cells[cell + SLOTS]!);
}
