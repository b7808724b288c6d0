/**
 * One owner as a process of its own: `owner-process.ts <folder>` opens the unit, then commits for ever, and writes a line
 * to stdout after each acknowledged commit: claim, sequence, offset.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { zstdCompression } from '../../../actors/checkpoint/pack.ts';
import { openFileCoordination } from '../../../connectors/file/coordination.ts';
import { openFileObjectStore } from '../../../connectors/file/object-store.ts';
import { systemClock } from '../../../runtime/clock.ts';
import { systemRandom } from '../../../runtime/random.ts';
import { forever, optionsWith, snapshot, UNIT, write } from './support.ts';

export async function fileOptions(folder: string) {
  return optionsWith({
    clock: systemClock,
    random: systemRandom,
    store: await openFileObjectStore(join(folder, 'objects')),
    coordination: await openFileCoordination(join(folder, 'coordination')),
    compression: zstdCompression,
    graceMs: 0,
    garbageIntervalMs: 0,
    alarm: (alarm) => {
      throw new Error(JSON.stringify(alarm));
    },
  });
}

/** Record r is folded into byte r as r mod 251. */
export const byteOf = (record: number): number => record % 251;

const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

async function own(folder: string): Promise<void> {
  const { checkpointer, claim, restored } = await openUnit(
    UNIT,
    await fileOptions(folder),
    forever,
  );
  let offset = restored?.positions[0]?.nextOffset ?? 0;
  say(`open ${claim} ${checkpointer.sequence} ${restored === null ? -1 : offset}`);
  for (;;) {
    const full = checkpointer.wantsFull();
    const next = restored === null && checkpointer.sequence === 0 ? offset : offset + 1;
    const from = full ? 0 : offset;
    const bytes = Uint8Array.from({ length: next - from }, (_, at) => byteOf(from + at));
    const positions = [{ partition: 'p', nextOffset: next, timeMax: null, floor: null }];
    const regions = [{ name: 'log', bytes: next }];
    const writes = [write('log', from, bytes)];
    const outcome = await checkpointer.commit(
      snapshot({ full, positions, regions, writes }),
      forever,
    );
    if (outcome === 'fenced') break;
    offset = next;
    say(`commit ${claim} ${checkpointer.sequence} ${offset}`);
    await checkpointer.collectGarbage();
  }
  say('fenced');
}

const [, script, folder] = process.argv;
if (script === import.meta.filename && folder !== undefined) await own(folder);
