/** What every Coordination must do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Coordination, Pointer } from '../../../connectors/contract.ts';

const SHA = 'a'.repeat(64);
const pointer = (claim: number, sequence: number): Pointer => ({
  claim,
  sequence,
  manifest: `man/v@8/${claim}-${sequence}.json`,
  sha256: SHA,
  previous: [{ manifest: 'man/v@8/0-0.json', sha256: SHA }],
});

/** `open` gives handles of several processes on one coordination, empty at first. */
export function coordinationSuite(name: string, open: () => Promise<() => Coordination>): void {
  test(`${name}: claims rise, and see the newest pointer`, async () => {
    const at = await open();
    const first = await at().claim('v@8');
    assert.deepEqual(first, { unit: 'v@8', claim: first.claim, pointer: null });
    assert.ok(first.claim >= 1);
    assert.equal(await at().pointer('v@8'), null);
    assert.equal(await at().commit(first, pointer(first.claim, 1)), 'committed');
    assert.equal(await at().commit(first, pointer(first.claim, 2)), 'committed');
    const second = await at().claim('v@8');
    assert.ok(second.claim > first.claim);
    assert.deepEqual(second.pointer, pointer(first.claim, 2));
    assert.deepEqual(await at().pointer('v@8'), pointer(first.claim, 2));
    const other = await at().claim('w@8');
    assert.equal(other.pointer, null);
  });

  test(`${name}: a later claim fences, at once and for ever`, async () => {
    const at = await open();
    const [mine, theirs] = [at(), at()];
    const first = await mine.claim('v@8');
    assert.equal(await mine.commit(first, pointer(first.claim, 1)), 'committed');
    const second = await theirs.claim('v@8');
    assert.equal(await mine.commit(first, pointer(first.claim, 2)), 'fenced');
    assert.deepEqual(await theirs.pointer('v@8'), pointer(first.claim, 1));
    assert.equal(await theirs.commit(second, pointer(second.claim, 2)), 'committed');
    assert.equal(await mine.commit(first, pointer(first.claim, 3)), 'fenced');
    const third = await mine.claim('v@8');
    assert.deepEqual(third.pointer, pointer(second.claim, 2));
    assert.equal(await theirs.commit(second, pointer(second.claim, 3)), 'fenced');
    assert.deepEqual(await theirs.pointer('v@8'), pointer(second.claim, 2));
  });

  test(`${name}: a claim that never commits leaves the pointer as it was`, async () => {
    const at = await open();
    const first = await at().claim('v@8');
    await at().commit(first, pointer(first.claim, 1));
    for (let round = 0; round < 5; round++) await at().claim('v@8');
    assert.deepEqual((await at().claim('v@8')).pointer, pointer(first.claim, 1));
  });

  test(`${name}: committing again after a lost answer is harmless`, async () => {
    const at = await open();
    const first = await at().claim('v@8');
    assert.equal(await at().commit(first, pointer(first.claim, 1)), 'committed');
    assert.equal(await at().commit(first, pointer(first.claim, 1)), 'committed');
    assert.deepEqual(await at().pointer('v@8'), pointer(first.claim, 1));
  });

  test(`${name}: of many claims at once each has its own, and only the highest commits`, async () => {
    const at = await open();
    const claims = await Promise.all(Array.from({ length: 12 }, () => at().claim('v@8')));
    const numbers = claims.map(({ claim }) => claim);
    assert.equal(new Set(numbers).size, numbers.length);
    const outcomes = await Promise.all(
      claims.map((claim) => at().commit(claim, pointer(claim.claim, 1))),
    );
    const highest = Math.max(...numbers);
    assert.deepEqual(
      outcomes,
      numbers.map((claim) => (claim === highest ? 'committed' : 'fenced')),
    );
  });

  test(`${name}: records are replaced only as they were read`, async () => {
    const at = await open();
    assert.equal(await at().get('views/v'), undefined);
    assert.equal(await at().put('views/v', 'x', 1), 'conflict');
    assert.equal(await at().put('views/v', 'one', null), 'written');
    assert.equal(await at().put('views/v', 'two', null), 'conflict');
    const one = await at().get('views/v');
    assert.equal(one?.value, 'one');
    assert.equal(await at().put('views/v', 'two', one!.version), 'written');
    assert.equal(await at().put('views/v', 'three', one!.version), 'conflict');
    const two = await at().get('views/v');
    assert.equal(two?.value, 'two');
    assert.notEqual(two?.version, one?.version);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, n) => at().put('views/v', `n${n}`, two!.version)),
    );
    assert.equal(outcomes.filter((outcome) => outcome === 'written').length, 1);
    assert.equal((await at().get('views/v'))?.value, `n${outcomes.indexOf('written')}`);
    assert.equal(await at().get('views/vv'), undefined);
  });

  test(`${name}: knows its units`, async () => {
    const at = await open();
    assert.deepEqual(await at().units(), []);
    await at().claim('w@9');
    await at().claim('v@8');
    await at().put('views/v', 'x', null);
    assert.deepEqual(await at().units(), ['v@8', 'w@9']);
  });
}
