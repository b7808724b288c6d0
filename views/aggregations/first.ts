import { aggregation } from './contract.ts';
import { foldOrdered, mergeOrdered, ordered } from './ordered-value.ts';

export const first = aggregation({
  doc: 'Value of the earliest event time; of several, the smallest.',
  error: 'exact',
  empty: null,
  result_type: 'value',
  inputs: { x: 'value', time: 'time' },
  ...ordered,
  version: 1,
  fold(cells, at, { x, time }, count, heap) {
    foldOrdered({ cells, at, order: time, values: x, count, heap }, 1, 1);
  },
  merge: mergeOrdered(1),
});
