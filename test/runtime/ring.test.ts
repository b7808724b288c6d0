import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CONSUMERS_MAX, RING_BYTES, Ring } from '../../runtime/ring.ts';
import { checkSlot, createSlots, fillSlot, slotAt } from './fixtures/ring-slots.ts';

const LAST = 0x7fff_ffff;

/** A ring whose first sequence is `first`; HEAD is its first word. */
function createRing(slots: number, first = 0): Ring {
  const memory = new SharedArrayBuffer(RING_BYTES);
  new Int32Array(memory)[0] = first;
  return new Ring(memory, 0, slots);
}

function publish(ring: Ring, count: number): void {
  for (let i = 0; i < count; i++) {
    const sequence = ring.tryClaim();
    assert.notEqual(sequence, -1);
    ring.publish(sequence);
  }
}

test('fits into what a lane reserves for it', () => {
  assert.ok(RING_BYTES <= 64 * 1024);
});

test('zeroed memory is an empty ring, wherever it lies', () => {
  const ring = new Ring(new SharedArrayBuffer(RING_BYTES + 4096), 4096, 4);
  const { consumer, next } = ring.attach();
  assert.deepEqual([ring.head, next, ring.available(consumer)], [0, 0, 0]);
  assert.equal(ring.finished(consumer), false);
});

test('slots must be a power of two', () => {
  for (const slots of [0, 3, -4, 1.5]) assert.throws(() => createRing(slots), /power of two/);
});

test('the slowest consumer gates the producer', () => {
  const ring = createRing(4);
  const fast = ring.attach().consumer;
  const slow = ring.attach().consumer;
  publish(ring, 4);
  assert.equal(ring.tryClaim(), -1);
  ring.advance(fast, 3);
  assert.equal(ring.tryClaim(), -1);
  assert.deepEqual(ring.slowest(), { consumer: slow, next: 0, behind: 4 });
  ring.advance(slow, 1);
  publish(ring, 2);
  assert.equal(ring.tryClaim(), -1);
  assert.equal(ring.minimum(), 2);
});

test('a claim is the same until it is published, for a successor as well', () => {
  const memory = new SharedArrayBuffer(RING_BYTES);
  const first = new Ring(memory, 0, 4);
  const successor = new Ring(memory, 0, 4);
  assert.deepEqual([first.tryClaim(), first.tryClaim(), successor.tryClaim()], [0, 0, 0]);
  successor.publish(0);
  assert.equal(first.tryClaim(), 1);
});

test('a retired consumer gates no more, and its place is taken again at the head', () => {
  const ring = createRing(2);
  const dead = ring.attach().consumer;
  publish(ring, 2);
  assert.equal(ring.waitForSpace(1), false);
  ring.retire(dead);
  publish(ring, 5);
  assert.deepEqual(ring.attach(), { consumer: dead, next: 7 });
  assert.equal(ring.available(dead), 0);
});

test('without consumers it never fills', () => {
  const ring = createRing(2);
  publish(ring, 10);
  assert.equal(ring.slowest(), undefined);
  assert.equal(ring.minimum(), 10);
});

test('sequences wrap from 2^31 - 1 to 0, at every distance from there', () => {
  for (let before = 0; before <= 9; before++) {
    const ring = createRing(4, LAST - before);
    const { consumer } = ring.attach();
    for (let round = 0; round < 6; round++) {
      publish(ring, 4);
      assert.equal(ring.tryClaim(), -1);
      assert.equal(ring.available(consumer), 4);
      const last = (ring.next(consumer) + 2) & LAST;
      ring.advance(consumer, last);
      assert.equal(ring.slowest()?.behind, 1);
      publish(ring, 1);
      ring.advance(consumer, (last + 2) & LAST);
      assert.equal(ring.available(consumer), 0);
    }
    assert.equal(ring.head, (LAST - before + 30) & LAST);
  }
});

