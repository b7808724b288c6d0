import { check } from '../../runtime/errors.ts';
import { aggregation, type Params } from './contract.ts';
import { addHash, forEachHash, lowOf, slotOf, slotsFor } from './exact-set.ts';

const USED = 1;
/** 1 from the first value on that the set had no room for. */
const OVERFLOWED = 2;

function capOf(params: Params): number {
  check(typeof params.cap === 'number', 'count_distinct_exact has a cap');
  return params.cap;
}

export const countDistinctExact = aggregation({
  doc: 'Number of different values, counted one by one; stops at `cap`.',
  error:
    'exact below `cap` (but for colliding 64-bit hashes); more than `cap` give `cap`, marked `truncated`',
  empty: 0,
  result_type: 'integer',
  inputs: { x: 'hash' },
  params: {
    cap: {
      type: 'integer',
      min: 1,
      max: 1_000_000,
      default: 10_000,
      doc: 'most values counted; memory is 11 to 22 bytes a value, up to 42 below 193',
    },
  },
  cells: [0, 0, 0],
  version: 2,
  fold(cells, at, { x }, count, heap, params) {
    const cap = capOf(params);
    const { low, high } = x;
    let { words } = heap;
    for (let row = 0; row < count; row++) {
      const cell = at[row]!;
      const block = cells[cell]!;
      if (block !== 0) {
        const lower = lowOf(low[row]!, high[row]!);
        const slot = slotOf(words, block, slotsFor(cells[cell + USED]!), lower, high[row]!);
        if (words[slot] !== 0 || words[slot + 1] !== 0) continue;
      }
      if (!addHash(heap, cells, cell, low[row]!, high[row]!, cap)) cells[cell + OVERFLOWED] = 1;
      ({ words } = heap);
    }
  },
  merge(into, at, from, fromAt, heap, fromHeap, params) {
    const cap = capOf(params);
    if (from[fromAt + OVERFLOWED] === 1) into[at + OVERFLOWED] = 1;
    forEachHash(fromHeap, from, fromAt, (low, high) => {
      if (!addHash(heap, into, at, low, high, cap)) into[at + OVERFLOWED] = 1;
    });
  },
  results(cells, at, count, out) {
    for (let row = 0; row < count; row++) out[row] = cells[at[row]! + USED]!;
    return 0;
  },
  truncated: (cells, at) => cells[at + OVERFLOWED] === 1,
});
