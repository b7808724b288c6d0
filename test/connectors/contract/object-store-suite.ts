/** What every ObjectStore must do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectStore } from '../../../connectors/contract.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const plain = (found: Uint8Array | undefined) => (found === undefined ? undefined : [...found]);

/** `open` gives a store without objects. */
export function objectStoreSuite(name: string, open: () => Promise<ObjectStore>): void {
  test(`${name}: reads what was created, byte for byte`, async () => {
    const store = await open();
    const all = Uint8Array.from({ length: 70_000 }, (_, at) => at % 251);
    assert.equal(await store.create('data/v@8/a.pack', all), 'created');
    assert.deepEqual(plain(await store.read('data/v@8/a.pack')), [...all]);
    assert.equal(await store.create('empty', bytes()), 'created');
    assert.deepEqual(plain(await store.read('empty')), []);
    assert.equal(await store.read('data/v@8/b.pack'), undefined);
    assert.equal(await store.read('data/v@8'), undefined);
  });

  test(`${name}: never overwrites`, async () => {
    const store = await open();
    assert.equal(await store.create('a', bytes(1)), 'created');
    assert.equal(await store.create('a', bytes(2)), 'exists');
    assert.deepEqual(plain(await store.read('a')), [1]);
    await store.remove('a');
    assert.equal(await store.create('a', bytes(3)), 'created');
    assert.deepEqual(plain(await store.read('a')), [3]);
  });

  test(`${name}: of many at once one creates`, async () => {
    const store = await open();
    const tries = Array.from({ length: 20 }, (_, at) => store.create('race/x', bytes(at)));
    const outcomes = await Promise.all(tries);
    assert.equal(outcomes.filter((outcome) => outcome === 'created').length, 1);
    assert.deepEqual(plain(await store.read('race/x')), [outcomes.indexOf('created')]);
  });

  test(`${name}: keeps neither the caller's buffer nor lends its own`, async () => {
    const store = await open();
    const mine = bytes(1, 2);
    await store.create('a', mine);
    mine[0] = 9;
    const read = await store.read('a');
    read!.fill(7);
    assert.deepEqual(plain(await store.read('a')), [1, 2]);
  });

  test(`${name}: lists by prefix in ascending order`, async () => {
    const store = await open();
    const keys = ['b/1', 'a/2', 'a/10', 'a/1.x', 'a-b/1', 'a/c/d', 'ab'];
    for (const key of keys) await store.create(key, bytes(0));
    assert.deepEqual(await store.list(''), [...keys].sort());
    assert.deepEqual(await store.list('a/'), ['a/1.x', 'a/10', 'a/2', 'a/c/d']);
    assert.deepEqual(await store.list('a/1'), ['a/1.x', 'a/10']);
    assert.deepEqual(await store.list('c/'), []);
  });

  test(`${name}: removing what is not there is no error`, async () => {
    const store = await open();
    await store.create('a/b', bytes(1));
    await store.remove('a/b');
    await store.remove('a/b');
    assert.equal(await store.read('a/b'), undefined);
    assert.deepEqual(await store.list(''), []);
  });
}
