/** The list of aggregations: names as views write them. Everything that lists aggregations derives from it. */
import { argMax } from './arg-max.ts';
import { argMin } from './arg-min.ts';
import { avg } from './avg.ts';
import { avgWeighted } from './avg-weighted.ts';
import type { Aggregation } from './contract.ts';
import { count } from './count.ts';
import { countDistinct } from './count-distinct.ts';
import { countDistinctExact } from './count-distinct-exact.ts';
import { countIf } from './count-if.ts';
import { countValues } from './count-values.ts';
import { first } from './first.ts';
import { histogram } from './histogram.ts';
import { last } from './last.ts';
import { max } from './max.ts';
import { median } from './median.ts';
import { min } from './min.ts';
import { percentile } from './percentile.ts';
import { range } from './range.ts';
import { stddevPop } from './stddev-pop.ts';
import { stddevSamp } from './stddev-samp.ts';
import { sum } from './sum.ts';
import { sumSq } from './sum-sq.ts';
import { topK } from './top-k.ts';
import { varPop } from './var-pop.ts';
import { varSamp } from './var-samp.ts';

export const aggregations = {
  count,
  count_values: countValues,
  count_if: countIf,
  sum,
  sum_sq: sumSq,
  avg,
  avg_weighted: avgWeighted,
  min,
  max,
  range,
  first,
  last,
  arg_min: argMin,
  arg_max: argMax,
  var_pop: varPop,
  var_samp: varSamp,
  stddev_pop: stddevPop,
  stddev_samp: stddevSamp,
  percentile,
  median,
  histogram,
  count_distinct: countDistinct,
  count_distinct_exact: countDistinctExact,
  top_k: topK,
} satisfies Record<string, Aggregation>;

export type AggregationName = keyof typeof aggregations;
