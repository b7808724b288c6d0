/** What `la checkpoint verify` finds: every object that a unit could be restored from, read and checked. Reads only. */
import type { Damage } from './damage.ts';
import { type ExaminedPack, examineManifest, examinePack } from './examine.ts';
import { findPointer, type InspectContext } from './inspect.ts';
import { manifestPrefix, packPrefix } from './keys.ts';

export interface VerifiedCheckpoint {
  readonly manifest: string;
  /** Whether the unit could be restored from it. */
  readonly sound: boolean;
  readonly damages: readonly Damage[];
}

export interface UnitVerification {
  readonly unit: string;
  /** Whether nothing at all is damaged. */
  readonly sound: boolean;
  /** The manifest that a start now would be restored from; null when there is none. */
  readonly usable: string | null;
  /** Newest first. */
  readonly checkpoints: readonly VerifiedCheckpoint[];
  readonly damages: readonly Damage[];
  /** Objects of the unit that no checkpoint needs: being written now, or waiting for the garbage collector. */
  readonly unreachable: readonly string[];
}

export async function verifyUnit(unit: string, inspect: InspectContext): Promise<UnitVerification> {
  const { store } = inspect;
  const context = { unit, ...inspect };
  const { pointer, damages } = await findPointer(unit, inspect);
  const refs = pointer === null ? [] : [pointer, ...pointer.previous];
  const packs = new Map<string, ExaminedPack>();
  const checkpoints: VerifiedCheckpoint[] = [];
  const reachable = new Set<string>();
  for (const { manifest: key, sha256 } of refs) {
    reachable.add(key);
    const examined = await examineManifest({ manifest: key, sha256 }, context);
    const found: Damage[] = [...examined.damages];
    for (const entry of examined.manifest?.chain ?? []) {
      reachable.add(entry.key);
      const pack = packs.get(entry.key) ?? (await examinePack(entry, context));
      packs.set(entry.key, pack);
      found.push(...pack.damages);
    }
    checkpoints.push({ manifest: key, sound: found.length === 0, damages: found });
  }
  const stored = [
    ...(await store.list(manifestPrefix(unit))),
    ...(await store.list(packPrefix(unit))),
  ];
  const ofCheckpoints = new Set(checkpoints.flatMap((checkpoint) => checkpoint.damages));
  const all = [...damages, ...ofCheckpoints];
  return {
    unit,
    sound: all.length === 0,
    usable: checkpoints.find((checkpoint) => checkpoint.sound)?.manifest ?? null,
    checkpoints,
    damages: all,
    unreachable: stored.filter((key) => !reachable.has(key)),
  };
}