test('what a consumer has not been given it cannot free', () => {
  const ring = createRing(4);
  const { consumer } = ring.attach();
  publish(ring, 2);
  for (const sequence of [2, LAST, -1]) {
    assert.throws(() => ring.advance(consumer, sequence), /was available/);
  }
  ring.advance(consumer, 1);
  assert.throws(() => ring.advance(consumer, 1), /was available/);
  assert.throws(() => ring.publish(3), /the claimed sequence/);
});

test('the end comes after the last sequence', () => {
  const ring = createRing(4);
  const { consumer } = ring.attach();
  publish(ring, 1);
  ring.end();
  assert.deepEqual([ring.finished(consumer), ring.waitForData(consumer, 0)], [false, true]);
  ring.advance(consumer, 0);
  assert.deepEqual([ring.finished(consumer), ring.waitForData(consumer, 0)], [true, true]);
  assert.throws(() => ring.publish(1), /not ended/);
});

test('waiting ends at the timeout', async () => {
  const ring = createRing(2);
  const { consumer } = ring.attach();
  assert.equal(ring.waitForData(consumer, 2), false);
  publish(ring, 2);
  assert.equal(ring.waitForSpace(2), false);
  assert.equal(await ring.waitForSpaceAsync(2), false);
});

test('waiting without blocking ends when a slot is freed', async () => {
  const ring = createRing(2);
  const { consumer } = ring.attach();
  publish(ring, 2);
  const space = ring.waitForSpaceAsync(60_000);
  ring.advance(consumer, 0);
  assert.equal(await space, true);
});

test('it takes so many consumers and no more', () => {
  const ring = createRing(2);
  for (let i = 0; i < CONSUMERS_MAX; i++) assert.equal(ring.attach().consumer, i);
  assert.throws(() => ring.attach(), /at most/);
  ring.retire(17);
  assert.equal(ring.attach().consumer, 17);
});

test('any history agrees with a model, and what is unread is never overwritten', () => {
  const step = fc.record({
    act: fc.constantFrom('publish', 'publish', 'publish', 'attach', 'advance', 'advance', 'retire'),
    pick: fc.nat(1000),
  });
  const history = fc.array(step, { maxLength: 200 });
  const first = fc.oneof(fc.constant(0), fc.integer({ min: LAST - 60, max: LAST }));
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 8), first, history, (slots, from, steps) => {
      const ring = createRing(slots, from);
      const content = createSlots(slots);
      const cursors = new Map<number, number>(); // the model: cursors that count from 0 and never wrap
      let head = 0;
      for (const { act, pick } of steps) {
        const [consumer, cursor] = [...cursors][pick % Math.max(1, cursors.size)] ?? [-1, 0];
        const wrapped = (count: number) => (from + count) & LAST;
        if (act === 'publish') {
          const full = [...cursors.values()].some((held) => head - held >= slots);
          assert.equal(ring.tryClaim(), full ? -1 : wrapped(head));
          if (full) continue;
          fillSlot(slotAt(content, wrapped(head)), wrapped(head));
          ring.publish(wrapped(head++));
        } else if (act === 'attach') {
          const attached = ring.attach();
          assert.equal(attached.next, wrapped(head));
          cursors.set(attached.consumer, head);
        } else if (act === 'advance' && head > cursor && consumer >= 0) {
          const to = cursor + (pick % (head - cursor));
          ring.advance(consumer, wrapped(to));
          cursors.set(consumer, to + 1);
        } else if (act === 'retire' && consumer >= 0) {
          ring.retire(consumer);
          cursors.delete(consumer);
        }
        const smallest = Math.min(head, ...cursors.values());
        assert.equal(ring.minimum(), wrapped(smallest));
        for (const [reader, held] of cursors) {
          assert.deepEqual(
            [ring.next(reader), ring.available(reader)],
            [wrapped(held), head - held],
          );
          for (let at = held; at < head; at++) checkSlot(slotAt(content, wrapped(at)), wrapped(at));
        }
      }
    }),
  );
});
