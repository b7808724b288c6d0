import { aggregation } from './contract.ts';
import { variance } from './moments.ts';
import { varSamp } from './var-samp.ts';

export const stddevSamp = aggregation({
  ...varSamp,
  doc: 'Standard deviation estimated from a sample: root of `var_samp`.',
  result(cells, at) {
    const square = variance(cells, at, 1);
    return square === null ? null : Math.sqrt(square);
  },
});
