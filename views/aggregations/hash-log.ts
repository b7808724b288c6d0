/**
 * Logs of 64-bit hashes in heap blocks, repeats included: adding one is a store, and only a full log is searched for
 * repeats. Cells: the block, and its state: capacity × 65,536 + entries, 0 without a block. Entries are {low, high}.
 */
import type { Heap } from './heap.ts';

const STATE = 1;
export const ENTRY_BYTES = 8;
/** Blocks hold 4, 16, 64, 256 or 512 entries. */
const ENTRIES_MIN = 4;
const ENTRIES_MAX = 512;
/** Of a full log, different ones above which it becomes larger. */
const GROWS = 5 / 8;
const COUNT_BITS = 16;
const COUNT_MASK = (1 << COUNT_BITS) - 1;

/** The different ones of the log searched last. */
const hashes = new Uint32Array(2 * ENTRIES_MAX);
/** Twice as many slots as there are hashes; {0, 0} is free. */
const slots = new Uint32Array(4 * ENTRIES_MAX);

/** Whether nothing can be added as it is: so a state of -1, which is nobody's log, is full as well. */
export const isFull = (state: number): boolean => (state & COUNT_MASK) === state >>> COUNT_BITS;

export const entriesOf = (state: number): number => state & COUNT_MASK;

export const bytesOf = (state: number): number => ENTRY_BYTES * (state >>> COUNT_BITS);

/** By so many bits of a hash, whether the log at hand has one like it; all 0 in between. */
const FILTER_BITS = 13;
const filter = new Uint8Array(1 << FILTER_BITS);

/** A lower bound of the different hashes of a log, close and without a branch an entry. */
function boundDifferent({ words }: Heap, block: number, state: number): number {
  const start = block >>> 2;
  const end = start + 2 * entriesOf(state);
  let found = 0;
  for (let at = start; at < end; at += 2) {
    const bits = words[at]! >>> (32 - FILTER_BITS);
    found += 1 ^ filter[bits]!;
    filter[bits] = 1;
  }
  for (let at = start; at < end; at += 2) filter[words[at]! >>> (32 - FILTER_BITS)] = 0;
  return found;
}

/** Whether more than `limit` hashes of a log differ. */
export function hasMore(heap: Heap, block: number, state: number, limit: number): boolean {
  if (entriesOf(state) <= limit) return false;
  if (boundDifferent(heap, block, state) > limit) return true;
  return findDifferent(heap, block, state) > limit;
}

/** Leaves the different hashes of a log in `hashes` and returns their number. The log stays as it is. */
export function findDifferent(heap: Heap, block: number, state: number): number {
  const count = entriesOf(state);
  const { words } = heap;
  const mask = (1 << (33 - Math.clz32(count - 1))) - 1;
  slots.fill(0, 0, 2 * (mask + 1));
  const end = block / 4 + 2 * count;
  let found = 0;
  for (let at = block / 4; at < end; at += 2) {
    const high = words[at + 1]!;
    // The hash 0 is taken for 1.
    const low = words[at]! | Number((words[at]! | high) === 0);
    found += addTo(mask, low >>> 0, high, found);
  }
  return found;
}

function addTo(mask: number, low: number, high: number, found: number): number {
  let slot = 2 * (low & mask);
  // Ends: at least half of the slots are free.
  while (slots[slot] !== low || slots[slot + 1] !== high) {
    if (slots[slot] === 0 && slots[slot + 1] === 0) {
      slots[slot] = low;
      slots[slot + 1] = high;
      hashes[2 * found] = low;
      hashes[2 * found + 1] = high;
      return 1;
    }
    slot = (slot + 2) & (2 * mask + 1);
  }
  return 0;
}

/** Makes room in a full log: a larger block, or where many in it are repeats, by leaving those out. */
export function makeRoom(heap: Heap, cells: Float64Array, cell: number): void {
  const block = cells[cell]!;
  const state = cells[cell + STATE]!;
  const capacity = state >>> COUNT_BITS;
  if (capacity === 0) {
    cells[cell] = heap.allocate(ENTRY_BYTES * ENTRIES_MIN);
    cells[cell + STATE] = ENTRIES_MIN << COUNT_BITS;
  } else if (capacity < ENTRIES_MAX && hasMore(heap, block, state, GROWS * capacity)) {
    const grown = Math.min(4 * capacity, ENTRIES_MAX);
    cells[cell] = heap.resize(block, ENTRY_BYTES * capacity, ENTRY_BYTES * grown);
    cells[cell + STATE] = (grown << COUNT_BITS) + entriesOf(state);
  } else {
    const different = findDifferent(heap, block, state);
    heap.words.set(hashes.subarray(0, 2 * different), block / 4);
    heap.touch(block, ENTRY_BYTES * different);
    cells[cell + STATE] = (capacity << COUNT_BITS) + different;
  }
}
