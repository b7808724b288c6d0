import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createBells } from '../../runtime/doorbell.ts';
import { RING_BYTES, Ring } from '../../runtime/ring.ts';
import { checkSlot, createSlots, type RingThreadData, slotAt } from './fixtures/ring-slots.ts';

const LAST = 0x7fff_ffff;
const url = new URL('./fixtures/ring-thread.ts', import.meta.url);

interface Course {
  readonly async: boolean;
  readonly withBells: boolean;
  readonly first: number;
  readonly consumers: number;
  readonly count: number;
}

/**
 * A producer and consumers on threads of their own; the last consumer dies half way and is retired. Meanwhile this
 * thread attaches, reads and retires as fast as it can. Every survivor must have seen every sequence, whole.
 */
async function run({ async, withBells, first, consumers, count }: Course): Promise<void> {
  const memory = new SharedArrayBuffer(RING_BYTES);
  new Int32Array(memory)[0] = first;
  const bells = withBells ? createBells(consumers) : undefined;
  const slots = createSlots(8);
  const ring = new Ring(memory, 0, slots.slots, bells);
  const sums = new Int32Array(new SharedArrayBuffer(consumers * 8));
  const base = { ...slots, memory, count, async, sums, ...(bells && { bells }) };
  const start = (data: Pick<RingThreadData, 'role' | 'bell' | 'seed' | 'consumer' | 'dieAfter'>) =>
    new Worker(url, { workerData: { ...base, ...data } satisfies RingThreadData });

  const mortal = consumers - 1;
  const threads: Worker[] = [];
  for (let bell = 0; bell < consumers; bell++) {
    const { consumer } = ring.attach(withBells ? bell : undefined);
    const dieAfter = bell === mortal ? count >> 1 : 0;
    threads.push(start({ role: 'consumer', bell, seed: 100 + bell, consumer, dieAfter }));
  }
  threads.push(start({ role: 'producer', bell: 0, seed: 7, consumer: -1, dieAfter: 0 }));
  const errors: string[] = [];
  for (const thread of threads) thread.on('error', (error: Error) => errors.push(error.message));
  threads[mortal]?.on('exit', () => ring.retire(mortal));
  const exits = Promise.all(
    threads.map((thread) => new Promise((resolve) => thread.on('exit', resolve))),
  );

  let visits = 0;
  while (!ring.ended) {
    const { consumer, next } = ring.attach();
    assert.equal(ring.next(consumer), next);
    for (let left = ring.available(consumer); left > 0; left--) {
      const sequence = ring.next(consumer);
      checkSlot(slotAt(slots, sequence), sequence);
      ring.advance(consumer, sequence);
    }
    ring.retire(consumer);
    if (++visits % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (errors.length > 1) break;
  }
  await exits;
  assert.deepEqual(errors, ['dies on the way']);
  assert.equal(ring.head, (first + count) & LAST);
  let sum = 0;
  for (let i = 0; i < count; i++) sum = (sum + ((first + i) & LAST)) | 0;
  const expected = Array.from({ length: mortal }, () => [sum, count]).flat();
  assert.deepEqual([...sums.subarray(0, 2 * mortal)], expected);
}

test('threads: blocking producer, consumers on the ring', () =>
  run({ async: false, withBells: false, first: 0, consumers: 3, count: 20_000 }));

test('threads: producer with an event loop, consumers on their own bells, across the wrap', () =>
  run({ async: true, withBells: true, first: LAST - 3_000, consumers: 2, count: 10_000 }));
