import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileStream, compileView } from '../../views/compile.ts';
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
