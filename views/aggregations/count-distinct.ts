import { aggregation } from './contract.ts';
import {
  bytesOf,
  ENTRY_BYTES,
  entriesOf,
  findDifferent,
  hasMore,
  isFull,
  makeRoom,
} from './hash-log.ts';
import { HEAP_PAGE_BYTES, type Heap } from './heap.ts';
import { estimateDistinct, HYPERLOGLOG_BYTES, rankOf, registerOf } from './hyperloglog.ts';

const EXACT_MAX = 256;
const STATE = 1;
/** In the cell STATE, which is otherwise a log's: the block holds registers. */
const REGISTERS = -1;
const WORD_PAGE_SHIFT = Math.log2(HEAP_PAGE_BYTES / 4);
const BYTE_PAGE_SHIFT = Math.log2(HEAP_PAGE_BYTES);

const registers = new Uint8Array(HYPERLOGLOG_BYTES);
/** Rows by what their groups' blocks hold. */
let logged = new Uint32Array(0);
let counted = new Uint32Array(0);

export const countDistinct = aggregation({
  doc: 'Number of different values.',
  error: 'exact to 256, then 1.6 % standard error (HyperLogLog, p = 12); independent of order',
  empty: 0,
  result_type: 'integer',
  inputs: { x: 'hash' },
  cells: [0, 0],
  version: 3,
  fold(cells, at, { x }, count, heap) {
    if (logged.length < count) {
      logged = new Uint32Array(count);
      counted = new Uint32Array(count);
    }
    const toCount = split(cells, at, count, logged, counted);
    raiseRows(cells, at, x.low, x.high, counted, toCount, heap);
    logRows(cells, at, x.low, x.high, logged, count - toCount, heap);
  },
  merge(into, at, from, fromAt, heap, fromHeap) {
    const state = from[fromAt + STATE]!;
    if (state !== REGISTERS) {
      const start = from[fromAt]! / 4;
      for (let entry = 0; entry < entriesOf(state); entry++) {
        const word = start + 2 * entry;
        add(heap, into, at, fromHeap.words[word]!, fromHeap.words[word + 1]!);
      }
      return;
    }
    if (into[at + STATE] !== REGISTERS) toRegisters(heap, into, at);
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
    for (let row = 0; row < count; row++) out[row] = resultOf(cells, at[row]!, heap);
    return 0;
  },
});

function resultOf(cells: Float64Array, cell: number, heap: Heap): number {
  const state = cells[cell + STATE]!;
  if (state === REGISTERS) return estimate(heap.bytes, cells[cell]!);
  if (entriesOf(state) <= 1) return entriesOf(state);
  const different = findDifferent(heap, cells[cell]!, state);
  if (different <= EXACT_MAX) return different;
  readRegisters(heap, cells[cell]!, state);
  return estimate(registers, 0);
}

const estimate = (bytes: Uint8Array, block: number): number =>
  Math.max(EXACT_MAX + 1, Math.round(estimateDistinct(bytes, block)));

/** Lists the rows whose groups have registers, and the others; returns how many the former are. Without a branch a row. */
function split(
  cells: Float64Array,
  at: Uint32Array,
  count: number,
  others: Uint32Array,
  withRegisters: Uint32Array,
): number {
  let found = 0;
  for (let row = 0; row < count; row++) {
    withRegisters[found] = row;
    others[(row - found) | 0] = row;
    found = (found + ((cells[at[row]! + STATE]! | 0) >>> 31)) | 0;
  }
  return found;
}

function raiseRows(
  cells: Float64Array,
  at: Uint32Array,
  low: Uint32Array,
  high: Uint32Array,
  rows: Uint32Array,
  count: number,
  { bytes, dirty }: Heap,
): void {
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const upper = high[row]!;
    const register = ((cells[at[row]!]! >>> 0) + registerOf(upper)) >>> 0;
    const rank = rankOf(low[row]!, upper);
    const before = bytes[register]!;
    // biome-ignore lint/complexity/useMathMinMax: of whole numbers this is half as much work
    bytes[register] = rank > before ? rank : before;
    dirty[register >>> BYTE_PAGE_SHIFT] = 1;
  }
}

function logRows(
  cells: Float64Array,
  at: Uint32Array,
  low: Uint32Array,
  high: Uint32Array,
  rows: Uint32Array,
  count: number,
  heap: Heap,
): void {
  let { words, dirty } = heap;
  for (let i = 0; i < count; i++) {
    const row = rows[i]!;
    const cell = at[row]!;
    const state = cells[cell + STATE]! | 0;
    if (isFull(state)) {
      add(heap, cells, cell, low[row]!, high[row]!);
      ({ words, dirty } = heap);
      continue;
    }
    const word = ((cells[cell]! >>> 2) + 2 * entriesOf(state)) >>> 0;
    words[word] = low[row]!;
    words[word + 1] = high[row]!;
    dirty[word >>> WORD_PAGE_SHIFT] = 1;
    cells[cell + STATE] = state + 1;
  }
}

function add(heap: Heap, cells: Float64Array, cell: number, low: number, high: number): void {
  const state = cells[cell + STATE]!;
  if (state !== REGISTERS && isFull(state)) {
    if (hasMore(heap, cells[cell]!, state, EXACT_MAX)) toRegisters(heap, cells, cell);
    else makeRoom(heap, cells, cell);
  }
  const block = cells[cell]!;
  if (cells[cell + STATE] === REGISTERS) {
    raise(heap.bytes, block, low, high);
    heap.touch(block + registerOf(high), 1);
    return;
  }
  const word = block / 4 + 2 * entriesOf(cells[cell + STATE]!);
  heap.words[word] = low;
  heap.words[word + 1] = high;
  heap.touch(4 * word, ENTRY_BYTES);
  cells[cell + STATE]!++;
}

function raise(bytes: Uint8Array, block: number, low: number, high: number): void {
  const register = block + registerOf(high);
  bytes[register] = Math.max(bytes[register]!, rankOf(low, high));
}

/** Leaves in `registers` what they are for the hashes of a log. */
function readRegisters({ words }: Heap, block: number, state: number): void {
  registers.fill(0);
  const end = block / 4 + 2 * entriesOf(state);
  for (let at = block / 4; at < end; at += 2) raise(registers, 0, words[at]!, words[at + 1]!);
}

/** In place where the log is of the largest size: its block is as large as the registers. */
function toRegisters(heap: Heap, cells: Float64Array, cell: number): void {
  const block = cells[cell]!;
  const state = cells[cell + STATE]!;
  readRegisters(heap, block, state);
  const bytes = bytesOf(state);
  if (bytes !== HYPERLOGLOG_BYTES) {
    if (bytes > 0) heap.release(block, bytes);
    cells[cell] = heap.allocate(HYPERLOGLOG_BYTES);
  }
  heap.bytes.set(registers, cells[cell]!);
  heap.touch(cells[cell]!, HYPERLOGLOG_BYTES);
  cells[cell + STATE] = REGISTERS;
}
