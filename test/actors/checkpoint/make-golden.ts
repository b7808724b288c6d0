/**
 * Writes test/golden/checkpoint-<format>: run it once when a format changes, under a new name, and keep the old ones:
 * `node test/actors/checkpoint/make-golden.ts <name>`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changeGenerations, decideGeneration } from '../../../actors/checkpoint/generations.ts';
import { openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { openFileCoordination } from '../../../connectors/file/coordination.ts';
import { openFileObjectStore } from '../../../connectors/file/object-store.ts';
import { forever, optionsWith, plainState, snapshot, UNIT, write } from './support.ts';

async function make(folder: string): Promise<void> {
  const store = await openFileObjectStore(join(folder, 'objects'));
  const coordination = await openFileCoordination(join(folder, 'coordination'));
  const options = optionsWith({ store, coordination });
  const { checkpointer } = await openUnit(UNIT, options, forever);
  const cells = new Uint8Array(4096).map((_, at) => at >> 6);
  const keys = Buffer.from('["ap-7"]["ap-8"][null]');
  const position = { partition: 'wifi/0', nextOffset: 41, timeMax: 1_700_000_000_123, floor: null };
  const first = snapshot({
    positions: [position],
    meta: { counters: { folded: 41, invalid: 1 }, name: 'größe' },
    regions: [
      { name: 'cells', bytes: 4096 },
      { name: 'keys', bytes: keys.length },
      { name: 'empty', bytes: 0 },
    ],
    writes: [write('cells', 0, cells), write('keys', 0, keys)],
  });
  await checkpointer.commit(first, forever);
  const second = snapshot({
    full: false,
    positions: [{ ...position, nextOffset: 50, floor: 1_700_000_000_000, fingerprint: 'f1' }],
    meta: { counters: { folded: 50, invalid: 1 }, name: 'größe' },
    regions: [
      { name: 'cells', bytes: 4160 },
      { name: 'empty', bytes: 3 },
    ],
    writes: [write('cells', 4000, new Uint8Array(160).fill(7))],
  });
  await checkpointer.commit(second, forever);
  const { restored } = await openUnit(UNIT, options, forever);
  let record = null;
  for (const hash of ['a', 'b']) {
    const wanted = { generationHash: hash, spec: { hash } };
    record = await changeGenerations(coordination, 'clicks', (before) =>
      decideGeneration(before, wanted, () => 600_000),
    );
  }
  const expected = { state: plainState(restored!), generations: record };
  await writeFile(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`);
}

const [, script, name] = process.argv;
if (script === import.meta.filename && name !== undefined) {
  const folder = join(import.meta.dirname, '../../golden', name);
  await mkdir(folder, { recursive: true });
  await make(folder);
}
