/** The list of aggregations: names as views write them. Everything that lists aggregations derives from it. */
import { avg } from './avg.ts';
import type { Aggregation } from './contract.ts';
import { count } from './count.ts';
import { max } from './max.ts';
import { min } from './min.ts';
import { sum } from './sum.ts';

export const aggregations = {
  count,
  sum,
  avg,
  min,
  max,
} satisfies Record<string, Aggregation>;

export type AggregationName = keyof typeof aggregations;
