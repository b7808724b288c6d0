import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Coordination } from '../../../connectors/contract.ts';
import { FileCoordination, openFileCoordination } from '../../../connectors/file/coordination.ts';
import { openDurableDirectory } from '../../../connectors/file/durable-directory.ts';
import { decodePointer, encodePointer } from '../../../connectors/pointer.ts';
import { LaError } from '../../../runtime/errors.ts';
import { coordinationSuite } from '../contract/coordination-suite.ts';
import { MemoryDirectory } from '../memory-directory.ts';
import { temporaryFolder } from '../temporary-folder.ts';

coordinationSuite('file', async () => {
  const root = await temporaryFolder();
  const handles: Coordination[] = [];
  for (let at = 0; at < 20; at++)
    handles.push(new FileCoordination(await openDurableDirectory(root)));
  let next = 0;
  return () => handles[next++ % handles.length]!;
});

const SHA = 'b'.repeat(64);
const pointer = (claim: number) => ({
  claim,
  sequence: 1,
  manifest: 'm',
  sha256: SHA,
  previous: [],
});

test('file: old claims and pointers go once a later claim has committed', async () => {
  const root = await temporaryFolder();
  const coordination = await openFileCoordination(root);
  for (let round = 0; round < 4; round++) {
    const claim = await coordination.claim('v@8');
    await coordination.commit(claim, pointer(claim.claim));
  }
  await coordination.claim('v@8');
  const names = (folder: string) => readdir(join(root, 'units/v@8', folder));
  assert.deepEqual(await names('claims'), ['0000000000000004', '0000000000000005']);
  assert.deepEqual(await names('pointers'), ['0000000000000004.json']);
});

test('file: a number that became free while its taker slept is not handed out below a higher one', async () => {
  const files = new Map<string, Uint8Array>();
  const others = new FileCoordination(new MemoryDirectory(files));
  let slept = false;
  const slow = new MemoryDirectory(files, {
    before: async ({ kind }) => {
      if (kind !== 'create' || slept) return;
      slept = true;
      for (let round = 0; round < 3; round++) {
        const claim = await others.claim('v@8');
        await others.commit(claim, pointer(claim.claim));
      }
    },
  });
  const claim = await new FileCoordination(slow).claim('v@8');
  assert.equal(claim.claim, 4);
  assert.deepEqual(claim.pointer, pointer(3));
});

test('file: a start that keeps failing gets past any number of claims without a pointer', async () => {
  const files = new Map<string, Uint8Array>();
  const first = new FileCoordination(new MemoryDirectory(files));
  const claim = await first.claim('v@8');
  await first.commit(claim, pointer(claim.claim));
  for (let empty = 2; empty <= 300; empty++) {
    files.set(`units/v@8/claims/${String(empty).padStart(16, '0')}`, new Uint8Array(0));
  }
  let operations = 0;
  const failing = new FileCoordination(
    new MemoryDirectory(files, {
      before: async () => {
        if (++operations % 10 === 0) throw new Error('away');
      },
    }),
  );
  for (let tries = 1; ; tries++) {
    assert.ok(tries < 200, 'it comes to an end');
    const found = await failing.claim('v@8').catch(() => null);
    if (found === null) continue;
    assert.deepEqual(found, { unit: 'v@8', claim: 301, pointer: pointer(1) });
    break;
  }
});

const damaged = (error: unknown): boolean => {
  assert.ok(error instanceof LaError);
  assert.equal(error.code, 'LA_COORDINATION_DAMAGED');
  assert.equal(error.retryable, false);
  return true;
};

test('file: a damaged pointer is an error, never a new unit', async () => {
  const root = await temporaryFolder();
  const coordination = await openFileCoordination(root);
  const claim = await coordination.claim('v@8');
  await coordination.commit(claim, pointer(claim.claim));
  const path = join(root, 'units/v@8/pointers/0000000000000001.json');
  const sound = await readFile(path);
  for (const bytes of [sound.subarray(0, 40), new Uint8Array(0)]) {
    await writeFile(path, bytes);
    await assert.rejects(coordination.claim('v@8'), damaged);
    await assert.rejects(coordination.pointer('v@8'), damaged);
  }
});

test('a flipped bit anywhere in a pointer is found', () => {
  const sound = encodePointer(pointer(3));
  assert.deepEqual(decodePointer(sound, 'p'), pointer(3));
  for (let at = 0; at < sound.trimEnd().length; at++) {
    const flipped = Buffer.from(sound);
    flipped[at]! ^= 1 << (at % 7);
    assert.throws(() => decodePointer(flipped.toString(), 'p'), damaged);
  }
});
