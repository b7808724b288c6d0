import { aggregation } from './contract.ts';
import { varianceResults } from './moments.ts';
import { varPop } from './var-pop.ts';

export const stddevPop = aggregation({
  ...varPop,
  doc: 'Standard deviation of the population: root of `var_pop`.',
  results: varianceResults(0, true),
});
