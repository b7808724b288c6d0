import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UnitStatus } from '../../../actors/unit-status.ts';
import { type Failure, tellFailures } from '../../../cli/live/failures.ts';
import { ManualClock } from '../../../runtime/clock.ts';
import { errorToData } from '../../../runtime/errors.ts';
import { statusOf } from './statuses.ts';

test('each failure is told once', async () => {
  const error = errorToData(new Error('broken'));
  const away = errorToData(new Error('away'));
  const looks: Partial<UnitStatus>[] = [
    {},
    { state: 'waiting', error },
    { state: 'scheduled', error },
    { state: 'running', error, starts: 2 },
    { state: 'running', error, starts: 2 },
    { state: 'waiting', error, starts: 2 },
    { state: 'running', error, starts: 3 },
    { state: 'disabled', error, starts: 3 },
    { trouble: away },
    { trouble: away },
    { trouble: null },
    { trouble: away },
  ];
  const clock = new ManualClock();
  const ending = new AbortController();
  const told: string[] = [];
  let look = 0;
  const engine = { status: () => [statusOf({ view: 'v', ...looks[look] })] };
  const tell = ({ view, error, waits }: Failure) =>
    told.push(`${look} ${view} ${error.message}${waits ? ' waits' : ''}`);
  const telling = tellFailures(engine, clock, { tell, signal: ending.signal });
  for (look = 1; look < looks.length; look++) {
    clock.advance(250);
    await new Promise(setImmediate);
  }
  ending.abort();
  await telling;
  assert.deepEqual(told, ['1 v broken', '5 v broken', '8 v away waits', '11 v away waits']);
});
