import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { zstdCompression } from '../../../actors/checkpoint/pack.ts';
import type { Json } from '../../../runtime/json.ts';
import type { RestoredState, Snapshot } from '../../../runtime/snapshot.ts';
import { applied, forever, optionsWith, plainState, snapshot, UNIT, write } from './support.ts';

const names = ['a', 'b', 'cells/0', 'π'];

const region = fc.record({
  bytes: fc.integer({ min: 0, max: 3000 }),
  writes: fc.array(fc.record({ at: fc.nat(3000), bytes: fc.uint8Array({ maxLength: 1200 }) }), {
    maxLength: 4,
  }),
});

const position = fc.record(
  {
    partition: fc.string(),
    nextOffset: fc.nat(),
    timeMax: fc.option(fc.integer()),
    floor: fc.option(fc.integer()),
  },
  { noNullPrototype: true },
);

const anySnapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    full: fc.boolean(),
    positions: fc.array(position, { maxLength: 3 }),
    meta: fc.jsonValue({ maxDepth: 2 }),
    regions: fc.dictionary(fc.constantFrom(...names), region),
  })
  .map(({ full, positions, meta, regions }) => ({
    ...snapshot({ full, positions, meta: JSON.parse(JSON.stringify(meta)) as Json }),
    regions: Object.entries(regions).map(([name, { bytes }]) => ({ name, bytes })),
    writes: Object.entries(regions).flatMap(([name, { bytes: length, writes }]) =>
      writes.map(({ at, bytes }) => {
        const offset = Math.min(at, length);
        return write(name, offset, bytes.subarray(0, length - offset));
      }),
    ),
  }));

test('restoring a chain gives what applying its snapshots gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anySnapshot, { minLength: 1, maxLength: 12 }), async (chain) => {
      const options = optionsWith();
      const { checkpointer } = await openUnit(UNIT, options, forever);
      let expected: RestoredState | null = null;
      for (const [at, next] of chain.entries()) {
        const whole = { ...next, full: next.full || at === 0 };
        expected = applied(expected, whole);
        assert.equal(await checkpointer.commit(whole, forever), 'committed');
      }
      const { restored } = await openUnit(UNIT, options, forever);
      assert.deepEqual(plainState(restored!), plainState(expected!));
    }),
    { numRuns: 60 },
  );
});

test('large regions go through the thread pool in pieces and come back', async () => {
  const options = optionsWith({ compression: zstdCompression });
  const { checkpointer } = await openUnit(UNIT, options, forever);
  const soft = new Uint8Array(9_000_000).map((_, at) => (at >> 10) & 255);
  const hard = new Uint8Array(4_500_000).map((_, at) => Math.imul(at, 2654435761) >>> 13);
  const regions = [
    { name: 'soft', bytes: soft.length },
    { name: 'hard', bytes: hard.length },
  ];
  const writes = [
    write('soft', 0, soft.subarray(0, 100)),
    write('soft', 100, soft.subarray(100)),
    write('hard', 0, hard),
  ];
  await checkpointer.commit(snapshot({ regions, writes }), forever);
  const { restored } = await openUnit(UNIT, options, forever);
  assert.ok(Buffer.from(soft).equals(restored!.regions.get('soft')!));
  assert.ok(Buffer.from(hard).equals(restored!.regions.get('hard')!));
});

test('a full pack is wanted at first, after 8 deltas, and when they exceed half the base', async () => {
  const f = async (deltaBytes: number, expected: number) => {
    const options = optionsWith();
    const { checkpointer } = await openUnit(UNIT, options, forever);
    assert.equal(checkpointer.wantsFull(), true);
    const regions = [{ name: 'a', bytes: 60_000 }];
    const noise = (bytes: number) =>
      new Uint8Array(bytes).map((_, at) => Math.imul(at + 1, 2654435761) >>> 11);
    await checkpointer.commit(
      snapshot({ regions, writes: [write('a', 0, noise(60_000))] }),
      forever,
    );
    let deltas = 0;
    while (!checkpointer.wantsFull()) {
      const writes = [write('a', 0, noise(deltaBytes))];
      await checkpointer.commit(snapshot({ full: false, regions, writes }), forever);
      deltas++;
    }
    assert.equal(deltas, expected);
  };
  await f(10, 8);
  await f(20_000, 2);
  await f(40_000, 1);
});

test('mistakes of the owner are caught before anything is written', async () => {
  const f = async (wrong: Partial<Snapshot>, expected: RegExp) => {
    const options = optionsWith();
    const { checkpointer } = await openUnit(UNIT, options, forever);
    await assert.rejects(checkpointer.commit(snapshot(wrong), forever), expected);
    assert.deepEqual(await options.store.list('man/'), []);
    await assert.rejects(checkpointer.commit(snapshot(), forever), /none after a failure/);
  };
  const byte = new Uint8Array(1);
  await f({ full: false }, /first snapshot .* stands alone/);
  await f({ writes: [write('a', 0, byte)] }, /exists at the cut/);
  await f(
    { regions: [{ name: 'a', bytes: 1 }], writes: [write('a', 1, byte)] },
    /within its length/,
  );
  await f({ meta: { watermark: Number.NaN } }, /finite/);
});
