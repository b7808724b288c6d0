/** Flips, cuts and deletes every stored object: always detected, and what is restored was committed exactly so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckpointAlarm } from '../../../actors/checkpoint/checkpointer.ts';
import { openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { verifyUnit } from '../../../actors/checkpoint/verify.ts';
import { MemoryCoordination } from '../../../connectors/memory/coordination.ts';
import { MemoryObjectStore } from '../../../connectors/memory/object-store.ts';
import { LaError } from '../../../runtime/errors.ts';
import { seededRandom } from '../../../runtime/random.ts';
import type { RestoredState } from '../../../runtime/snapshot.ts';
import { applied, forever, optionsWith, plainState, snapshot, UNIT, write } from './support.ts';

interface Drill {
  readonly objects: ReadonlyMap<string, Uint8Array>;
  readonly coordination: MemoryCoordination;
  /** Committed states, newest first, by manifest. */
  readonly states: ReadonlyMap<string, RestoredState>;
}

/** A full pack and deltas, then a second chain. */
async function history(): Promise<Drill> {
  const store = new MemoryObjectStore();
  const coordination = new MemoryCoordination();
  const options = optionsWith({ store, coordination });
  const { checkpointer } = await openUnit(UNIT, options, forever);
  const random = seededRandom(3);
  const states: [string, RestoredState][] = [];
  let state: RestoredState | null = null;
  for (const full of [true, false, false, true, false, false]) {
    const bytes = Uint8Array.from({ length: full ? 900 : 300 }, () => random.integer(4));
    const next = snapshot({
      full,
      positions: [{ partition: 'p', nextOffset: states.length, timeMax: 1, floor: null }],
      meta: { commits: states.length },
      regions: [{ name: 'cells', bytes: 900 }],
      writes: [write('cells', full ? 0 : random.integer(600), bytes)],
    });
    state = applied(state, next);
    assert.equal(await checkpointer.commit(next, forever), 'committed');
    const pointer = await coordination.pointer(UNIT);
    states.unshift([pointer!.manifest, state]);
  }
  return { objects: store.objects, coordination, states: new Map(states) };
}

/** Restores from damaged objects; returns which of the committed states came back, 0 = the newest. */
async function restoredAt(drill: Drill, objects: Map<string, Uint8Array>) {
  const alarms: CheckpointAlarm[] = [];
  const alarm = (raised: CheckpointAlarm) => alarms.push(raised);
  const pointer = await drill.coordination.pointer(UNIT);
  const coordination = new MemoryCoordination();
  const claim = await coordination.claim(UNIT);
  await coordination.commit(claim, { ...pointer!, claim: claim.claim });
  const options = optionsWith({ store: new MemoryObjectStore(objects), coordination, alarm });
  const opened = await openUnit(UNIT, options, forever);
  const at = [...drill.states.keys()].indexOf(opened.restoredFrom!);
  const expected = drill.states.get(opened.restoredFrom!);
  assert.deepEqual(plainState(opened.restored!), plainState(expected!));
  assert.equal(alarms.length, at > 0 ? 1 : 0, 'falling back is an alarm, and nothing else is');
  return { at, alarms, options, opened };
}

type Damage = (bytes: Uint8Array) => Uint8Array | null;

function damagesOf(bytes: Uint8Array): Damage[] {
  const flips = [...bytes.keys()].filter(
    (at) => at < 40 || at % 7 === 0 || at >= bytes.length - 40,
  );
  const cuts = [0, 1, 10, 30, bytes.length >> 1, bytes.length - 24, bytes.length - 1];
  return [
    () => null,
    ...flips.map(
      (at) => (sound: Uint8Array) =>
        sound.map((byte, i) => (i === at ? byte ^ (1 << (at % 8)) : byte)),
    ),
    ...cuts.map((length) => (sound: Uint8Array) => sound.subarray(0, length)),
    (sound) => Buffer.concat([sound, Buffer.from([0])]),
  ];
}

const damaged = (drill: Drill, changes: ReadonlyMap<string, Damage>): Map<string, Uint8Array> => {
  const objects = new Map(drill.objects);
  for (const [key, damage] of changes) {
    const bytes = damage(objects.get(key)!);
    if (bytes === null) objects.delete(key);
    else objects.set(key, bytes);
  }
  return objects;
};

