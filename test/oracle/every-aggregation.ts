/** Entries of `aggregation_info` for every registered aggregation that the oracle knows, on every column that suits it. */
import type { Json } from '../../runtime/json.ts';
import type { Aggregation } from '../../views/aggregations/contract.ts';
import { aggregations } from '../../views/aggregations/registry.ts';
import { rules } from './rules.ts';

export interface Columns {
  readonly numbers: readonly string[];
  /** Text, or numbers and text mixed. */
  readonly values: readonly string[];
  /** Of numbers: what decides and what weighs. */
  readonly other: string;
  readonly condition: string;
}

const params: Readonly<Record<string, readonly Readonly<Record<string, Json>>[]>> = {
  percentile: [{ p: 0 }, { p: 37.5 }, { p: 99 }, { p: 100 }],
  histogram: [{ bounds: [-1000, -60.5, 0, 0.5, 1e6, 1e300] }],
  top_k: [{ k: 1 }, { k: 5 }],
};

export function everyAggregation({ numbers, values, other, condition }: Columns) {
  const known: [string, Aggregation][] = Object.entries(aggregations).filter(
    ([name]) => name in rules,
  );
  return known.flatMap(([aggregation, { inputs, params: declared = {} }]) => {
    const named: Record<string, Json> = {};
    for (const [name, { type }] of Object.entries(declared)) {
      if (type === 'column') named[name] = other;
      if (type === 'expression') named[name] = condition;
    }
    const suited = inputs['x'] === 'number' ? numbers : [...numbers, ...values];
    const columns = 'x' in inputs ? suited : [undefined];
    return columns.flatMap((column) =>
      (params[aggregation] ?? [{}]).map((given, at) => ({
        aggregation,
        ...(column === undefined ? {} : { col_name: column }),
        aggregated_col_name: [aggregation, (column ?? '').replaceAll('.', '_'), at].join('_'),
        params: { ...named, ...given },
      })),
    );
  });
}
