import { aggregation } from './contract.ts';
import { addHash, forEachHash, releaseSet } from './exact-set.ts';
import type { Heap } from './heap.ts';
import { estimateDistinct, HYPERLOGLOG_BYTES, rankOf, registerOf } from './hyperloglog.ts';

const EXACT_MAX = 256;
const USED = 1;
/** In the cell USED: the block holds registers. */
const REGISTERS = -1;

export const countDistinct = aggregation({
  doc: 'Number of different values.',
  error: 'exact to 256, then 1.6 % standard error (HyperLogLog, p = 12); independent of order',
  empty: 0,
  result_type: 'integer',
  inputs: { x: 'hash' },
  cells: [0, 0],
  version: 1,
  fold(cells, at, { x }, count, heap) {
    const { low, high } = x;
    for (let row = 0; row < count; row++) add(heap, cells, at[row]!, low[row]!, high[row]!);
  },
  merge(into, at, from, fromAt, heap, fromHeap) {
    if (from[fromAt + USED] !== REGISTERS) {
      forEachHash(fromHeap, from, fromAt, (low, high) => add(heap, into, at, low, high));
      return;
    }
    if (into[at + USED] !== REGISTERS) toRegisters(heap, into, at);
    const target = into[at]!;
    const source = from[fromAt]!;
    for (let index = 0; index < HYPERLOGLOG_BYTES; index++) {
      const rank = fromHeap.bytes[source + index]!;
      if (rank > heap.bytes[target + index]!) heap.bytes[target + index] = rank;
    }
    heap.touch(target, HYPERLOGLOG_BYTES);
  },
  result(cells, at, heap) {
    const used = cells[at + USED]!;
    if (used !== REGISTERS) return used;
    return Math.max(EXACT_MAX + 1, Math.round(estimateDistinct(heap.bytes, cells[at]!)));
  },
});

function add(heap: Heap, cells: Float64Array, cell: number, low: number, high: number): void {
  if (cells[cell + USED] !== REGISTERS) {
    if (addHash(heap, cells, cell, low, high, EXACT_MAX)) return;
    toRegisters(heap, cells, cell);
  }
  raise(heap, cells[cell]!, low, high);
}

function raise(heap: Heap, block: number, low: number, high: number): void {
  const register = block + registerOf(high);
  const rank = rankOf(low, high);
  if (rank <= heap.bytes[register]!) return;
  heap.bytes[register] = rank;
  heap.touch(register, 1);
}

function toRegisters(heap: Heap, cells: Float64Array, cell: number): void {
  const block = heap.allocate(HYPERLOGLOG_BYTES);
  forEachHash(heap, cells, cell, (low, high) => raise(heap, block, low, high));
  releaseSet(heap, cells, cell);
  cells[cell] = block;
  cells[cell + USED] = REGISTERS;
}
