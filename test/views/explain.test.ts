import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileView } from '../../views/compile.ts';
import { explainPlan } from '../../views/explain.ts';
import { streamSpec, viewSpec } from './specs.ts';

test('an explanation names columns, windows, state and rules', () => {
  const view = viewSpec({
    keys: [
      { column: 'ap', name: 'ap' },
      { column: 'level', name: 'signal' },
    ],
    window: { sizeMs: 600_000, hopMs: 300_000, timezone: null },
    derive: [{ name: 'level', expression: 'rssi > -50 ? "loud" : "soft"' }],
    filter: 'building == 1',
    writeIntervalMs: null,
  });
  const explained = explainPlan(compileView(view, streamSpec()));
  assert.deepEqual(
    explained.columns.map(({ path, kind }) => `${path} ${kind}`),
    ['ap dict32', 'rssi f64', 'building f64'],
  );
  assert.deepEqual(explained.group_by, ['ap', 'signal (from level)']);
  assert.deepEqual(explained.derived, [{ name: 'level', type: 'text' }]);
  assert.deepEqual(explained.aggregations[1]?.inputs, { x: 'rssi' });
  assert.equal(explained.filtered, true);
  assert.equal(explained.window.rule, 'Windows of 10m, one every 5m; each row belongs to 2.');
  assert.equal(
    explained.window.example,
    'A row at 2026-01-15T12:34:56Z belongs to [2026-01-15T12:25:00Z, 2026-01-15T12:35:00Z), [2026-01-15T12:30:00Z, 2026-01-15T12:40:00Z).',
  );
  assert.equal(explained.window.open_at_once, 3);
  const { cells_per_group: cells, bytes_per_group: bytes } = explained.state;
  assert.ok(cells > 0 && bytes === 32 + 2 * 16 + 8 * cells);
  assert.match(explained.writes, /when their window completes/);
  assert.match(explained.lateness.join(' '), /minus 10s.*counts for 1m.*silent for 1m/);
});

test('a calendar window is explained with its zone', () => {
  const window = { sizeMs: 86_400_000, hopMs: 86_400_000, timezone: 'Europe/Berlin' };
  const explained = explainPlan(compileView(viewSpec({ window }), streamSpec()));
  assert.match(explained.window.rule, /1d of the calendar of Europe\/Berlin/);
  assert.match(explained.window.example, /\[2026-01-14T23:00:00Z, 2026-01-15T23:00:00Z\)/);
});
