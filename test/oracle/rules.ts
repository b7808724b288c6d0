/**
 * What each aggregation should give, by SQL that gathers and exact arithmetic that finishes: nothing of ours is used but
 * the stated error of sketches.
 */
import type { Json } from '../../runtime/json.ts';
import { exactSum, rounded, scaled } from '../views/aggregations/exact-arithmetic.ts';

/** SQL for one entry of `aggregation_info`. A value is a number or a text, the other one null. */
export interface EntrySql {
  readonly number: string;
  readonly text: string;
  /** The parameter that names a column. */
  readonly other: string;
  readonly time: string;
  readonly params: Readonly<Record<string, Json>>;
  /** True where the row counts for the entry: no input null, its filter and condition true. */
  readonly where: string;
}

/** Why a result is wrong, or undefined. */
export type Accepts = (got: Json) => string | undefined;

export interface Rule {
  /** One SQL aggregate for each part. */
  readonly parts: readonly string[];
  accepts(parts: readonly unknown[]): Accepts;
}

const show = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner));

const exactly =
  (expected: Json): Accepts =>
  (got) =>
    got === expected || show(got) === show(expected)
      ? undefined
      : `${show(got)} is not ${show(expected)}`;

const within =
  (expected: number | null, share: number): Accepts =>
  (got) => {
    if (expected === null || typeof got !== 'number') return exactly(expected)(got);
    const near = Math.abs(got - expected) <= share * Math.abs(expected);
    return near ? undefined : `${got} is not within ${share} of ${expected}`;
  };

const ROUNDING = 1e-9;
const finite = (value: number) => (Number.isFinite(value) ? value : null);

interface Moments {
  readonly count: bigint;
  /** × 2^1074. */
  readonly sum: bigint;
  /** × 2^2148. */
  readonly squares: bigint;
}

/** Sums of whole numbers in 128 bits, and a list of all others. */
const momentParts = ({ number, where }: EntrySql): string[] => {
  const small = `(${number} = trunc(${number}) AND abs(${number}) < 1e9)`;
  const whole = `(CASE WHEN ${small} THEN ${number}::HUGEINT ELSE 0 END)`;
  return [
    `count(*) FILTER (WHERE ${where})`,
    `coalesce(sum(${whole}) FILTER (WHERE ${where}), 0)`,
    `coalesce(sum(${whole} * ${whole}) FILTER (WHERE ${where}), 0)`,
    `list(${number}) FILTER (WHERE ${where} AND NOT ${small})`,
  ];
};

function momentsOf([count, sum, squares, others]: readonly unknown[]): Moments {
  const rest = (others ?? []) as number[];
  const squaresOfRest = rest.reduce((total, value) => total + scaled(value) ** 2n, 0n);
  return {
    count: BigInt(count as bigint),
    sum: (BigInt(sum as bigint) << 1074n) + exactSum(rest),
    squares: (BigInt(squares as bigint) << 2148n) + squaresOfRest,
  };
}

const ofMoments =
  (expected: (moments: Moments) => number | null, share: number) =>
  (entry: EntrySql): Rule => ({
    parts: momentParts(entry),
    accepts: (parts) => {
      const moments = momentsOf(parts);
      const value = moments.count === 0n ? null : expected(moments);
      return within(value === null ? null : finite(value), share);
    },
  });

const variance =
  (less: bigint, finish: (value: number) => number) =>
  ({ count, sum, squares }: Moments): number | null => {
    const divisor = count * (count - less);
    return divisor === 0n ? null : finish(rounded(count * squares - sum * sum, divisor, 2n));
  };

const same = (value: number) => value;

/** One SQL aggregate whose value is the result. */
const plain =
  (sql: (entry: EntrySql) => string) =>
  (entry: EntrySql): Rule => ({
    parts: [`${sql(entry)} FILTER (WHERE ${entry.where})`],
    accepts: ([value]) => exactly(typeof value === 'bigint' ? Number(value) : (value as Json)),
  });

interface Value {
  readonly number: number | null;
  readonly text: string | null;
}
const resultOf = (value: Value | null): Json =>
  value === null ? null : (value.number ?? value.text);
const valueSql = ({ number, text }: EntrySql) => `{'number': ${number}, 'text': ${text}}`;
/** Numbers before text, text by its bytes. */
const valueOrder = ({ number, text }: EntrySql, direction: 'ASC' | 'DESC') =>
  [`${text} IS NOT NULL`, number, text].map((key) => `${key} ${direction}`).join(', ');

const ordered =
  (by: 'time' | 'other', direction: 'ASC' | 'DESC', ties: 'ASC' | 'DESC') =>
  (entry: EntrySql): Rule => {
    const order = `${entry[by]} ${direction}, ${valueOrder(entry, ties)}`;
    return {
      parts: [`first(${valueSql(entry)} ORDER BY ${order}) FILTER (WHERE ${entry.where})`],
      accepts: ([value]) => exactly(resultOf(value as Value | null)),
    };
  };

interface Counted {
  readonly value: Json;
  readonly count: number;
}

/** Every value with its count. */
const countsPart = (entry: EntrySql) =>
  `histogram(${valueSql(entry)}) FILTER (WHERE ${entry.where})`;

function countsOf(part: unknown): Counted[] {
  const entries = (part ?? []) as { key: Value; value: bigint }[];
  return entries.map(({ key, value }) => ({ value: resultOf(key), count: Number(value) }));
}

