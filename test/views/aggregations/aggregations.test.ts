/** Chosen cases, one line each: what is special about an aggregation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../runtime/json.ts';
import type { Params } from '../../../views/aggregations/contract.ts';
import { type AggregationName, aggregations } from '../../../views/aggregations/registry.ts';
import { exactSum, rounded, scaled } from './exact-arithmetic.ts';
import { defaultParams, Groups, type Row, type Value } from './fold-rows.ts';

const result = (name: AggregationName, rows: readonly Row[], params?: Params): Json => {
  const definition = aggregations[name];
  return new Groups(definition, defaultParams(definition, params)).fold(rows).result();
};

const f = (name: AggregationName, x: readonly Value[], expected: Json, params?: Params) =>
  assert.deepEqual(
    result(
      name,
      x.map((value) => ({ x: value })),
      params,
    ),
    expected,
    `${name} of ${x}`,
  );

test('sums are rounded once', () => {
  f('sum', [0.1, 0.2, 0.3], 0.6);
  f('sum', [1e16, 1, -1e16], 1);
  f('sum', [2 ** 53, 1, 1, 1, 1], 2 ** 53 + 4);
  f('sum', [-0], 0);
  f('sum', [5e-324, 5e-324], 1e-323);
  f('sum', Array(10).fill(0.1), 1);
  f('avg', Array(10).fill(0.1), 0.1);
  f('avg', [1, 2], 1.5);
  f('avg', [1e300, 1e300, 1e300], 1e300);
  f('avg', [5e-324, 5e-324], 5e-324);
  f('sum_sq', [3, -4], 25);
  f('sum_sq', [94906267, 1], 9007199515875290);
  f('sum_sq', [1e-200], 0);
});

test('what leaves the range of doubles is not finite, which is written as null', () => {
  for (const name of ['sum', 'sum_sq', 'avg', 'var_pop'] as const) {
    const value = result(name, [{ x: 1e308 }, { x: 1e308 }, { x: 0 }]);
    assert.ok(typeof value === 'number' && !Number.isFinite(value), name);
  }
  f('range', [1e308, -1e308], Infinity);
});

test('variance', () => {
  f('var_pop', [1, 2, 3, 4], 1.25);
  f('var_samp', [1, 2, 3, 4], 5 / 3);
  f('stddev_pop', [2, 4, 4, 4, 5, 5, 7, 9], 2);
  f('var_samp', [7], null);
  f('var_pop', [7], 0);
  f('var_pop', Array(1000).fill(0.1), 0);
  f('stddev_samp', Array(7).fill(1e-3), 0);
  f('var_pop', [1.7e12, 1.7e12 + 1, 1.7e12 + 2], 2 / 3);
  f('var_pop', [1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16], 22.5);
  f('var_pop', [1e150, -1e150], 1e150 ** 2);
  f('var_pop', Array(50).fill([1e153, -1e153]).flat(), 1e153 ** 2);
  f('stddev_pop', [1e-130, -1e-130], 1e-130);
});

test('smallest and largest', () => {
  f('min', [3, -0, 0], 0);
  f('max', [-5e-324, -1], -5e-324);
  f('range', [3, 10, 7], 7);
  f('min', [1e308, -1e308], -1e308);
});

test('order by time or by a column, ties by value', () => {
  const at = (...pairs: [time: number, x: Value][]) => pairs.map(([time, x]) => ({ time, x }));
  const by = (...pairs: [by: number, x: Value][]) => pairs.map(([by, x]) => ({ by, x }));
  const is = (name: AggregationName, rows: Row[], expected: Value) => {
    assert.equal(result(name, rows), expected);
    assert.equal(result(name, rows.toReversed()), expected);
  };
  is('first', at([2, 'b'], [1, 'a'], [3, 'c']), 'a');
  is('last', at([2, 'b'], [1, 'a'], [3, 'c']), 'c');
  is('first', at([1, 'a'], [1, 7], [1, 8]), 7);
  is('last', at([1, 'a'], [1, 7], [1, 8]), 'a');
  is('last', at([1, 'ä'], [1, 'z'], [1, '𐀀'], [1, '\uffff']), '𐀀');
  is('first', at([1, 'ab'], [1, 'a'], [1, 'b']), 'a');
  is('arg_min', by([-5, 'x'], [-5, 'w'], [9, 'a']), 'w');
  is('arg_max', by([-5, 'x'], [9, 'b'], [9, 'a']), 'a');
  is('arg_max', by([1, 2], [1, 3]), 2);
  is('last', at([1, 'short'], [2, 'long'.repeat(1000)]), 'long'.repeat(1000));
  is('last', at([1, 'long'.repeat(1000)], [2, '']), '');
  is('last', at([1, 'a'], [2, '\ufeffmark']), '\ufeffmark');
});

test('weights', () => {
  const f = (pairs: [number, number][], expected: Json) =>
    assert.equal(
      result(
        'avg_weighted',
        pairs.map(([x, weight]) => ({ x, weight })),
      ),
      expected,
    );
  f([], null);
  f([[1, 0]], null);
  f(
    [
      [1, 1],
      [2, 3],
    ],
    1.75,
  );
  f(
    [
      [5, 1],
      [7, -1],
    ],
    null,
  );
  f([[1e300, 1]], 1e300);
  f([[2, 1e305]], 2);
  f([[0.1, 0.3]], 0.1);
  // What 0.1 × 0.3 loses in rounding is all that is left.
  const left = scaled(0.1) * scaled(0.3) + scaled(-0.03) * scaled(1);
  f(
    [
      [0.1, 0.3],
      [-0.03, 1],
    ],
    rounded(left, exactSum([0.3, 1]), 1n),
  );
});

test('percentiles are nearest ranks', () => {
  const twenty = Array.from({ length: 20 }, (_, index) => index + 1);
  f('percentile', twenty, 19, { p: 95 });
  f('percentile', twenty, 20, { p: 95.1 });
  f('percentile', twenty, 1, { p: 0 });
  f('percentile', twenty, 20, { p: 100 });
  f('percentile', [-3, -0, 2], 0, { p: 50 });
  f('median', [4, 1, 3, 2], 2);
  f('median', [1e308, -1e308, 5e-324], 5e-324);
  f('median', [2 ** 53 + 2, 2 ** 53 + 4, 2 ** 53 + 6], 2 ** 53 + 4);
  f('median', [1, 255, 1.5, 1e-300, -7], 1);
});

test('histogram: bounds belong to the bucket below them', () => {
  f('histogram', [-1, 0, 0.5, 10, 10.1, 99], [2, 2, 2], { bounds: [0, 10] });
  f('histogram', [], [0, 0], { bounds: [0] });
});

test('distinct', () => {
  f('count_distinct', [1, '1', 1, -0, 0, ''], 4);
  f('count_distinct_exact', ['a', 'b', 'c', 'a'], 2, { cap: 2 });
  f('count_distinct_exact', ['a', 'b'], 2, { cap: 3 });
});

test('top_k: count falling, ties by value, numbers before text', () => {
  const values = ['b', 'a', 'b', 2, 1, 'a', 10, 10, 'c'];
  const expected = [
    { value: 10, count: 2 },
    { value: 'a', count: 2 },
    { value: 'b', count: 2 },
    { value: 1, count: 1 },
  ];
  f('top_k', values, expected, { k: 4 });
  f('top_k', [-0, 0], [{ value: 0, count: 2 }]);
  f(
    'top_k',
    ['', '1', 1, ''],
    [
      { value: '', count: 2 },
      { value: 1, count: 1 },
      { value: '1', count: 1 },
    ],
  );
});
