import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemorySource } from '../../connectors/memory/source.ts';
import { createPacer, PacedReader } from '../../connectors/rate.ts';
import { ManualClock } from '../../runtime/clock.ts';
import { sourceContext } from './contract/source-context.ts';
import { recordsOf } from './contract/source-suite.ts';

const live = new AbortController().signal;

/** What is read, as offsets, at each of the times (ms since the start). */
async function paced(rate: string, times: readonly number[], texts: readonly (string | null)[]) {
  const clock = new ManualClock(1e9);
  const context = sourceContext('/', clock);
  const source = new MemorySource(context).addPartition('a', { bounded: true }).append('a', texts);
  const pacer = createPacer(rate, clock, context.eventTime);
  assert.ok(pacer !== null);
  const reader = new PacedReader(await source.open('a', 0), pacer);
  const read: number[][] = [];
  let next = 0;
  for (const time of times) {
    clock.advance(1e9 + time - clock.mono());
    const offsets: number[] = [];
    for (;;) {
      const batch = await reader.read(4, live);
      if (batch === 'end') return [...read, offsets, 'end'];
      if (batch === 'idle') break;
      assert.equal(batch.firstOffset, next, 'batches follow on each other');
      next = batch.nextOffset;
      offsets.push(...recordsOf(batch).map(({ offset }) => offset));
    }
    read.push(offsets);
  }
  return read;
}

const at = (...seconds: (number | string | null)[]) =>
  seconds.map((ts) => (typeof ts === 'number' ? `{"ts":${ts * 1000}}` : ts));

test('a multiple of event time lets records go when their time has come, in their order', async () => {
  const f = async (rate: string, times: number[], texts: (string | null)[], expected: unknown) =>
    assert.deepEqual(await paced(rate, times, texts), expected);
  await f('1x', [0, 999, 1000, 5000], at(100, 101, 101, 104), [[0], [], [1, 2], [3], 'end']);
  await f('1x', [0, 1000], at(null, 7, null, 8), [[1], [3], 'end']);
  await f('60x', [0, 16, 17, 60_000], at(0, 1, 2), [[0], [], [1], [2], 'end']);
  await f('0.5x', [0, 1000, 2000], at(0, 1), [[0], [], [1], 'end']);
  await f('1x', [0, 3000], at(7, 10, 8, 'no time', 10), [[0], [1, 2, 3, 4], 'end']);
  await f('1x', [0, 1000], at('no time', 7, null, 8, null), [[0, 1], [3], 'end']);
});

test('rows a second come evenly, and at most those of a second at once', async () => {
  const f = async (rate: string, times: number[], expected: unknown) =>
    assert.deepEqual(await paced(rate, times, at(0, 0, 0, null, 0, 0)), expected);
  await f('2/s', [0, 499, 500, 1000, 9000], [[], [], [0], [1], [2, 4]]);
  await f('0.5/s', [1999, 2000, 9999], [[], [0], [1]]);
  await f('500/s', [4, 1000], [[0, 1], [2, 4, 5], 'end']);
});

test('max does not hold back', () => {
  assert.equal(
    createPacer('max', new ManualClock(), () => 0),
    null,
  );
});
