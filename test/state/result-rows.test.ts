import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aggregation } from '../../views/aggregations/contract.ts';
import { countDistinctExact } from '../../views/aggregations/count-distinct-exact.ts';
import { last } from '../../views/aggregations/last.ts';
import { percentile } from '../../views/aggregations/percentile.ts';
import { sum } from '../../views/aggregations/sum.ts';
import { at, Harness } from './harness.ts';
import { planOf } from './plans.ts';

test('rows of groups whose aggregation left something out are truncated, others are not', () => {
  const harness = new Harness({
    keys: ['k'],
    aggregations: [
      { name: 's', definition: sum, inputs: { x: 'f64:x' } },
      {
        name: 'd',
        definition: countDistinctExact,
        inputs: { x: 'hash64:x' },
        params: { cap: 2 },
      },
    ],
    allowedLatenessMs: 100,
    sizeMs: 10,
  });
  const flags = () =>
    harness.flush().map(({ key, truncated, values }) => [key, truncated, values.at(-1)]);
  harness.rows(0, at(1, 'a', 1), at(1, 'b', 1), at(1, 'b', 2), at(1, 'b', 1), at(1, 'c', 5));
  assert.deepEqual(flags(), [
    ['["a"]', false, 1],
    ['["b"]', false, 2],
    ['["c"]', false, 1],
  ]);
  harness.rows(0, at(2, 'a', 1), at(2, 'b', 3), at(2, 'c', 6));
  const second = [
    ['["a"]', false, 1],
    ['["b"]', true, 2],
    ['["c"]', false, 2],
  ];
  assert.deepEqual(flags(), second);
  harness.commit();
  const restarted = harness.restart();
  restarted.rows(0, at(3, 'b', 1), at(3, 'a', 1), at(3, 'c', 6));
  restarted.rows(0, ...[1, 2, 3].map((x) => at(13, 'c', x)));
  restarted.rows(0, ...[1, 2, 3].map((x) => at(13, 'd', x % 2)));
  assert.deepEqual(
    restarted.flush().map(({ key, truncated, values }) => [key, truncated, values.at(-1)]),
    [...second, ['["c"]', true, 2], ['["d"]', false, 2]],
  );
});

test('outputs of equal state share their cells, each with its own parameters', () => {
  let folds = 0;
  const counted = aggregation({
    ...percentile,
    fold(...given) {
      folds++;
      percentile.fold(...given);
    },
  });
  const plan = planOf({
    keys: ['k'],
    aggregations: [5, 50, 100].map((p) => ({
      name: `p${p}`,
      definition: counted,
      inputs: { x: 'f64:x' },
      params: { p },
    })),
    allowedLatenessMs: 100,
    sizeMs: 10,
  });
  const shared = plan.aggregations.map((entry) => ({ ...entry, signature: 'percentile of x' }));
  const harness = new Harness({ ...plan, aggregations: shared });
  const rows = Array.from({ length: 20 }, (_, index) => at(1, 'a', 20 - index));
  harness.rows(0, ...rows);
  assert.deepEqual(
    harness.flush().map(({ values }) => values),
    [[1, 10, 20]],
  );
  assert.equal(folds, 1);
});

test('values without a text among them travel as numbers, and what is not finite counts once', () => {
  const harness = new Harness({
    keys: ['k'],
    aggregations: [
      { name: 'l', definition: last, inputs: { x: 'value:x', time: 'time' } },
      {
        name: 'infinite',
        definition: aggregation({
          ...last,
          results: (cells, cell, count, out, heap, params) => {
            const nulls = last.results?.(cells, cell, count, out, heap, params) ?? -1;
            for (let index = 0; index < count; index++) if (out[index] === 7) out[index] = Infinity;
            return nulls;
          },
          result: (...given) => (last.result(...given) === 7 ? Infinity : last.result(...given)),
        }),
        inputs: { x: 'value:x', time: 'time' },
      },
    ],
    allowedLatenessMs: 100,
    sizeMs: 10,
  });
  const row = (k: string, x: number | string | null) => ({ time: 1, values: { k, x } });
  const columns = () => harness.unit.emit({ updates: true })[0]!.values;
  const f = (expected: unknown[], notFinite: number) => {
    assert.deepEqual(columns(), expected);
    assert.equal(harness.unit.counters.notFinite, notFinite);
  };
  harness.rows(0, row('a', 7), row('b', null), row('c', 3));
  f([Float64Array.of(7, NaN, 3), Float64Array.of(NaN, NaN, 3)], 1);
  harness.rows(0, row('a', 7), row('b', 'text'));
  f(
    [
      [7, 'text'],
      [null, 'text'],
    ],
    2,
  );
});
