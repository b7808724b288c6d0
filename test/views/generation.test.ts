import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileView } from '../../views/compile.ts';
import { generationRecord, startsGeneration } from '../../views/generation.ts';
import type { StreamSpec, ViewSpec } from '../../views/spec.ts';
import { streamSpec, viewSpec } from './specs.ts';

const percentile = (p: number, filter: string | null = null) => ({
  name: 'p',
  aggregation: 'percentile',
  column: 'rssi',
  params: { p },
  filter,
});
const base: Partial<ViewSpec> = {
  derive: [{ name: 'loud', expression: 'rssi > -50' }],
  filter: 'building == 1',
  aggregations: [...viewSpec().aggregations, percentile(95)],
};

const record = (view: Partial<ViewSpec>, stream: Partial<StreamSpec> = {}) =>
  generationRecord(compileView(viewSpec({ ...base, ...view }), streamSpec(stream)));

function f(isNew: boolean, view: Partial<ViewSpec>, stream: Partial<StreamSpec> = {}) {
  const changed = startsGeneration(record({}), record(view, stream));
  assert.equal(changed, isNew, JSON.stringify([view, stream]));
}

const { watermark } = streamSpec();

test('what starts a new generation', () => {
  f(true, { keys: [{ column: 'ap', name: 'renamed' }] });
  f(true, { keys: [] });
  f(true, { window: { sizeMs: 60_000, hopMs: 60_000, timezone: null } });
  f(true, { window: { sizeMs: 600_000, hopMs: 60_000, timezone: null } });
  f(true, { filter: 'building == 2' });
  f(true, { filter: null });
  f(true, { derive: [{ name: 'loud', expression: 'rssi > -60' }] });
  f(true, { allowedLatenessMs: 1 });
  f(true, { aggregations: [...viewSpec().aggregations, percentile(50)] });
  f(true, { aggregations: [...viewSpec().aggregations, percentile(95, 'rssi < 0')] });
  f(true, {}, { source: { type: 'file', options: { path: 'other' } } });
  f(true, {}, { start: 'latest' });
  f(true, {}, { eventTime: { path: 'ts', unit: 'ms' } });
  f(true, {}, { eventTime: { path: 'timestamp', unit: 's' } });
  f(true, {}, { watermark: { ...watermark, delayMs: 1 } });
  f(true, {}, { watermark: { ...watermark, maxAheadMs: 1 } });
});

test('what keeps the state', () => {
  f(false, {});
  f(false, { filter: '( building==1 )' });
  f(false, { aggregations: [...(base.aggregations ?? []), { ...percentile(50), name: 'p50' }] });
  f(false, { aggregations: viewSpec().aggregations.slice(1) });
  f(false, { writeIntervalMs: null, checkpointIntervalMs: 1, sinks: ['other'], lagSloMs: 5 });
  f(false, { limits: { groups: 5, memoryBytes: 5 } });
  f(false, {}, { watermark: { ...watermark, maxSkewMs: 1, idleAfterMs: 90_000 } });
  const { options } = streamSpec().source;
  f(false, {}, { source: { type: 'file', options: { rate: '60x', ...options } } });
});
