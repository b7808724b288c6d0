import { check } from '../../runtime/errors.ts';
import { aggregation, type Params } from './contract.ts';

function boundsOf(params: Params): readonly number[] {
  const bounds = params.bounds;
  check(Array.isArray(bounds), 'histogram has bounds');
  return bounds;
}

const zeros = (params: Params): number[] => new Array(boundsOf(params).length + 1).fill(0);

export const histogram = aggregation({
  doc: 'Counts of numbers between bounds: of (-∞, b0], (b0, b1] … (bk, ∞), not cumulative.',
  error: 'exact',
  empty: zeros,
  result_type: 'json',
  inputs: { x: 'number' },
  params: {
    bounds: { type: 'numbers', itemsMax: 256, ascending: true, doc: 'upper bounds, inclusive' },
  },
  cells: zeros,
  version: 1,
  fold(cells, at, { x }, count, _heap, params) {
    const bounds = Float64Array.from(boundsOf(params));
    for (let row = 0; row < count; row++) {
      const value = x[row]!;
      // Halves the rest without a branch: which way it goes is anyone's guess, so a branch would cost more.
      let below = 0;
      for (let rest = bounds.length; rest > 0; ) {
        const half = (rest + 1) >> 1;
        below += Number(value > bounds[below + half - 1]!) * half;
        rest -= half;
      }
      cells[at[row]! + below]!++;
    }
  },
  merge(into, at, from, fromAt, _heap, _fromHeap, params) {
    const width = boundsOf(params).length + 1;
    for (let cell = 0; cell < width; cell++) into[at + cell]! += from[fromAt + cell]!;
  },
  result: (cells, at, _heap, params) => [...cells.subarray(at, at + boundsOf(params).length + 1)],
});
