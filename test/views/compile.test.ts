import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileStream, compileView } from '../../views/compile.ts';
import type { StreamSpec, ViewSpec } from '../../views/spec.ts';
import { streamSpec, viewSpec } from './specs.ts';

test('a view reads each column once per kind', () => {
  const plan = compileView(viewSpec(), streamSpec());
  assert.deepEqual(plan.columns, [
    { path: 'ap', kind: 'dict32' },
    { path: 'rssi', kind: 'f64' },
  ]);
  assert.deepEqual(plan.keys, [{ name: 'ap', source: { from: 'column', index: 0 } }]);
  assert.deepEqual(plan.aggregations[1]?.inputs, { x: { from: 'column', index: 1 } });
  assert.deepEqual(plan.schema, {
    view: 'ap_signal',
    keys: ['ap'],
    values: [
      { name: 'n', type: 'integer' },
      { name: 'avg_rssi', type: 'number' },
    ],
  });
});

test('a stream decodes the union of what its views read', () => {
  const stream = streamSpec();
  const one = compileView(viewSpec(), stream);
  const two = compileView(viewSpec({ keys: [{ column: 'floor', name: 'floor' }] }), stream);
  assert.deepEqual(compileStream(stream, [one, two]).columns, [
    { path: 'ap', kind: 'dict32' },
    { path: 'rssi', kind: 'f64' },
    { path: 'floor', kind: 'dict32' },
  ]);
});

/** Columns read, as `path kind`. */
function f(changes: Partial<ViewSpec>, expected: string[], columns: StreamSpec['columns'] = {}) {
  const view = viewSpec({ keys: [], aggregations: [], ...changes });
  const plan = compileView(view, streamSpec({ columns }));
  assert.deepEqual(
    plan.columns.map(({ path, kind }) => `${path} ${kind}`),
    expected,
  );
  return plan;
}

const entry = (aggregation: string, column: string | null, params = {}) => ({
  name: aggregation,
  aggregation,
  column,
  params,
  filter: null,
});

test('the kind of a column follows its use and its declared type', () => {
  f({ aggregations: [entry('last', 'x')] }, ['x value']);
  f({ aggregations: [entry('last', 'x')] }, ['x f64'], { x: 'number' });
  f({ aggregations: [entry('last', 'x')] }, ['x dict32'], { x: 'text' });
  f({ aggregations: [entry('count_distinct', 'x')] }, ['x hash64'], { x: 'text' });
  f({ aggregations: [entry('sum', 'x'), entry('count_distinct', 'x')] }, ['x f64', 'x hash64']);
  f({ aggregations: [entry('arg_max', 'x', { by: 'y' })] }, ['x value', 'y f64'], { y: 'number' });
  f({ filter: 'x == y' }, ['x value', 'y value']);
  f({ filter: 'x == "a" && x.size() > 1' }, ['x dict32']);
  f({ filter: 'has(x) && $offset > 5' }, ['x f64', '$offset f64']);
  f({ filter: 'x == "a" && has(x)' }, ['x dict32']);
});

test('aggregations take derived columns, conditions and event time', () => {
  const plan = f(
    {
      derive: [
        { name: 'half', expression: 'x / 2' },
        { name: 'double', expression: 'half * 4' },
      ],
      keys: [{ column: 'double', name: 'd' }],
      aggregations: [
        entry('sum', 'double'),
        entry('count_if', null, { condition: 'half > 1' }),
        entry('last', 'half'),
      ],
    },
    ['x f64'],
  );
  assert.deepEqual(plan.keys, [{ name: 'd', source: { from: 'derived', index: 1 } }]);
  assert.deepEqual(plan.aggregations[0]?.inputs, { x: { from: 'derived', index: 1 } });
  const condition = Object.values(plan.aggregations[1]?.inputs ?? {})[0];
  assert.equal(condition?.from, 'condition');
  assert.deepEqual(plan.aggregations[2]?.inputs.x, { from: 'derived', index: 0 });
});

test('equal meanings have equal signatures, other meanings others', () => {
  const plan = (
    changes: object,
    columns: StreamSpec['columns'] = {},
    derive: ViewSpec['derive'] = [],
  ) => {
    const spec = { ...entry('percentile', 'x', { p: 5 }), ...changes };
    const view = viewSpec({ keys: [], derive, aggregations: [spec] });
    return compileView(view, streamSpec({ columns })).aggregations[0]!;
  };
  const base = plan({});
  const h = (same: 'all' | 'state' | 'nothing', { signature, meaning }: typeof base, to = base) => {
    assert.equal(meaning === to.meaning, same === 'all');
    assert.equal(signature === to.signature, same !== 'nothing');
  };
  h('all', plan({ name: 'renamed' }));
  h('state', plan({ params: { p: 6 } }));
  h('nothing', plan({ column: 'y' }));
  h('nothing', plan({ filter: 'x > 1' }));
  h('nothing', plan({ aggregation: 'median', params: {} }));
  h('nothing', plan({}, {}, [{ name: 'x', expression: 'z + 1' }]));
  const top = (k: number) => plan({ aggregation: 'top_k', params: { k } });
  h('nothing', top(3), top(4));
});

test('a spec that no linter saw is refused with a code', () => {
  const g = (changes: Partial<ViewSpec>, code: string) =>
    assert.throws(() => compileView(viewSpec(changes), streamSpec()), { code });
  g({ aggregations: [entry('nope', 'x')] }, 'LA_VIEW_UNKNOWN_AGGREGATION');
  g({ aggregations: [entry('constructor', 'x')] }, 'LA_VIEW_UNKNOWN_AGGREGATION');
  g({ aggregations: [entry('sum', null)] }, 'LA_VIEW_COLUMN_MISSING');
  g({ aggregations: [entry('sum', 'ap')] }, 'LA_VIEW_INPUT_TYPE');
  g({ aggregations: [entry('percentile', 'rssi')] }, 'LA_VIEW_PARAMETER_MISSING');
  g({ filter: 'rssi +' }, 'LA_EXPRESSION_SYNTAX');
});
