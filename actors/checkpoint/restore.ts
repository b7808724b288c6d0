/** From a pointer to the state that it names, or to the newest sound one before it. Reads only. */
import { createHash } from 'node:crypto';
import type { ObjectStore, Pointer } from '../../connectors/contract.ts';
import { SealBroken } from '../../connectors/sealed-json.ts';
import { LaError } from '../../runtime/errors.ts';
import type { RestoredState } from '../../runtime/snapshot.ts';
import { type Damage, DamageFound, describeDamage } from './damage.ts';
import { checkpointError } from './errors.ts';
import { decodeManifest, type Manifest, type ManifestRef, type PackEntry } from './manifest.ts';
import type { Compression } from './pack.ts';
import { type PackContents, readPack, segmentBytes } from './read-pack.ts';

export interface RestoreContext {
  readonly unit: string;
  /** Failures of the store are thrown: they are no damage. */
  readonly store: Pick<ObjectStore, 'read'>;
  readonly compression: Compression;
}

export interface Restored {
  readonly state: RestoredState;
  readonly manifest: Manifest;
  readonly ref: ManifestRef;
  /** Where to fall back to from here, newest first. */
  readonly previous: readonly ManifestRef[];
  /** Why newer ones were passed over. */
  readonly damages: readonly Damage[];
}

/** Throws LA_CHECKPOINT_UNUSABLE when none is sound, LA_CHECKPOINT_FORMAT when one is of a newer version. */
export async function restoreNewest(pointer: Pointer, context: RestoreContext): Promise<Restored> {
  const candidates = [{ manifest: pointer.manifest, sha256: pointer.sha256 }, ...pointer.previous];
  const damages = new Map<string, Damage>();
  for (const [at, ref] of candidates.entries()) {
    try {
      const manifest = await readManifest(ref, context);
      const known = manifest.chain.find(({ key }) => damages.has(key));
      if (known !== undefined) continue;
      const state = await restoreManifest(manifest, context);
      const previous = candidates.slice(at + 1);
      return { state, manifest, ref, previous, damages: [...damages.values()] };
    } catch (error) {
      if (!(error instanceof DamageFound)) throw error;
      damages.set(error.damage.object, error.damage);
    }
  }
  throw checkpointError('LA_CHECKPOINT_UNUSABLE', {
    unit: context.unit,
    damages: [...damages.values()].map(describeDamage).join('; '),
  });
}

/** Throws DamageFound. */
export async function readManifest(ref: ManifestRef, context: RestoreContext): Promise<Manifest> {
  const object = ref.manifest;
  const bytes = await readObject(object, context);
  expectSame({ object, part: 'manifest', problem: 'sha256' }, ref.sha256, sha256Of(bytes));
  const manifest = decodeSound(object, bytes);
  expectSame({ object, part: 'manifest', problem: 'contents' }, context.unit, manifest.unit);
  return manifest;
}

/** Throws DamageFound. */
export async function restoreManifest(
  manifest: Manifest,
  context: RestoreContext,
): Promise<RestoredState> {
  let regions = new Map<string, Uint8Array>();
  for (const entry of manifest.chain) {
    regions = await applyPack(regions, await readSoundPack(entry, context), entry.key, context);
  }
  const { positions, meta } = manifest;
  return { positions, meta, regions };
}

/** A pack all of whose parts are sound. Throws DamageFound. */
async function readSoundPack(
  { key, bytes: length, sha256 }: PackEntry,
  context: RestoreContext,
): Promise<PackContents> {
  const bytes = await readObject(key, context);
  expectSame(
    { object: key, part: 'object', problem: 'length' },
    `${length} bytes`,
    `${bytes.length} bytes`,
  );
  expectSame({ object: key, part: 'object', problem: 'sha256' }, sha256, sha256Of(bytes));
  const contents = readPack(key, bytes);
  const [damage] = contents.damages;
  if (damage !== undefined) throw new DamageFound(damage);
  return contents;
}

async function applyPack(
  before: ReadonlyMap<string, Uint8Array>,
  { head, segments }: PackContents,
  object: string,
  { compression }: RestoreContext,
): Promise<Map<string, Uint8Array>> {
  const regions = new Map<string, Uint8Array>();
  for (const { name, bytes } of head?.regions ?? []) {
    regions.set(name, resized(before.get(name), bytes));
  }
  for (const [index, segment] of segments.entries()) {
    const { region, offset, codec, bytes } = segment;
    const raw = await segmentBytes(segment, compression);
    const into = regions.get(region);
    if (raw !== null && into !== undefined && offset + raw.length <= into.length) {
      into.set(raw, offset);
      continue;
    }
    const part = `segment ${index} of region ${region} at ${offset}`;
    const expected = `${bytes} bytes of ${codec} within the region`;
    throw new DamageFound({ object, part, problem: 'contents', expected, got: 'other bytes' });
  }
  return regions;
}

function resized(old: Uint8Array | undefined, bytes: number): Uint8Array {
  if (old?.length === bytes) return old;
  const region = new Uint8Array(bytes);
  if (old !== undefined) region.set(old.subarray(0, bytes));
  return region;
}

async function readObject(object: string, { store }: RestoreContext): Promise<Uint8Array> {
  const bytes = await store.read(object);
  if (bytes !== undefined) return bytes;
  const expected = 'an object';
  throw new DamageFound({ object, part: 'object', problem: 'missing', expected, got: 'none' });
}

function decodeSound(object: string, bytes: Uint8Array): Manifest {
  try {
    return decodeManifest(object, bytes);
  } catch (error) {
    if (error instanceof LaError) throw error;
    const broken = error instanceof SealBroken;
    throw new DamageFound({
      object,
      part: 'manifest',
      problem: 'contents',
      expected: broken ? error.expected : 'a manifest',
      got: broken ? error.got : String(error),
    });
  }
}

function expectSame(
  where: Pick<Damage, 'object' | 'part' | 'problem'>,
  expected: string,
  got: string,
): void {
  if (expected !== got) throw new DamageFound({ ...where, expected, got });
}

export const sha256Of = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
