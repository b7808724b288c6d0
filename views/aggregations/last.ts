import { aggregation } from './contract.ts';
import {
  foldOrdered,
  mergeOrdered,
  orderedCells,
  orderedResult,
  orderedResults,
} from './ordered-value.ts';

export const last = aggregation({
  doc: 'Value of the latest event time; of several, the largest.',
  error: 'exact',
  empty: null,
  result_type: 'value',
  inputs: { x: 'value', time: 'time' },
  cells: orderedCells,
  version: 1,
  fold(cells, at, { x, time }, count, heap) {
    foldOrdered({ cells, at, order: time, values: x, count, heap }, -1, -1);
  },
  merge: mergeOrdered(-1),
  result: orderedResult,
  results: orderedResults,
});
