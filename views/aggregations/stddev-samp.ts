import { aggregation } from './contract.ts';
import { varianceResults } from './moments.ts';
import { varSamp } from './var-samp.ts';

export const stddevSamp = aggregation({
  ...varSamp,
  doc: 'Standard deviation estimated from a sample: root of `var_samp`.',
  results: varianceResults(1, true),
});
