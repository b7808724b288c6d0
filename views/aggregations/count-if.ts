import { aggregation } from './contract.ts';
import { count } from './count.ts';

export const countIf = aggregation({
  ...count,
  doc: 'Number of rows for which a condition is true.',
  inputs: { condition: 'condition' },
  params: { condition: { type: 'expression', doc: 'what must be true, as in `filter`' } },
});
