/** What the tests of checkpoints share: options without threads or real time, and snapshots to commit. */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { CheckpointerOptions } from '../../../actors/checkpoint/checkpointer.ts';
import type { Compression } from '../../../actors/checkpoint/pack.ts';
import { MemoryCoordination } from '../../../connectors/memory/coordination.ts';
import { MemoryObjectStore } from '../../../connectors/memory/object-store.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { seededRandom } from '../../../runtime/random.ts';
import type { RegionWrite, RestoredState, Snapshot } from '../../../runtime/snapshot.ts';

export const UNIT = 'clicks@8';
export const forever = new AbortController().signal;

export const syncCompression: Compression = {
  compress: async (bytes) => zstdCompressSync(bytes),
  decompress: async (bytes) => zstdDecompressSync(bytes),
};

/** Back-offs take no time; waiting for an alarm takes for ever. Each look at the time is a millisecond later. */
export function impatientClock(alarmAfterMs = 60_000): Clock {
  let ms = 0;
  const tick = () => ms++;
  return {
    now: tick,
    mono: tick,
    sleep: (sleepMs, signal) =>
      new Promise((resolve, reject) => {
        if (sleepMs < alarmAfterMs) resolve();
        else signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
}

export function optionsWith(changes: Partial<CheckpointerOptions> = {}): CheckpointerOptions {
  return {
    clock: impatientClock(),
    random: seededRandom(1),
    store: new MemoryObjectStore(),
    coordination: new MemoryCoordination(),
    compression: syncCompression,
    writer: 'test',
    alarm: () => undefined,
    ...changes,
  };
}

export const write = (region: string, offset: number, bytes: Uint8Array): RegionWrite => ({
  region,
  offset,
  bytes,
});

export const snapshot = (changes: Partial<Snapshot> = {}): Snapshot => ({
  full: true,
  positions: [],
  meta: null,
  regions: [],
  writes: [],
  deadLetterBatch: 0,
  ...changes,
});

/** What a snapshot leaves of the state before it: written apart from the code under test. */
export function applied(before: RestoredState | null, next: Snapshot): RestoredState {
  const regions = new Map<string, Uint8Array>();
  for (const { name, bytes } of next.regions) {
    const old = next.full ? undefined : before?.regions.get(name);
    regions.set(
      name,
      Uint8Array.from({ length: bytes }, (_, at) => old?.[at] ?? 0),
    );
  }
  for (const { region, offset, bytes } of next.writes) {
    for (const [at, byte] of bytes.entries()) regions.get(region)![offset + at] = byte;
  }
  return { positions: next.positions, meta: next.meta, regions };
}

export const plainState = ({ positions, meta, regions }: RestoredState) => ({
  positions,
  meta,
  regions: [...regions].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')]),
});
