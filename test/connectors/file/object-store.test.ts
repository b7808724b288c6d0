import assert from 'node:assert/strict';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openFileObjectStore } from '../../../connectors/file/object-store.ts';
import { LaError } from '../../../runtime/errors.ts';
import { objectStoreSuite } from '../contract/object-store-suite.ts';
import { temporaryFolder } from '../temporary-folder.ts';

objectStoreSuite('file', async () => openFileObjectStore(await temporaryFolder()));

test('file: keys stay inside the folder', async () => {
  const store = await openFileObjectStore(await temporaryFolder());
  const bad = ['', '.', '..', '../x', 'a/../../x', '/x', 'a//b', 'a/', '.tmp/x', 'a\\b', 'a\0b'];
  for (const key of bad) {
    await assert.rejects(store.create(key, new Uint8Array(1)), /safe parts/, key);
    await assert.rejects(store.read(key), /safe parts/, key);
    await assert.rejects(store.remove(key), /safe parts/, key);
  }
});

test('file: leaves no temporary file, and removes the leftovers of the dead at open', async () => {
  const root = await temporaryFolder();
  const temporary = join(root, '.tmp');
  await mkdir(temporary);
  await writeFile(join(temporary, 'old'), 'x');
  await writeFile(join(temporary, 'young'), 'x');
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(temporary, 'old'), anHourAgo, anHourAgo);
  const store = await openFileObjectStore(root);
  await store.create('a', new Uint8Array(10));
  await store.create('a', new Uint8Array(10));
  assert.deepEqual(await readdir(temporary), ['young']);
  assert.deepEqual(await store.list(''), ['a']);
});

test('file: failures are retryable errors with the key', async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, 'a'), 'a file where a folder should be');
  const store = await openFileObjectStore(root);
  await assert.rejects(store.create('a/b', new Uint8Array(1)), (error) => {
    assert.ok(error instanceof LaError);
    assert.equal(error.code, 'LA_STORE_FAILED');
    assert.equal(error.retryable, true);
    assert.match(error.message, /create a\/b/);
    return true;
  });
});
