/**
 * Sets of 64-bit hashes in heap blocks: open addressing, 8 bytes a slot, at most three quarters full. Cells: the block
 * and the number of hashes, from which the number of slots follows: 4, 16, 64, 256, then twice as many each time.
 */
import type { Heap } from './heap.ts';

const USED = 1;
const SLOT_BYTES = 8;
/** Odd: steps through all slots in an order unlike theirs, lest a merge pile up in one run of slots. */
const STRIDE = 0x9e3779b1;

export function slotsFor(used: number): number {
  if (used > 192) return 1 << (32 - Math.clz32(Math.ceil((used * 4) / 3) - 1));
  if (used > 48) return 256;
  if (used > 12) return 64;
  return used > 3 ? 16 : 4;
}

/** The hash 0 marks empty slots and is taken for 1. */
export const lowOf = (low: number, high: number): number => (low === 0 && high === 0 ? 1 : low);

/** Word index of the hash's slot in a block, or of the empty one where it belongs. `low` comes from `lowOf`. */
export function slotOf(
  words: Uint32Array,
  block: number,
  slots: number,
  low: number,
  high: number,
): number {
  const base = (block / 4) | 0;
  const mask = slots - 1;
  let slot = low & mask;
  let at = base + 2 * slot;
  while (words[at] !== low || words[at + 1] !== high) {
    if (words[at] === 0 && words[at + 1] === 0) return at;
    slot = (slot + 1) & mask;
    at = base + 2 * slot;
  }
  return at;
}

/** Adds a hash to the set unless it holds `max`; whether it is in the set now. */
export function addHash(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  givenLow: number,
  high: number,
  max: number,
): boolean {
  const low = lowOf(givenLow, high);
  const used = cells[cell + USED]!;
  const slots = slotsFor(used);
  if (cells[cell] === 0) cells[cell] = heap.allocate(SLOT_BYTES * slots);
  let at = slotOf(heap.words, cells[cell]!, slots, low, high);
  if (heap.words[at] !== 0 || heap.words[at + 1] !== 0) return true;
  if (used >= max) return false;
  const needed = slotsFor(used + 1);
  if (needed !== slots) {
    cells[cell] = grow(heap, cells[cell]!, slots, needed);
    at = slotOf(heap.words, cells[cell]!, needed, low, high);
  }
  heap.words[at] = low;
  heap.words[at + 1] = high;
  heap.touch(4 * at, SLOT_BYTES);
  cells[cell + USED] = used + 1;
  return true;
}

function grow(heap: Heap, block: number, slots: number, needed: number): number {
  const grown = heap.allocate(needed * SLOT_BYTES); // touched whole
  const { words } = heap;
  const start = (block / 4) | 0;
  for (let at = start; at < start + 2 * slots; at += 2) {
    const low = words[at]!;
    const high = words[at + 1]!;
    if (low === 0 && high === 0) continue;
    const to = slotOf(words, grown, needed, low, high);
    words[to] = low;
    words[to + 1] = high;
  }
  heap.release(block, slots * SLOT_BYTES);
  return grown;
}

/** Calls `each` for every hash. `each` may change the heap, but not this set. */
export function forEachHash(
  heap: Heap,
  cells: Float64Array,
  cell: number,
  each: (low: number, high: number) => void,
): void {
  const block = cells[cell]!;
  if (block === 0) return;
  const slots = slotsFor(cells[cell + USED]!);
  for (let index = 0; index < slots; index++) {
    const at = block / 4 + 2 * (Math.imul(index, STRIDE) & (slots - 1));
    const low = heap.words[at]!;
    const high = heap.words[at + 1]!;
    if (low !== 0 || high !== 0) each(low, high);
  }
}
