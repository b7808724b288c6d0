/** The oracle itself, against rows worked out by hand. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Json } from '../../runtime/json.ts';
import { type AggregationName, aggregations } from '../../views/aggregations/registry.ts';
import type { ViewSpec } from '../../views/spec.ts';
import { temporaryFolder } from '../connectors/temporary-folder.ts';
import { viewSpec } from '../views/specs.ts';
import { differences, expectedRows, type GotRow } from './expected-rows.ts';
import { rules } from './rules.ts';

const stream = {
  columns: { x: 'number', s: 'text' },
  eventTime: { path: 't', unit: 'ms' },
} as const;

async function oracle(lines: readonly string[], changes: Partial<ViewSpec>, sql = {}) {
  const file = join(await temporaryFolder(), 'rows.ndjson');
  await writeFile(file, `${lines.join('\n')}\n`);
  const views = expectedRows([viewSpec(changes)], { stream, files: [file], sql });
  for await (const [, expected] of views) return expected;
  throw new Error('nothing is expected');
}

const entry = (
  aggregation: AggregationName,
  column: string | null = 'x',
  params: Record<string, Json> = {},
) => ({ name: aggregation, aggregation, column, params, filter: null });

const row = (group_key: string, window_start: number, rows: number, values: GotRow): GotRow => ({
  group_key,
  window_start,
  window_end: window_start + 10,
  rows,
  complete: true,
  ...values,
});

const tumbling = { window: { sizeMs: 10, hopMs: 10, timezone: null } };
const keyed = { ...tumbling, keys: [{ column: 'k', name: 'k' }] };

test('windows, keys with their types, nulls, missing keys and invalid rows', async () => {
  const expected = await oracle(
    [
      '{"t":0,"k":"a","x":1}',
      '{"t":9.9,"k":"a","x":null}',
      '{"t":10,"k":"a"}',
      '{"t":-1,"k":1,"x":4}',
      '{"t":-2,"k":1.0,"x":5}',
      '{"t":-3,"k":"1","x":6}',
      '{"t":3}',
      '{"t":3,"k":null,"x":7}',
      '{"t":4,"k":{"a":1},"x":7}',
      '{"t":4,"k":"a","x":"7"}',
      '{"t":4,"k":"é\\n\\"","x":2}',
      '{"t":4,"k":9007199254740993,"x":2}',
      '{"t":"4","k":"a","x":2}',
    ],
    { ...keyed, aggregations: [entry('count', null), entry('sum')] },
  );
  const good = [
    row('["a"]', 0, 2, { count: 2, sum: 1 }),
    row('["a"]', 10, 1, { count: 1, sum: null }),
    row('[1]', -10, 2, { count: 2, sum: 9 }),
    row('["1"]', -10, 1, { count: 1, sum: 6 }),
    row('[null]', 0, 2, { count: 2, sum: 7 }),
    row('["é\\n\\""]', 0, 1, { count: 1, sum: 2 }),
    row('[9007199254740993]', 0, 1, { count: 1, sum: 2 }),
  ];
  assert.deepEqual(differences(expected, good), []);
  assert.deepEqual([expected.folded, expected.filtered, expected.invalid], [10, 0, 3]);
  const f = (rows: GotRow[], message: RegExp) =>
    assert.match(differences(expected, rows).join('\n'), message);
  f(good.slice(1), /0 \["a"\] is missing/);
  f([...good, row('["b"]', 0, 1, {})], /\["b"\] is not expected/);
  f([...good, good[0]!], /twice/);
  f(good.with(0, { ...good[0], sum: 2 }), /sum: 2 is not/);
  f(good.with(0, { ...good[0], rows: 3 }), /rows: 3 is not 2/);
  f(good.with(0, { ...good[0], complete: false }), /not complete/);
});

test('hopping windows, filter, derived columns, filters of entries', async () => {
  const expected = await oracle(
    ['{"t":0,"x":1}', '{"t":7,"x":-2}', '{"t":12,"x":0.5,"s":"b"}', '{"t":13}'],
    {
      keys: [],
      window: { sizeMs: 10, hopMs: 5, timezone: null },
      derive: [{ name: 'double', expression: 'x * 2' }],
      filter: 'has(x)',
      aggregations: [
        entry('sum', 'double'),
        { ...entry('count', null), filter: 's == "b"' },
        entry('count_if', null, { condition: 'x > 0' }),
      ],
    },
    { 'x * 2': 'x * 2', 'has(x)': 'x IS NOT NULL', 's == "b"': "s = 'b'", 'x > 0': 'x > 0' },
  );
  const good = [
    row('[]', -5, 1, { sum: 2, count: 0, count_if: 1 }),
    row('[]', 0, 2, { sum: -2, count: 0, count_if: 1 }),
    row('[]', 5, 2, { sum: -3, count: 1, count_if: 1 }),
    row('[]', 10, 1, { sum: 1, count: 1, count_if: 1 }),
  ];
  assert.deepEqual(differences(expected, good), []);
  assert.deepEqual([expected.folded, expected.filtered, expected.invalid], [3, 1, 0]);
});

test('every aggregation', async () => {
  const numbers = ['{"t":1,"x":3,"y":1}', '{"t":1,"x":1,"y":2}', '{"t":5,"x":3,"y":0}', '{"t":2}'];
  const mixed = ['{"t":1,"x":"b","y":1}', '{"t":1,"x":2,"y":1}', '{"t":1,"x":"a","y":1}'];
  const f = async (
    lines: readonly string[],
    name: AggregationName,
    expected: Json,
    params: Record<string, Json> = {},
  ) => {
    const column = name === 'count' || name === 'count_if' ? null : 'x';
    const view = { ...tumbling, keys: [], aggregations: [entry(name, column, params)] };
    const found = await oracle(lines, view, { 'x > 1': 'x > 1' });
    const good = row('[]', 0, lines.length, { [name]: expected });
    assert.deepEqual(differences(found, [good]), [], name);
    const bad = row('[]', 0, lines.length, { [name]: expected === 0.5 ? 0.4 : 0.5 });
    assert.equal(differences(found, [bad]).length, 1, name);
  };
  const results: Readonly<Record<string, [Json, Record<string, Json>?]>> = {
    count: [4],
    count_values: [3],
    count_if: [2, { condition: 'x > 1' }],
    sum: [7],
    sum_sq: [19],
    avg: [7 / 3],
    avg_weighted: [5 / 3, { weight: 'y' }],
    min: [1],
    max: [3],
    range: [2],
    first: [1],
    last: [3],
    arg_min: [3, { by: 'y' }],
    arg_max: [1, { by: 'y' }],
    var_pop: [8 / 9],
    var_samp: [4 / 3],
    stddev_pop: [Math.sqrt(8) / 3],
    stddev_samp: [Math.sqrt(4 / 3)],
    percentile: [1, { p: 33 }],
    median: [3],
    histogram: [[1, 0, 2], { bounds: [1, 2.5] }],
    count_distinct: [2],
    count_distinct_exact: [2],
    top_k: [
      [
        { value: 3, count: 2 },
        { value: 1, count: 1 },
      ],
    ],
  };
  assert.deepEqual(Object.keys(results).sort(), Object.keys(rules).sort());
  for (const name of Object.keys(aggregations).filter(
    (known) => known in rules,
  ) as AggregationName[])
    await f(numbers, name, ...results[name]!);
  await f(mixed, 'first', 2);
  await f(mixed, 'last', 'b');
  await f(mixed, 'arg_max', 2, { by: 'y' });
  await f(mixed, 'top_k', [{ value: 2, count: 1 }], { k: 1 });
  await f(['{"t":0,"x":0.1}', '{"t":0,"x":0.2}', '{"t":0,"x":0.3}'], 'sum', 0.6);
  await f(['{"t":0,"x":1e16}', '{"t":0,"x":1}', '{"t":0,"x":-1e16}'], 'sum', 1);
  await f(['{"t":0,"x":1e308}', '{"t":0,"x":1e308}'], 'sum', null);
});
