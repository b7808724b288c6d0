import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { BELL_STRIDE, createBells, Doorbell } from '../../runtime/doorbell.ts';

test('a ring before the wait counts, once', () => {
  const bell = new Doorbell(createBells(2), BELL_STRIDE);
  assert.equal(bell.wait(0), false);
  bell.ring();
  bell.ring();
  assert.deepEqual([bell.wait(0), bell.wait(0)], [true, false]);
});

test('bells beside each other are not each other', () => {
  const bells = createBells(2);
  new Doorbell(bells, 0).ring();
  assert.equal(new Doorbell(bells, BELL_STRIDE).wait(0), false);
});

test('waits without blocking', async () => {
  const bells = createBells(1);
  const bell = new Doorbell(bells, 0);
  assert.equal(await bell.waitAsync(1), false);
  const rung = bell.waitAsync(60_000);
  new Doorbell(bells, 0).ring();
  assert.equal(await rung, true);
  bell.ring();
  assert.equal(await bell.waitAsync(60_000), true);
});

async function pingPong(rounds: number, wait: (bell: Doorbell) => Promise<boolean> | boolean) {
  const bells = createBells(2);
  const url = new URL('./fixtures/bell-thread.ts', import.meta.url);
  const thread = new Worker(url, { workerData: { bells, rounds } });
  const exit = once(thread, 'exit');
  const other = new Doorbell(bells, 0);
  const mine = new Doorbell(bells, BELL_STRIDE);
  for (let round = 0; round < rounds; round++) {
    other.ring();
    assert.equal(await wait(mine), true, `lost wake-up in round ${round}`);
  }
  assert.deepEqual(await exit, [0]);
}

test('no wake-up is lost between two threads', () => pingPong(20_000, (bell) => bell.wait(10_000)));

test('no wake-up is lost by an event loop', () =>
  pingPong(3_000, (bell) => bell.waitAsync(10_000)));
