import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { seededRandom } from '../../runtime/random.ts';
import { RestartWindow, viewRestarts } from '../../runtime/restart-window.ts';

const always = (value: number) => ({ next: () => value, integer: () => 0 });

function trips(failuresMs: readonly number[], expected: readonly boolean[]): void {
  const window = new RestartWindow(viewRestarts, seededRandom(1));
  assert.deepEqual(
    failuresMs.map((at) => window.record(at) === 'tripped'),
    expected,
  );
}

test('a view trips at its third failure within ten minutes', () => {
  trips([0, 1, 2], [false, false, true]);
  trips([0, 300_000, 600_000], [false, false, true]);
  trips([0, 300_000, 600_001], [false, false, false]);
  trips([0, 300_000, 600_001, 900_001, 900_002], [false, false, false, false, true]);
});

function delays(failuresMs: readonly number[], draw: number, expected: readonly number[]): void {
  const policy = { intensity: 99, periodMs: 1e9, backoffMs: 100, backoffMsMax: 500, quietMs: 1000 };
  const window = new RestartWindow(policy, always(draw));
  const actual = failuresMs.map((at) => {
    const verdict = window.record(at);
    return verdict === 'tripped' ? -1 : verdict.afterMs;
  });
  assert.deepEqual(actual, expected);
}

test('the delay doubles to its maximum, is drawn from its upper half, and starts anew when it was quiet', () => {
  delays([0, 10, 20, 30, 40], 1, [100, 200, 400, 500, 500]);
  delays([0, 10, 20, 30, 40], 0, [50, 100, 200, 250, 250]);
  delays([0, 10, 1010, 2011], 1, [100, 200, 400, 100]);
});

test('reset forgets', () => {
  const window = new RestartWindow(viewRestarts, always(1));
  for (const at of [0, 1, 2]) window.record(at);
  window.reset();
  assert.deepEqual(window.record(3), { afterMs: viewRestarts.backoffMs });
});

test('trips exactly when more failures than the intensity lie within a period', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 60 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 5 }), (between, intensity) => {
      const policy = { ...viewRestarts, intensity, periodMs: 100 };
      const window = new RestartWindow(policy, seededRandom(1));
      const failures: number[] = [];
      let atMs = 0;
      for (const gap of between) {
        atMs += gap;
        failures.push(atMs);
        const within = failures.filter((failure) => atMs - failure <= 100).length;
        assert.equal(window.record(atMs) === 'tripped', within > intensity);
      }
    }),
  );
});
