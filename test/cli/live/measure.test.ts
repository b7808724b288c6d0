import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnitStatus } from '../../../actors/unit-status.ts';
import { measure, type Reading } from '../../../cli/live/measure.ts';
import { errorToData } from '../../../runtime/errors.ts';
import { statusOf } from './statuses.ts';

const reading = (seconds: number, units: UnitStatus[], cpuMs = 0): Reading => ({
  monoMs: seconds * 1000,
  nowMs: 1e12 + seconds * 1000,
  units,
  cpuMs,
  rssBytes: 7,
});

test('rates are taken between two readings, without what earlier runs had read', () => {
  const a = { view: 'a', read_before: 100 };
  const before = [statusOf({ ...a, read: 150 }), statusOf({ view: 'b', read: 40 })];
  const now = [
    statusOf({ ...a, read: 190, time_max: 5000 }),
    statusOf({ view: 'b', read: 90, time_max: 3000, lag_rows: 20 }),
  ];
  const { streams, units, cores, rssBytes } = measure(
    reading(0, before, 100),
    reading(4, now, 1100),
  );
  assert.deepEqual(streams, [{ stream: 's', rows: 90, rowsPerSecond: 10, eventTimeMs: 5000 }]);
  assert.deepEqual(
    units.map(({ name, rowsPerSecond, lagRows, lagMs }) => [name, rowsPerSecond, lagRows, lagMs]),
    [
      ['a', 10, 0, 0],
      ['b', 12.5, 20, 2000],
    ],
  );
  assert.equal(cores, 0.25);
  assert.equal(rssBytes, 7);
});

test('what was restored between two readings was not read', () => {
  const waiting = statusOf({ view: 'a', starts: 0, state: 'scheduled' });
  const now = statusOf({ view: 'a', read: 1010, read_before: 1000 });
  const { units, streams } = measure(reading(0, [waiting]), reading(1, [now]));
  assert.equal(units[0]?.rowsPerSecond, 10);
  assert.equal(streams[0]?.rowsPerSecond, 10);
});

test('a unit that does not run has no lag, and says why', () => {
  const error = errorToData(new Error('broken'));
  const f = (given: Partial<UnitStatus>, lagRows: number | null, trouble: string | null) => {
    const unit = statusOf({ view: 'a', lag_rows: 9, ...given });
    const [measured] = measure(reading(0, [unit]), reading(1, [unit])).units;
    assert.deepEqual([measured?.lagRows, measured?.trouble], [lagRows, trouble]);
  };
  f({}, 9, null);
  f({ error }, 9, null);
  f({ state: 'waiting', error }, null, 'LA_UNEXPECTED: broken');
  f({ state: 'scheduled', starts: 0 }, null, null);
  f({ state: 'disabled', error }, 9, 'LA_UNEXPECTED: broken');
  f({ trouble: error }, 9, 'LA_UNEXPECTED: broken');
});

test('generations of one view go by the names of their units', () => {
  const units = [statusOf({ view: 'a' }), statusOf({ view: 'b' })];
  const old = statusOf({ view: 'a', unit: 'a@7', generation: 7 });
  const names = measure(reading(0, []), reading(1, [...units, old])).units.map(({ name }) => name);
  assert.deepEqual(names, ['a@8', 'b', 'a@7']);
});
