/** Looks at stored objects one by one and names everything that is wrong with them; never throws over damage. */
import { LaError } from '../../runtime/errors.ts';
import { type Damage, DamageFound } from './damage.ts';
import type { Manifest, ManifestRef, PackEntry } from './manifest.ts';
import type { PackHead } from './pack.ts';
import { type PackContents, readPack, segmentBytes } from './read-pack.ts';
import { type RestoreContext, readManifest, sha256Of } from './restore.ts';

export interface ExaminedManifest {
  readonly ref: ManifestRef;
  readonly manifest: Manifest | null;
  readonly damages: readonly Damage[];
}

export interface ExaminedSegment {
  readonly region: string;
  readonly offset: number;
  readonly bytes: number;
  readonly storedBytes: number | null;
  readonly codec: string;
  readonly sound: boolean;
}

export interface ExaminedPack {
  readonly key: string;
  readonly bytes: number | null;
  readonly head: PackHead | null;
  readonly segments: readonly ExaminedSegment[];
  readonly damages: readonly Damage[];
}

export async function examineManifest(
  ref: ManifestRef,
  context: RestoreContext,
): Promise<ExaminedManifest> {
  try {
    return { ref, manifest: await readManifest(ref, context), damages: [] };
  } catch (error) {
    return { ref, manifest: null, damages: [damageOf(ref.manifest, error)] };
  }
}

/** `entry` is what a manifest says of the pack. */
export async function examinePack(
  { key, bytes: length, sha256 }: PackEntry,
  context: RestoreContext,
): Promise<ExaminedPack> {
  const nothing = { key, bytes: null, head: null, segments: [] };
  const bytes = await context.store.read(key);
  const damages: Damage[] = [];
  const report = (part: string, problem: Damage['problem'], expected: string, got: string) => {
    damages.push({ object: key, part, problem, expected, got });
  };
  if (bytes === undefined) {
    report('object', 'missing', `${length} bytes`, 'none');
    return { ...nothing, damages };
  }
  const got = sha256Of(bytes);
  if (bytes.length !== length) {
    report('object', 'length', `${length} bytes`, `${bytes.length} bytes`);
  } else if (got !== sha256) report('object', 'sha256', sha256, got);
  try {
    const contents = readPack(key, bytes);
    const { segments, unreadable } = await examineSegments(key, contents, context);
    const all = [...damages, ...contents.damages, ...unreadable];
    return { key, bytes: bytes.length, head: contents.head, segments, damages: all };
  } catch (error) {
    return { ...nothing, bytes: bytes.length, damages: [...damages, damageOf(key, error)] };
  }
}

async function examineSegments(
  object: string,
  contents: PackContents,
  { compression }: RestoreContext,
): Promise<{ segments: ExaminedSegment[]; unreadable: Damage[] }> {
  const segments: ExaminedSegment[] = [];
  const unreadable: Damage[] = [];
  for (const [index, segment] of contents.segments.entries()) {
    const { region, offset, bytes, codec, stored } = segment;
    const sound = (await segmentBytes(segment, compression)) !== null;
    segments.push({ region, offset, bytes, storedBytes: stored?.length ?? null, codec, sound });
    if (sound || stored === null) continue;
    const part = `segment ${index} of region ${region} at ${offset}`;
    const expected = `${bytes} bytes of ${codec}`;
    unreadable.push({ object, part, problem: 'contents', expected, got: 'other bytes' });
  }
  return { segments, unreadable };
}

/** Failures of the store are none of damage: thrown on. */
function damageOf(object: string, error: unknown): Damage {
  if (error instanceof DamageFound) return error.damage;
  if (!(error instanceof LaError) || error.code !== 'LA_CHECKPOINT_FORMAT') throw error;
  const { supported, got } = error.context;
  const expected = `format up to ${supported}`;
  return { object, part: 'object', problem: 'contents', expected, got: `format ${got}` };
}
