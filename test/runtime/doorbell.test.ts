import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { BELL_STRIDE, createBells, Doorbell, ringBell } from '../../runtime/doorbell.ts';
import { interleave } from './fixtures/interleave.ts';

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

test('woken for nothing, it goes back to sleep', async () => {
  const bells = createBells(2);
  const rung = new Doorbell(bells, 0).waitAsync(60_000);
  const after = Atomics.waitAsync(bells, BELL_STRIDE, 0, 60_000);
  Atomics.notify(bells, 0);
  Atomics.notify(bells, BELL_STRIDE);
  assert.equal(await after.value, 'ok'); // so the wake-up before has arrived too
  new Doorbell(bells, 0).ring();
  assert.equal(await rung, true);
});

test('whoever goes to sleep at any moment of a ring is woken by it', () => {
  const moments = interleave(() => {
    const bells = createBells(1);
    const sleeping = 1;
    let sleeps = false;
    return {
      run: () => ringBell(bells, 0),
      interfere: () => {
        bells[sleeping] = 1;
        sleeps = bells[0] === 0; // else Atomics.wait returns at once
      },
      verify: () => assert.equal(sleeps && bells[sleeping] === 1, false, 'nobody was notified'),
    };
  });
  assert.equal(moments, 2);
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
