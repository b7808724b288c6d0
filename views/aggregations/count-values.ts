import { aggregation } from './contract.ts';
import { count } from './count.ts';

export const countValues = aggregation({
  ...count,
  doc: 'Number of rows whose column is not null.',
  inputs: { x: 'value' },
});
