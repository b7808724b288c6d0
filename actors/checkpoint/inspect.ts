/** What `la checkpoint ls` and `inspect` show. Reads only, claims nothing: the owner goes on undisturbed. */
import type { Coordination, ObjectStore, Pointer } from '../../connectors/contract.ts';
import { LaError } from '../../runtime/errors.ts';
import type { Damage } from './damage.ts';
import { type ExaminedPack, examineManifest, examinePack } from './examine.ts';
import type { Manifest } from './manifest.ts';
import type { Compression } from './pack.ts';

export interface InspectContext {
  readonly store: ObjectStore;
  readonly coordination: Coordination;
  readonly compression: Compression;
}

export interface CheckpointSummary {
  readonly unit: string;
  readonly claim: number | null;
  readonly sequence: number | null;
  readonly manifest: string | null;
  /** Wall clock, epoch ms. */
  readonly createdMs: number | null;
  readonly stateBytes: number | null;
  readonly packs: number | null;
  readonly packBytes: number | null;
  readonly partitions: number | null;
  /** How many older checkpoints the unit could fall back to. */
  readonly fallbacks: number;
  readonly damages: readonly Damage[];
}

export interface UnitInspection {
  readonly unit: string;
  readonly pointer: Pointer | null;
  readonly manifest: Manifest | null;
  readonly packs: readonly ExaminedPack[];
  readonly damages: readonly Damage[];
}

/** Units that the coordination or the store knows of, in ascending order. */
export async function checkpointUnits({
  store,
  coordination,
}: Pick<InspectContext, 'store' | 'coordination'>): Promise<string[]> {
  const known = await coordination.units();
  const stored = (await store.list('man/')).map((key) => key.split('/')[1] ?? '');
  return [...new Set([...known, ...stored])].sort();
}

/** One line a unit; only its newest manifest is read. */
export async function listCheckpoints(context: InspectContext): Promise<CheckpointSummary[]> {
  const summaries: CheckpointSummary[] = [];
  for (const unit of await checkpointUnits(context)) {
    const { pointer, manifest, damages } = await newestManifest(unit, context);
    summaries.push({
      unit,
      claim: pointer?.claim ?? null,
      sequence: pointer?.sequence ?? null,
      manifest: pointer?.manifest ?? null,
      createdMs: manifest?.createdMs ?? null,
      stateBytes: manifest === null ? null : sumBytes(manifest.regions),
      packs: manifest?.chain.length ?? null,
      packBytes: manifest === null ? null : sumBytes(manifest.chain),
      partitions: manifest?.positions.length ?? null,
      fallbacks: pointer?.previous.length ?? 0,
      damages,
    });
  }
  return summaries;
}

/** The newest checkpoint of a unit down to its segments. */
export async function inspectUnit(unit: string, context: InspectContext): Promise<UnitInspection> {
  const { pointer, manifest, damages } = await newestManifest(unit, context);
  const packs: ExaminedPack[] = [];
  for (const entry of manifest?.chain ?? []) {
    packs.push(await examinePack(entry, { unit, ...context }));
  }
  const all = [...damages, ...packs.flatMap((pack) => pack.damages)];
  return { unit, pointer, manifest, packs, damages: all };
}

export interface FoundPointer {
  readonly pointer: Pointer | null;
  readonly damages: readonly Damage[];
}

export async function findPointer(
  unit: string,
  { coordination }: Pick<InspectContext, 'coordination'>,
): Promise<FoundPointer> {
  const object = `pointer of ${unit}`;
  try {
    const pointer = await coordination.pointer(unit);
    if (pointer !== null) return { pointer, damages: [] };
    const missing = { object, part: 'pointer', expected: 'a pointer', got: 'none' };
    return { pointer, damages: [{ ...missing, problem: 'missing' }] };
  } catch (error) {
    if (!(error instanceof LaError) || error.code !== 'LA_COORDINATION_DAMAGED') throw error;
    const broken = { object, part: 'pointer', expected: 'a pointer', got: error.message };
    return { pointer: null, damages: [{ ...broken, problem: 'contents' }] };
  }
}

async function newestManifest(unit: string, context: InspectContext) {
  const { pointer, damages } = await findPointer(unit, context);
  if (pointer === null) return { pointer, manifest: null, damages };
  const { manifest, sha256 } = pointer;
  const examined = await examineManifest({ manifest, sha256 }, { unit, ...context });
  return { pointer, manifest: examined.manifest, damages: examined.damages };
}

const sumBytes = (parts: readonly { readonly bytes: number }[]): number =>
  parts.reduce((sum, { bytes }) => sum + bytes, 0);
