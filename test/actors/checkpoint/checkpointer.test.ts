import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckpointAlarm } from '../../../actors/checkpoint/checkpointer.ts';
import { openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { storeError } from '../../../connectors/checkpoint-errors.ts';
import { CoordinationState, MemoryCoordination } from '../../../connectors/memory/coordination.ts';
import { MemoryObjectStore } from '../../../connectors/memory/object-store.ts';
import { ManualClock } from '../../../runtime/clock.ts';
import { LaError } from '../../../runtime/errors.ts';
import { forever, optionsWith, snapshot, UNIT } from './support.ts';

const withCode = (code: string) => (error: unknown) => {
  assert.ok(error instanceof LaError, String(error));
  assert.equal(error.code, code);
  return true;
};

const away = () => storeError('LA_STORE_FAILED', { action: 'x', key: 'y', reason: 'away' });

test('a start commits a pointer of its own before anything else', async () => {
  const options = optionsWith();
  const first = await openUnit(UNIT, options, forever);
  assert.equal(first.restored, null);
  assert.equal(first.generation, 8);
  assert.equal(await options.coordination.pointer(UNIT), null);
  await first.checkpointer.commit(snapshot({ meta: 1 }), forever);
  const objects = await options.store.list('');
  const second = await openUnit(UNIT, options, forever);
  const pointer = await options.coordination.pointer(UNIT);
  assert.equal(pointer?.claim, second.claim);
  assert.equal(pointer?.sequence, 2);
  assert.equal(pointer?.manifest, second.restoredFrom);
  assert.deepEqual(await options.store.list(''), objects);
});

test('a fenced owner stays fenced, and leaves its objects alone', async () => {
  const options = optionsWith();
  const first = await openUnit(UNIT, options, forever);
  await first.checkpointer.commit(snapshot(), forever);
  const second = await openUnit(UNIT, options, forever);
  assert.equal(await first.checkpointer.commit(snapshot({ meta: 'late' }), forever), 'fenced');
  const objects = await options.store.list('');
  assert.equal(await first.checkpointer.commit(snapshot(), forever), 'fenced');
  assert.deepEqual(await first.checkpointer.collectGarbage(), []);
  assert.deepEqual(await options.store.list(''), objects);
  assert.equal(await second.checkpointer.commit(snapshot(), forever), 'committed');
});

test('a start that is overtaken ends as fenced', async () => {
  const state = new CoordinationState();
  const options = optionsWith({ coordination: new MemoryCoordination(state) });
  const first = await openUnit(UNIT, options, forever);
  await first.checkpointer.commit(snapshot(), forever);
  const overtaken = new MemoryCoordination(state, {
    before: async ({ kind, key }) => {
      if (kind === 'commit') state.claims.set(key, 99);
    },
  });
  const starting = openUnit(UNIT, { ...options, coordination: overtaken }, forever);
  await assert.rejects(starting, withCode('LA_CHECKPOINT_FENCED'));
});

test('a new unit that is overtaken before its first pointer ends as fenced', async () => {
  const objects = new Map<string, Uint8Array>();
  const options = optionsWith({ store: new MemoryObjectStore(objects) });
  const store = new MemoryObjectStore(objects, {
    before: async ({ kind }) => {
      if (kind !== 'list') return;
      const { checkpointer } = await openUnit(UNIT, options, forever);
      for (const meta of [1, 2]) await checkpointer.commit(snapshot({ meta }), forever);
    },
  });
  const starting = openUnit(UNIT, { ...options, store }, forever);
  await assert.rejects(starting, withCode('LA_CHECKPOINT_FENCED'));
});

test('an object of ours that a later claim collected while its answer was lost is made again', async () => {
  const objects = new Map<string, Uint8Array>();
  let creations = 0;
  const store = new MemoryObjectStore(objects, {
    before: async ({ kind, key }) => {
      if (kind === 'read') objects.delete(key);
    },
    after: async ({ kind }) => {
      if (kind === 'create' && creations++ === 0) throw away();
    },
  });
  const { checkpointer } = await openUnit(UNIT, optionsWith({ store }), forever);
  assert.equal(await checkpointer.commit(snapshot(), forever), 'committed');
  assert.equal(objects.size, 2);
});

test('checkpoints without a pointer are an error, unless no second one was ever begun', async () => {
  const options = optionsWith();
  const first = await openUnit(UNIT, options, forever);
  await first.checkpointer.commit(snapshot(), forever);
  const reset = () => ({ ...options, coordination: new MemoryCoordination() });
  assert.equal((await openUnit(UNIT, reset(), forever)).restored, null);
  await first.checkpointer.commit(snapshot(), forever);
  await assert.rejects(openUnit(UNIT, reset(), forever), withCode('LA_CHECKPOINT_POINTER_LOST'));
});

test("somebody else's object under our key is an error", async () => {
  const options = optionsWith();
  const first = await openUnit(UNIT, options, forever);
  await first.checkpointer.commit(snapshot({ meta: 'theirs' }), forever);
  const other = await openUnit(
    UNIT,
    { ...options, coordination: new MemoryCoordination() },
    forever,
  );
  const committing = other.checkpointer.commit(snapshot({ meta: 'ours' }), forever);
  await assert.rejects(committing, withCode('LA_CHECKPOINT_TAKEN'));
});

test('a commit outlasts a store that is away, and says how late it is', async () => {
  const clock = new ManualClock();
  const alarms: CheckpointAlarm[] = [];
  let failing = true;
  const store = new MemoryObjectStore(new Map(), {
    before: async ({ kind }) => {
      if (failing && kind === 'create') throw away();
    },
  });
  const options = optionsWith({ clock, store, alarmAfterMs: 30_000, alarm: (a) => alarms.push(a) });
  const { checkpointer } = await openUnit(UNIT, options, forever);
  const committing = checkpointer.commit(snapshot(), forever);
  await pass(clock, 95);
  assert.deepEqual(
    alarms.map((alarm) => (alarm.type === 'late' ? [alarm.ageMs, alarm.error?.code] : alarm)),
    [30_000, 60_000, 90_000].map((ageMs) => [ageMs, 'LA_STORE_FAILED']),
  );
  failing = false;
  await pass(clock, 30);
  assert.equal(await committing, 'committed');
  await pass(clock, 300);
  assert.equal(alarms.length, 3);
});

test('a commit without an answer can be given up, and then nothing more is committed', async () => {
  const asked = Promise.withResolvers<void>();
  const store = new MemoryObjectStore(new Map(), {
    before: async ({ kind }) => {
      if (kind !== 'create') return;
      asked.resolve();
      await new Promise(() => undefined);
    },
  });
  const options = optionsWith({ store });
  const { checkpointer } = await openUnit(UNIT, options, forever);
  const abort = new AbortController();
  const committing = checkpointer.commit(snapshot(), abort.signal);
  await asked.promise;
  abort.abort(new Error('given up'));
  await assert.rejects(committing, /given up/);
  await assert.rejects(checkpointer.commit(snapshot(), forever), /none after a failure/);
});

test('an error that no retry can mend ends the commit', async () => {
  const options = optionsWith({
    store: new MemoryObjectStore(new Map(), {
      before: async ({ kind }) => {
        if (kind === 'create') throw new Error('a defect');
      },
    }),
  });
  const { checkpointer } = await openUnit(UNIT, options, forever);
  await assert.rejects(checkpointer.commit(snapshot(), forever), /a defect/);
});

test('garbage goes after the grace period, and two chains stay', async () => {
  const clock = new ManualClock();
  const options = optionsWith({ clock, graceMs: 5000, garbageIntervalMs: 1000 });
  const { checkpointer } = await openUnit(UNIT, options, forever);
  const names: string[] = [];
  const full = [true, false, true, false, false, true, false];
  for (const each of full) {
    await checkpointer.commit(snapshot({ full: each }), forever);
    names.push(String(names.length + 1).padStart(8, '0'));
  }
  const pointer = await options.coordination.pointer(UNIT);
  assert.deepEqual(
    [pointer!, ...pointer!.previous].map(({ manifest }) => Number(manifest.slice(-13, -5))),
    [7, 6, 5, 4, 3],
  );
  assert.deepEqual(await checkpointer.collectGarbage(), []);
  clock.advance(4999);
  assert.deepEqual(await checkpointer.collectGarbage(), []);
  clock.advance(1000);
  const claim = '0000000000000001';
  assert.deepEqual(
    [...(await checkpointer.collectGarbage())].sort(),
    ['data', 'man'].flatMap((folder) =>
      ['00000001', '00000002'].map(
        (name) => `${folder}/${UNIT}/${claim}-${name}.${folder === 'man' ? 'json' : 'pack'}`,
      ),
    ),
  );
  assert.equal((await options.store.list('')).length, 10);
});

test('garbage of a lower claim goes, objects of a higher one and strange ones stay', async () => {
  const options = optionsWith({ graceMs: 0, garbageIntervalMs: 0 });
  const first = await openUnit(UNIT, options, forever);
  await first.checkpointer.commit(snapshot(), forever);
  const stray = (claim: number) => `data/${UNIT}/${String(claim).padStart(16, '0')}-00000099.pack`;
  const second = await openUnit(UNIT, options, forever);
  for (const key of [stray(1), stray(3), `data/${UNIT}/readme.txt`, 'data/clicks@80/x']) {
    await options.store.create(key, new Uint8Array(1));
  }
  assert.deepEqual(await second.checkpointer.collectGarbage(), [], 'not before its own commit');
  await second.checkpointer.commit(snapshot(), forever);
  assert.deepEqual(await second.checkpointer.collectGarbage(), [stray(1)]);
});

/** Lets everything that waits for the clock go on, second by second. */
async function pass(clock: ManualClock, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    clock.advance(1000);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }
}