function compareValues(a: Json, b: Json): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  if (typeof b === 'number') return 1;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

const EXACT_VALUES = 256;
const QUANTILE_SHARE = 0.008;
/** Six standard errors. */
const DISTINCT_SHARE = 6 * 0.016;

const quantile =
  (percent: (entry: EntrySql) => number) =>
  (entry: EntrySql): Rule => ({
    parts: [`histogram(${entry.number}) FILTER (WHERE ${entry.where})`],
    accepts: ([part]) => {
      const counts = ((part ?? []) as { key: number; value: bigint }[])
        .map(({ key, value }) => ({ value: key, count: Number(value) }))
        .sort((a, b) => a.value - b.value);
      const total = counts.reduce((sum, { count }) => sum + count, 0);
      const rank = Math.max(1, Math.ceil((percent(entry) * total) / 100));
      let passed = 0;
      const found = counts.find(({ count }) => {
        passed += count;
        return passed >= rank;
      });
      return within(found?.value ?? null, counts.length <= EXACT_VALUES ? 0 : QUANTILE_SHARE);
    },
  });

const distinctPart = (entry: EntrySql) =>
  `count(DISTINCT ${valueSql(entry)}) FILTER (WHERE ${entry.where})`;

function topK(entry: EntrySql): Rule {
  const k = Number(entry.params['k'] ?? 10);
  return {
    parts: [countsPart(entry)],
    accepts: ([part]) => {
      const counts = countsOf(part);
      const total = counts.reduce((sum, { count }) => sum + count, 0);
      if (counts.length <= 8 * k) {
        counts.sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
        return exactly(counts.slice(0, k).map(({ value, count }) => ({ value, count })));
      }
      const truth = new Map(counts.map(({ value, count }) => [value, count]));
      return (got) => {
        if (!Array.isArray(got) || got.length !== k) return `${show(got)} is no list of ${k}`;
        const wrong = (got as unknown as Counted[]).find(({ value, count }) => {
          const less = truth.get(value) ?? 0;
          return count < less || count > less + total / (8 * k);
        });
        return wrong === undefined ? undefined : `${show(wrong)} is too far off`;
      };
    },
  };
}

function histogram({ number, params, where }: EntrySql): Rule {
  const edges = ['-infinity', ...(params['bounds'] as number[]), 'infinity'];
  const above = (edge: string | number) => `${number} > '${edge}'::DOUBLE`;
  const upTo = (edge: string | number) => `${number} <= '${edge}'::DOUBLE`;
  return {
    parts: edges
      .slice(1)
      .map(
        (edge, at) => `count(*) FILTER (WHERE ${where} AND ${above(edges[at]!)} AND ${upTo(edge)})`,
      ),
    accepts: (counts) => exactly(counts.map(Number)),
  };
}

function weightedAverage({ number, other, where }: EntrySql): Rule {
  return {
    parts: [`list({'x': ${number}, 'weight': ${other}}) FILTER (WHERE ${where})`],
    accepts: ([part]) => {
      const pairs = (part ?? []) as { x: number; weight: number }[];
      const total = exactSum(pairs.map(({ weight }) => weight));
      if (total === 0n) return exactly(null);
      const products = pairs.reduce((sum, { x, weight }) => sum + scaled(x) * scaled(weight), 0n);
      return within(rounded(products, total, 1n), ROUNDING);
    },
  };
}

/** By name. An aggregation that is not here is tested by the laws alone. */
export const rules: Readonly<Record<string, (entry: EntrySql) => Rule>> = {
  count: plain(() => 'count(*)'),
  count_values: plain(() => 'count(*)'),
  count_if: plain(() => 'count(*)'),
  sum: ofMoments(({ sum }) => rounded(sum, 1n, 1n), 0),
  sum_sq: ofMoments(({ squares }) => rounded(squares, 1n, 2n), ROUNDING),
  avg: ofMoments(({ sum, count }) => rounded(sum, count, 1n), ROUNDING),
  avg_weighted: weightedAverage,
  min: plain(({ number }) => `min(${number})`),
  max: plain(({ number }) => `max(${number})`),
  range: plain(({ number, where }) => `max(${number}) FILTER (WHERE ${where}) - min(${number})`),
  first: ordered('time', 'ASC', 'ASC'),
  last: ordered('time', 'DESC', 'DESC'),
  arg_min: ordered('other', 'ASC', 'ASC'),
  arg_max: ordered('other', 'DESC', 'ASC'),
  var_pop: ofMoments(variance(0n, same), ROUNDING),
  var_samp: ofMoments(variance(1n, same), ROUNDING),
  stddev_pop: ofMoments(variance(0n, Math.sqrt), ROUNDING),
  stddev_samp: ofMoments(variance(1n, Math.sqrt), ROUNDING),
  percentile: quantile(({ params }) => Number(params['p'])),
  median: quantile(() => 50),
  histogram,
  count_distinct: (entry) => ({
    parts: [distinctPart(entry)],
    accepts: ([count]) => within(Number(count), Number(count) <= EXACT_VALUES ? 0 : DISTINCT_SHARE),
  }),
  count_distinct_exact: (entry) => ({
    parts: [distinctPart(entry)],
    accepts: ([count]) => exactly(Math.min(Number(count), Number(entry.params['cap'] ?? 10_000))),
  }),
  top_k: topK,
};
