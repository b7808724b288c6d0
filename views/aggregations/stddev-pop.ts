import { aggregation } from './contract.ts';
import { variance } from './moments.ts';
import { varPop } from './var-pop.ts';

export const stddevPop = aggregation({
  ...varPop,
  doc: 'Standard deviation of the population: root of `var_pop`.',
  result(cells, at) {
    const square = variance(cells, at, 0);
    return square === null ? null : Math.sqrt(square);
  },
});
