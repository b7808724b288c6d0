import { aggregation } from './contract.ts';
import { foldOrdered, mergeOrdered, ordered } from './ordered-value.ts';

export const argMax = aggregation({
  doc: 'Value where another column is largest; of several, the smallest.',
  error: 'exact',
  empty: null,
  result_type: 'value',
  inputs: { x: 'value', by: 'number' },
  params: { by: { type: 'column', doc: 'column of numbers that decides' } },
  ...ordered,
  version: 1,
  fold(cells, at, { x, by }, count, heap) {
    foldOrdered({ cells, at, order: by, values: x, count, heap }, -1, 1);
  },
  merge: mergeOrdered(1),
});
