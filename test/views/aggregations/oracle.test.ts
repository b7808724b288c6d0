/** Every aggregation against the plainest way to compute it over the list of its rows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../../runtime/json.ts';
import type { Aggregation, Params } from '../../../views/aggregations/contract.ts';
import { type AggregationName, aggregations } from '../../../views/aggregations/registry.ts';
import { paramsOf, rowLists } from './arbitrary-rows.ts';
import { exactSum, rounded, scaled } from './exact-arithmetic.ts';
import { Groups, type Row, type Value } from './fold-rows.ts';

type Oracle = (rows: readonly Row[], params: Params) => Json;

const column = (rows: readonly Row[], name: string): number[] =>
  rows.map((row) => Number(row[name]) + 0);
const ofNumbers =
  (compute: (x: number[], params: Params) => Json, none: Json = null): Oracle =>
  (rows, params) =>
    rows.length === 0 ? none : compute(column(rows, 'x'), params);

function compareValues(a: Value, b: Value): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' ? 1 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** x of the row that comes first by `by` × order, then by value × tie. */
const ordered =
  (by: string, order: 1 | -1, tie: 1 | -1): Oracle =>
  (rows) => {
    const sorted = rows.toSorted(
      (a, b) =>
        order * (Number(a[by]) - Number(b[by])) || tie * compareValues(a.x ?? NaN, b.x ?? NaN),
    );
    const value = sorted[0]?.x ?? null;
    return typeof value === 'number' ? value + 0 : value;
  };

const moments = (less: number, root: boolean) =>
  ofNumbers((x) => {
    const n = BigInt(x.length);
    const divisor = n * (n - BigInt(less));
    if (divisor === 0n) return null;
    const sum = exactSum(x);
    const squares = x.reduce((total, value) => total + scaled(value) ** 2n, 0n);
    const variance = rounded(n * squares - sum * sum, divisor, 2n);
    return root ? Math.sqrt(variance) : variance;
  });

const nearestRank = (p: number) => (x: number[]) => {
  const sorted = x.toSorted((a, b) => a - b);
  return sorted[Math.max(1, Math.ceil((p * x.length) / 100)) - 1] ?? null;
};

const distinct = (rows: readonly Row[]) => new Set(rows.map((row) => `${typeof row.x} ${row.x}`));

const oracle: Record<AggregationName, Oracle> = {
  count: (rows) => rows.length,
  count_values: (rows) => rows.length,
  count_if: (rows) => rows.length,
  sum: ofNumbers((x) => rounded(exactSum(x), 1n, 1n)),
  sum_sq: ofNumbers((x) =>
    rounded(
      x.reduce((sum, value) => sum + scaled(value) ** 2n, 0n),
      1n,
      2n,
    ),
  ),
  avg: ofNumbers((x) => rounded(exactSum(x), BigInt(x.length), 1n)),
  avg_weighted(rows) {
    const weights = column(rows, 'weight');
    const total = exactSum(weights);
    if (total === 0n) return null;
    const products = column(rows, 'x').reduce(
      (sum, x, row) => sum + scaled(x) * scaled(weights[row]!),
      0n,
    );
    return rounded(products, total, 1n);
  },
  min: ofNumbers((x) => Math.min(...x)),
  max: ofNumbers((x) => Math.max(...x)),
  range: ofNumbers((x) => Math.max(...x) - Math.min(...x)),
  first: ordered('time', 1, 1),
  last: ordered('time', -1, -1),
  arg_min: ordered('by', 1, 1),
  arg_max: ordered('by', -1, 1),
  var_pop: moments(0, false),
  var_samp: moments(1, false),
  stddev_pop: moments(0, true),
  stddev_samp: moments(1, true),
  percentile: ofNumbers((x, { p }) => nearestRank(Number(p))(x)),
  median: ofNumbers(nearestRank(50)),
  histogram(rows, { bounds }) {
    const edges = [-Infinity, ...(Array.isArray(bounds) ? bounds : []), Infinity];
    return edges
      .slice(1)
      .map((high, index) => column(rows, 'x').filter((x) => x > edges[index]! && x <= high).length);
  },
  count_distinct: (rows) => distinct(rows).size,
  count_distinct_exact: (rows, { cap }) => Math.min(Number(cap), distinct(rows).size),
  top_k(rows, { k }) {
    const counts = [...distinct(rows)].map((key) => {
      const same = rows.filter((row) => `${typeof row.x} ${row.x}` === key);
      const value = same[0]?.x ?? NaN;
      return { value: typeof value === 'number' ? value + 0 : value, count: same.length };
    });
    return counts
      .sort((a, b) => b.count - a.count || compareValues(a.value, b.value))
      .slice(0, Number(k));
  },
};

/** Where results are rounded more than once: units in the last place. */
const units: Partial<Record<AggregationName, number>> = {
  avg_weighted: 1,
  var_pop: 2,
  var_samp: 2,
  stddev_pop: 3,
  stddev_samp: 3,
};

function close(actual: Json, expected: Json, ulps: number): void {
  if (ulps === 0 || typeof actual !== 'number' || typeof expected !== 'number') {
    assert.deepEqual(actual, expected);
    return;
  }
  const error = Math.abs(actual - expected);
  assert.ok(error <= ulps * 2 ** -52 * Math.abs(expected), `${actual} is not ${expected}`);
}

const list: [string, Aggregation][] = Object.entries(aggregations);
for (const [name, definition] of list) {
  const expect = new Map(Object.entries(oracle)).get(name)!;
  test(`${name} is what the plain way gives`, () => {
    const property = fc.property(
      paramsOf(definition),
      rowLists(definition, 1),
      (params, [rows]) => {
        const actual = new Groups(definition, params).fold(rows!).result();
        const ulps = new Map(Object.entries(units)).get(name) ?? 0;
        close(actual, expect(rows!, params), ulps);
      },
    );
    fc.assert(property, { numRuns: 200 });
  });
}
