import { aggregation } from './contract.ts';
import { addHash, forEachHash, lowOf, SLOT_BYTES, slotOf, slotsFor } from './exact-set.ts';
import { HEAP_PAGE_BYTES, type Heap } from './heap.ts';
import { estimateDistinct, HYPERLOGLOG_BYTES, rankOf, registerOf } from './hyperloglog.ts';

const EXACT_MAX = 256;
const USED = 1;
/** In the cell USED: the block holds registers. */
const REGISTERS = -1;

const slotsOf = Uint16Array.from({ length: EXACT_MAX + 1 }, (_, used) => slotsFor(used));
const hashes = new Uint32Array((slotsFor(EXACT_MAX) * SLOT_BYTES) / 4);

export const countDistinct = aggregation({
  doc: 'Number of different values.',
  error: 'exact to 256, then 1.6 % standard error (HyperLogLog, p = 12); independent of order',
  empty: 0,
  result_type: 'integer',
  inputs: { x: 'hash' },
  cells: [0, 0],
  version: 2,
  fold(cells, at, { x }, count, heap) {
    const { low, high } = x;
    let { words, bytes, dirty } = heap;
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const used = cells[cell + USED]!;
      const block = cells[cell]!;
      const upper = high[row]!;
      if (used === REGISTERS) {
        const register = block + registerOf(upper);
        const rank = rankOf(low[row]!, upper);
        if (rank <= bytes[register]!) continue;
        bytes[register] = rank;
        dirty[Math.floor(register / HEAP_PAGE_BYTES)] = 1;
        continue;
      }
      const lower = lowOf(low[row]!, upper);
      if (block !== 0) {
        const slot = slotOf(words, block, slotsOf[used]!, lower, upper);
        if (words[slot] !== 0 || words[slot + 1] !== 0) continue;
        if (used < EXACT_MAX && slotsOf[used + 1] === slotsOf[used]) {
          words[slot] = lower;
          words[slot + 1] = upper;
          cells[cell + USED] = used + 1;
          dirty[Math.floor((4 * slot) / HEAP_PAGE_BYTES)] = 1;
          continue;
        }
      }
      add(heap, cells, cell, lower, upper);
      ({ words, bytes, dirty } = heap);
    }
  },
  merge(into, at, from, fromAt, heap, fromHeap) {
    if (from[fromAt + USED] !== REGISTERS) {
      forEachHash(fromHeap, from, fromAt, (low, high) => add(heap, into, at, low, high));
      return;
    }
    if (into[at + USED] !== REGISTERS) toRegisters(heap, into, at);
    const target = into[at]!;
    const source = from[fromAt]!;
    const { bytes } = heap;
    const { bytes: fromBytes } = fromHeap;
    for (let index = 0; index < HYPERLOGLOG_BYTES; index++) {
      const rank = fromBytes[source + index]!;
      if (rank > bytes[target + index]!) bytes[target + index] = rank;
    }
    heap.touch(target, HYPERLOGLOG_BYTES);
  },
  results(cells, at, count, out, heap) {
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const used = cells[cell + USED]!;
      out[row] = used === REGISTERS ? estimate(heap, cells[cell]!) : used;
    }
    return 0;
  },
});

const estimate = (heap: Heap, block: number): number =>
  Math.max(EXACT_MAX + 1, Math.round(estimateDistinct(heap.bytes, block)));

function add(heap: Heap, cells: Float64Array, cell: number, low: number, high: number): void {
  if (cells[cell + USED] !== REGISTERS) {
    if (addHash(heap, cells, cell, low, high, EXACT_MAX)) return;
    toRegisters(heap, cells, cell);
  }
  raise(heap.bytes, cells[cell]!, low, high);
  heap.touch(cells[cell]! + registerOf(high), 1);
}

function raise(bytes: Uint8Array, block: number, low: number, high: number): void {
  const register = block + registerOf(high);
  const rank = rankOf(low, high);
  if (rank > bytes[register]!) bytes[register] = rank;
}

/** In place where the set is full: its block is as large as the registers. */
function toRegisters(heap: Heap, cells: Float64Array, cell: number): void {
  const bytes = cells[cell] === 0 ? 0 : slotsOf[cells[cell + USED]!]! * SLOT_BYTES;
  const start = cells[cell]! / 4;
  if (bytes > 0) hashes.set(heap.words.subarray(start, start + bytes / 4));
  if (bytes === HYPERLOGLOG_BYTES) {
    heap.bytes.fill(0, cells[cell], cells[cell]! + bytes);
    heap.touch(cells[cell]!, bytes);
  } else {
    if (bytes > 0) heap.release(cells[cell]!, bytes);
    cells[cell] = heap.allocate(HYPERLOGLOG_BYTES); // touched whole
  }
  cells[cell + USED] = REGISTERS;
  for (let word = 0; word < bytes / 4; word += 2) {
    const low = hashes[word]!;
    const high = hashes[word + 1]!;
    if (low !== 0 || high !== 0) raise(heap.bytes, cells[cell]!, low, high);
  }
}