test('any damage to one object is found, and the newest sound checkpoint comes back', async () => {
  const drill = await history();
  const manifests = [...drill.states.keys()];
  const packOf = (manifest: string) => manifest.replace('man/', 'data/').replace('.json', '.pack');
  const f = async (key: string, expected: number) => {
    for (const damage of damagesOf(drill.objects.get(key)!)) {
      const { at, alarms } = await restoredAt(drill, damaged(drill, new Map([[key, damage]])));
      assert.equal(at, expected, key);
      if (expected > 0) assert.match(JSON.stringify(alarms), new RegExp(key));
    }
  };
  await f(manifests[0]!, 1);
  await f(manifests[1]!, 0);
  await f(manifests[4]!, 0);
  await f(packOf(manifests[0]!), 1);
  await f(packOf(manifests[1]!), 2);
  await f(packOf(manifests[2]!), 3);
  await f(packOf(manifests[3]!), 0);
  await f(packOf(manifests[5]!), 0);
});

test('of several damaged objects none is used, and where nothing is left that is an error', async () => {
  const drill = await history();
  const keys = [...drill.objects.keys()];
  const random = seededRandom(11);
  let unusable = 0;
  for (let round = 0; round < 300; round++) {
    const changes = new Map<string, Damage>();
    for (let n = 1 + random.integer(8); n > 0; n--) {
      const key = keys[random.integer(keys.length)]!;
      const choices = damagesOf(drill.objects.get(key)!);
      changes.set(key, choices[random.integer(choices.length)]!);
    }
    try {
      await restoredAt(drill, damaged(drill, changes));
    } catch (error) {
      assert.ok(error instanceof LaError, String(error));
      assert.equal(error.code, 'LA_CHECKPOINT_UNUSABLE');
      unusable++;
    }
  }
  assert.ok(unusable > 10 && unusable < 200, `${unusable} of 300 rounds were beyond repair`);
});

test('after a fall-back the unit goes on with a full pack', async () => {
  const drill = await history();
  const newest = [...drill.states.keys()][0]!;
  const objects = damaged(drill, new Map([[newest, () => null]]));
  const { opened, options } = await restoredAt(drill, objects);
  const { checkpointer } = opened;
  assert.equal(checkpointer.wantsFull(), true);
  const next = snapshot({ meta: 'on', regions: [{ name: 'cells', bytes: 1 }] });
  assert.equal(await checkpointer.commit(next, forever), 'committed');
  assert.equal(checkpointer.wantsFull(), false);
  const again = await openUnit(UNIT, options, forever);
  assert.deepEqual(plainState(again.restored!), plainState(applied(null, next)));
});

test('verify names the object, the segment, what was expected and what was there', async () => {
  const drill = await history();
  const [newest] = drill.states.keys();
  const key = newest!.replace('man/', 'data/').replace('.json', '.pack');
  const context = (objects: Map<string, Uint8Array>) => ({
    ...optionsWith({ store: new MemoryObjectStore(objects) }),
    coordination: drill.coordination,
  });
  const sound = await verifyUnit(UNIT, context(new Map(drill.objects)));
  assert.equal(sound.sound, true);
  assert.equal(sound.usable, newest);
  assert.deepEqual(sound.unreachable, []);
  assert.equal(sound.checkpoints.length, 6);
  const flip: Damage = (bytes) => bytes.map((byte, at) => (at === 20 ? byte ^ 4 : byte));
  const hurt = await verifyUnit(UNIT, context(damaged(drill, new Map([[key, flip]]))));
  assert.equal(hurt.sound, false);
  assert.equal(hurt.usable, [...drill.states.keys()][1]);
  const segment = hurt.damages.find(({ problem }) => problem === 'crc32');
  assert.equal(segment?.object, key);
  assert.match(segment!.part, /^segment 0 of region cells at \d+$/);
  assert.match(segment!.expected, /^[0-9a-f]{8}$/);
  assert.notEqual(segment!.expected, segment!.got);
});
