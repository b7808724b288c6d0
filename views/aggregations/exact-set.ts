/**
 * Sets of 64-bit hashes in heap blocks: open addressing, 8 bytes a slot, at most three quarters full. Cells: the block
 * and the number of hashes, from which the number of slots follows.
 */
import type { Heap } from './heap.ts';

const USED = 1;
const SLOT_BYTES = 8;
const SLOTS_MIN = 2;
/** Odd: steps through all slots in an order unlike theirs, lest a merge pile up in one run of slots. */
const STRIDE = 0x9e3779b1;

const slotsFor = (used: number): number =>
  used <= SLOTS_MIN ? SLOTS_MIN : 1 << (32 - Math.clz32(Math.ceil((used * 4) / 3) - 1));

/** The hash 0 marks empty slots and is taken for 1. */
const lowOf = (low: number, high: number): number => (low === 0 && high === 0 ? 1 : low);

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
  if (cells[cell] === 0) cells[cell] = heap.allocate(SLOT_BYTES * SLOTS_MIN);
  let at = find(heap, cells[cell]!, slots, low, high);
  if (at >= 0 && (heap.words[at] !== 0 || heap.words[at + 1] !== 0)) return true;
  if (used >= max) return false;
  if (slotsFor(used + 1) !== slots) {
    cells[cell] = grow(heap, cells[cell]!, slots);
    at = find(heap, cells[cell]!, 2 * slots, low, high);
  }
  heap.words[at] = low;
  heap.words[at + 1] = high;
  heap.touch(4 * at, SLOT_BYTES);
  cells[cell + USED] = used + 1;
  return true;
}

/** Word index of the hash's slot or of the empty one where it belongs; -1 when the block is full of others. */
function find(heap: Heap, block: number, slots: number, low: number, high: number): number {
  const { words } = heap;
  const base = block / 4;
  for (let probe = 0, slot = low & (slots - 1); probe < slots; probe++) {
    const at = base + 2 * slot;
    const slotLow = words[at]!;
    const slotHigh = words[at + 1]!;
    if (slotLow === low && slotHigh === high) return at;
    if (slotLow === 0 && slotHigh === 0) return at;
    slot = (slot + 1) & (slots - 1);
  }
  return -1;
}

function grow(heap: Heap, block: number, slots: number): number {
  const grown = heap.allocate(2 * slots * SLOT_BYTES); // touched whole
  const { words } = heap;
  for (let at = block / 4; at < block / 4 + 2 * slots; at += 2) {
    const low = words[at]!;
    const high = words[at + 1]!;
    if (low === 0 && high === 0) continue;
    const to = find(heap, grown, 2 * slots, low, high);
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

export function releaseSet(heap: Heap, cells: Float64Array, cell: number): void {
  if (cells[cell] !== 0) heap.release(cells[cell]!, slotsFor(cells[cell + USED]!) * SLOT_BYTES);
}
