/** What earlier versions wrote stays readable; what a newer one wrote is refused, not guessed at. */
import assert from 'node:assert/strict';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readGenerations } from '../../../actors/checkpoint/generations.ts';
import { inspectUnit, listCheckpoints } from '../../../actors/checkpoint/inspect.ts';
import { decodeManifest } from '../../../actors/checkpoint/manifest.ts';
import { openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { readPack } from '../../../actors/checkpoint/read-pack.ts';
import { verifyUnit } from '../../../actors/checkpoint/verify.ts';
import { seal } from '../../../connectors/sealed-json.ts';
import { LaError } from '../../../runtime/errors.ts';
import { temporaryFolder } from '../../connectors/temporary-folder.ts';
import { fileOptions } from './owner-process.ts';
import { forever, plainState, UNIT } from './support.ts';

const GOLDEN = join(import.meta.dirname, '../../golden');
const names = (await readdir(GOLDEN)).filter((name) => name.startsWith('checkpoint-'));

async function copyOf(name: string): Promise<string> {
  const folder = await temporaryFolder();
  await cp(join(GOLDEN, name), folder, { recursive: true });
  return folder;
}

for (const name of names) {
  test(`${name} is restored as it was`, async () => {
    const folder = await copyOf(name);
    const expected: unknown = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8'));
    const options = await fileOptions(folder);
    assert.equal((await verifyUnit(UNIT, options)).sound, true);
    const { packs, damages } = await inspectUnit(UNIT, options);
    assert.deepEqual(damages, []);
    assert.equal(packs.length, 2);
    assert.deepEqual(
      new Set(packs.flatMap((pack) => pack.segments.map(({ codec }) => codec))),
      new Set(['raw', 'zstd']),
    );
    const [line] = await listCheckpoints(options);
    assert.deepEqual([line?.unit, line?.packs, line?.stateBytes], [UNIT, 2, 4163]);
    const { restored } = await openUnit(UNIT, options, forever);
    const generations = await readGenerations(options.coordination, 'clicks');
    assert.deepEqual({ state: plainState(restored!), generations }, expected);
  });
}

test('there is a golden checkpoint', () => assert.ok(names.length > 0));

test('newer formats are refused', async () => {
  const newer = (error: unknown) => {
    assert.ok(error instanceof LaError);
    assert.equal(error.code, 'LA_CHECKPOINT_FORMAT');
    return true;
  };
  assert.throws(() => decodeManifest('m', Buffer.from(seal({ format: 2 }))), newer);
  const { store } = await fileOptions(await copyOf(names[0]!));
  const [key] = await store.list('data/');
  const pack = Buffer.from((await store.read(key!))!);
  pack.writeUInt32LE(2, pack.length - 12);
  assert.throws(() => readPack(key!, pack), newer);
});
