import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBells, Doorbell } from '../../runtime/doorbell.ts';
import { RING_BYTES, Ring } from '../../runtime/ring.ts';
import { interleave } from './fixtures/interleave.ts';
import { checkSlot, createSlots, fillSlot, slotAt } from './fixtures/ring-slots.ts';

/** Words of the ring's memory: its doorbells. */
const SPACE = 48;
const DATA = 64;
const SLOTS = 4;

function createStage(attached: number) {
  const memory = new SharedArrayBuffer(RING_BYTES);
  const content = createSlots(SLOTS);
  const ring = () => new Ring(memory, 0, SLOTS);
  const producer = ring();
  const supervisor = ring();
  const consumers = Array.from({ length: attached }, () => supervisor.attach().consumer);
  const space = new Doorbell(new Int32Array(memory), SPACE);
  const data = new Doorbell(new Int32Array(memory), DATA);
  space.wait(0); // what attach rang
  /** At most `count`. */
  const produce = (count: number) => {
    for (let i = 0; i < count; i++) {
      const sequence = producer.tryClaim();
      if (sequence < 0) return;
      fillSlot(slotAt(content, sequence), sequence);
      producer.publish(sequence);
    }
  };
  const verifyUnread = (consumer: number) => {
    for (let at = supervisor.next(consumer); at < supervisor.head; at++) {
      checkSlot(slotAt(content, at), at);
    }
  };
  return { memory, content, producer, supervisor, consumers, space, data, produce, verifyUnread };
}

function attachAgainstProducer(before: number, during: number, others: number): void {
  const moments = interleave(() => {
    const { producer, supervisor, produce, verifyUnread, space, consumers } = createStage(others);
    produce(before);
    let consumer = -1;
    let next = -1;
    let asleep = false;
    return {
      run: () => {
        ({ consumer, next } = supervisor.attach());
      },
      interfere: () => {
        produce(during);
        space.wait(0);
        asleep = producer.tryClaim() < 0;
      },
      verify: () => {
        assert.equal(supervisor.next(consumer), next);
        assert.ok(supervisor.available(consumer) >= 0);
        verifyUnread(consumer);
        if (asleep && producer.tryClaim() >= 0) assert.ok(space.wait(0), 'the producer sleeps on');
        produce(3 * SLOTS);
        for (const each of [consumer, ...consumers]) verifyUnread(each);
        assert.equal(producer.tryClaim(), -1);
      },
    };
  });
  assert.ok(moments > 5);
}

test('attach against a producer that publishes as much as it can at any moment', () => {
  for (const before of [0, 1, SLOTS - 1, 3 * SLOTS + 1]) {
    for (const during of [1, 2, SLOTS, 3 * SLOTS]) attachAgainstProducer(before, during, 0);
    attachAgainstProducer(Math.min(before, SLOTS), SLOTS, 2);
  }
});

test('a claim against consumers that advance, attach and retire at any moment', () => {
  for (const act of ['advance first', 'advance last', 'attach', 'retire', 'replace'] as const) {
    interleave(() => {
      const stage = createStage(3);
      const { producer, supervisor, consumers, produce, content } = stage;
      produce(SLOTS);
      const [first, middle, last] = [consumers[0] ?? -1, consumers[1] ?? -1, consumers[2] ?? -1];
      supervisor.advance(middle, 1);
      supervisor.advance(last, 2);
      supervisor.advance(first, 0);
      let claimed = -1;
      stage.space.wait(0);
      const alive = new Set(consumers);
      return {
        run: () => {
          produce(1);
          claimed = producer.tryClaim();
        },
        interfere: () => {
          if (act === 'advance first') supervisor.advance(first, supervisor.head - 1);
          if (act === 'advance last') supervisor.advance(last, supervisor.head - 1);
          if (act !== 'attach' && act !== 'advance first' && act !== 'advance last') {
            supervisor.retire(first);
            alive.delete(first);
          }
          if (act === 'attach' || act === 'replace') alive.add(supervisor.attach().consumer);
        },
        verify: () => {
          if (claimed >= 0) fillSlot(slotAt(content, claimed), claimed);
          for (const consumer of alive) stage.verifyUnread(consumer);
          const could = producer.tryClaim() >= 0;
          if (claimed < 0 && could) assert.ok(stage.space.wait(0), 'the producer sleeps on');
          produce(3 * SLOTS);
          for (const consumer of alive) stage.verifyUnread(consumer);
        },
      };
    });
  }
});

test('a consumer is not finished while the last publication and the end come in between', () => {
  interleave(() => {
    const { producer, supervisor, consumers, produce } = createStage(1);
    const consumer = consumers[0] ?? -1;
    let finished = true;
    return {
      run: () => {
        finished = supervisor.finished(consumer);
      },
      interfere: () => {
        produce(1);
        producer.end();
      },
      verify: () => assert.equal(finished, false),
    };
  });
});

test('a publication between attaching and looking is seen or rung', () => {
  interleave(() => {
    const bells = createBells(2);
    const memory = new SharedArrayBuffer(RING_BYTES);
    const producer = new Ring(memory, 0, SLOTS, bells);
    const supervisor = new Ring(memory, 0, SLOTS, bells);
    supervisor.attach(0);
    let attached = { consumer: -1, next: -1 };
    const bell = new Doorbell(bells, 16);
    return {
      run: () => {
        attached = supervisor.attach(1);
      },
      interfere: () => producer.publish(producer.tryClaim()),
      verify: () => {
        const available = supervisor.available(attached.consumer) > 0;
        if (available) assert.ok(bell.wait(0));
        assert.equal(attached.next, available ? 0 : 1);
      },
    };
  });
});

test('publication and end ring every thread that consumes, and no other', () => {
  const bells = createBells(4);
  const ring = new Ring(new SharedArrayBuffer(RING_BYTES), 0, SLOTS, bells);
  for (const bell of [0, 0, 2, 0]) ring.attach(bell);
  const doorbells = [0, 1, 2, 3].map((bell) => new Doorbell(bells, bell * 16));
  const rung = () => doorbells.map((bell) => bell.wait(0));
  ring.publish(ring.tryClaim());
  assert.deepEqual(rung(), [true, false, true, false]);
  ring.end();
  assert.deepEqual(rung(), [true, false, true, false]);
  ring.retire(2);
  assert.deepEqual(rung(), [false, false, false, false]);
});

test('the end wakes a consumer that sleeps on the ring', () => {
  const { producer, data } = createStage(1);
  assert.equal(data.wait(0), false);
  producer.end();
  assert.equal(data.wait(0), true);
});
