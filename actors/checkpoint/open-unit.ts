/** The start of a unit: claim, restore, and a pointer under the new claim before anything else is written. */
import type { Claim, Pointer } from '../../connectors/contract.ts';
import { LaError } from '../../runtime/errors.ts';
import type { RestoredState } from '../../runtime/snapshot.ts';
import { Checkpointer, type CheckpointerOptions, insistingFor } from './checkpointer.ts';
import { checkpointError } from './errors.ts';
import type { Retry } from './insist.ts';
import { manifestPrefix, parseUnit, sequenceOf } from './keys.ts';
import { type Restored, restoreNewest } from './restore.ts';

export interface OpenedUnit {
  readonly checkpointer: Checkpointer;
  readonly claim: number;
  readonly view: string;
  readonly generation: number;
  /** Null for a new unit: its start offsets are to be committed, in a full snapshot, before its first row is folded. */
  readonly restored: RestoredState | null;
  /** The manifest it was restored from. */
  readonly restoredFrom: string | null;
}

/**
 * Keeps trying while the store or the coordination is away. Throws LA_CHECKPOINT_FENCED when a later start took over
 * meanwhile, LA_CHECKPOINT_UNUSABLE when there are checkpoints and all are damaged, LA_CHECKPOINT_POINTER_LOST when there
 * are some and no pointer, LA_CHECKPOINT_FORMAT when a newer version wrote them. Passing over damaged ones is an alarm.
 */
export async function openUnit(
  unit: string,
  options: CheckpointerOptions,
  signal: AbortSignal,
): Promise<OpenedUnit> {
  const { view, generation } = parseUnit(unit);
  return insistingFor(unit, options, signal, async (retry) => {
    const claim = await retry(() => options.coordination.claim(unit));
    const base = { claim: claim.claim, view, generation };
    if (claim.pointer === null) {
      await refuseLostPointer(claim, options, retry);
      const nothing = { sequence: 0, manifest: null, ref: null, previous: [], damages: [] };
      const checkpointer = new Checkpointer(claim, nothing, options);
      return { ...base, checkpointer, restored: null, restoredFrom: null };
    }
    const restored = await restoreOrFenced(claim, claim.pointer, options, retry);
    const checkpointer = await takeOver(claim, claim.pointer, restored, options, retry);
    const { state, ref } = restored;
    return { ...base, checkpointer, restored: state, restoredFrom: ref.manifest };
  });
}

/** The second commit of a unit follows an acknowledged first one: then there was a pointer, and starting anew loses rows. */
async function refuseLostPointer(
  claim: Claim,
  options: CheckpointerOptions,
  retry: Retry,
): Promise<void> {
  const { unit } = claim;
  const manifests = await retry(() => options.store.list(manifestPrefix(unit)));
  const manifest = manifests.findLast((key) => sequenceOf(key) > 1);
  if (manifest === undefined) return;
  const error = checkpointError('LA_CHECKPOINT_POINTER_LOST', { unit, manifest });
  throw await unlessFenced(claim, error, options, retry);
}

async function restoreOrFenced(
  claim: Claim,
  pointer: Pointer,
  options: CheckpointerOptions,
  retry: Retry,
): Promise<Restored> {
  const { store, compression } = options;
  const read = (key: string) => retry(() => store.read(key));
  try {
    return await restoreNewest(pointer, { unit: claim.unit, store: { read }, compression });
  } catch (error) {
    if (!(error instanceof LaError) || error.code !== 'LA_CHECKPOINT_UNUSABLE') throw error;
    throw await unlessFenced(claim, error, options, retry);
  }
}

/** To one that was overtaken, objects may be new or gone for good reasons: it was fenced, and that is all. */
async function unlessFenced(
  { unit, claim }: Claim,
  error: LaError,
  { coordination }: CheckpointerOptions,
  retry: Retry,
): Promise<LaError> {
  const newest = await retry(() => coordination.pointer(unit));
  if (newest === null || newest.claim <= claim) return error;
  return checkpointError('LA_CHECKPOINT_FENCED', { unit, claim }, error);
}

async function takeOver(
  claim: Claim,
  before: Pointer,
  restored: Restored,
  options: CheckpointerOptions,
  retry: Retry,
): Promise<Checkpointer> {
  const { unit } = claim;
  const { manifest, ref, previous, damages } = restored;
  const sequence = before.sequence + 1;
  const pointer: Pointer = { claim: claim.claim, sequence, ...ref, previous };
  const outcome = await retry(() => options.coordination.commit(claim, pointer));
  if (outcome === 'fenced') {
    throw checkpointError('LA_CHECKPOINT_FENCED', { unit, claim: claim.claim });
  }
  if (damages.length > 0) options.alarm({ type: 'damaged', unit, from: ref.manifest, damages });
  return new Checkpointer(claim, { sequence, manifest, ref, previous, damages }, options);
}
