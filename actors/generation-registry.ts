/** Which units a view consists of now: its current generation, and those before it that still drain. */
import type { Coordination } from '../connectors/contract.ts';
import type { PartitionPosition } from '../runtime/snapshot.ts';
import { hashOf } from '../views/canonical-json.ts';
import { type AggregationRegistry, compileView } from '../views/compile.ts';
import { generationRecord, sourceIdentity, startsGeneration } from '../views/generation.ts';
import type { WindowPlan } from '../views/plan.ts';
import type { StreamSpec, ViewSpec } from '../views/spec.ts';
import {
  changeGenerations,
  decideGeneration,
  type GenerationRecord,
  readGenerations,
} from './checkpoint/generations.ts';
import { unitName } from './checkpoint/keys.ts';
import { type RestoreContext, readManifest } from './checkpoint/restore.ts';
import type { UnitSpec } from './messages.ts';

export interface GenerationContext extends Omit<RestoreContext, 'unit'> {
  readonly coordination: Coordination;
}

/** Where a generation begins that replaces one that has seen nothing: year 1, before all event times of use. */
const BEGINNING_MS = -62_135_596_800_000;

/** What is stored of a generation, so that it can begin and drain after the files have changed. */
interface StoredSpec {
  readonly view: ViewSpec;
  readonly stream: StreamSpec;
  /** Where it begins: where the one before it stood at the cut-over. Null: where the stream's `start` says. */
  readonly start: readonly PartitionPosition[] | null;
}

/** Registers the view as its files stand now; a change of meaning begins the next generation. */
export async function registerView(
  view: ViewSpec,
  stream: StreamSpec,
  context: GenerationContext & { readonly aggregations: AggregationRegistry },
): Promise<UnitSpec[]> {
  const { coordination, aggregations } = context;
  const plan = compileView(view, stream, aggregations);
  const before = await readGenerations(coordination, view.view);
  const now = generationRecord(plan);
  // What the stored files meant is asked of the compiler, not of a stored hash: so an added aggregation changes nothing.
  const goesOn = (stored: StoredSpec) =>
    !startsGeneration(generationRecord(compileView(stored.view, stored.stream, aggregations)), now);
  const stored = before === null ? null : fromJson(before.spec);
  const isChange = before !== null && stored !== null && !goesOn(stored);
  const reached = isChange ? await standOf(view.view, before, context) : null;
  const inherits = stored !== null && sourceIdentity(stored.stream) === sourceIdentity(stream);
  const start = isChange ? (inherits ? reached : null) : (stored?.start ?? null);
  const wanted = {
    generationHash: before !== null && !isChange ? before.generationHash : hashOf(now),
    spec: toJson({ view, stream, start }),
  };
  let isStale = false;
  const record = await changeGenerations(coordination, view.view, (current) => {
    isStale = current !== null && current.generation !== before?.generation;
    if (isStale && current !== null) return current;
    return decideGeneration(current, wanted, (notBeforeMs) =>
      cutoverAfter(plan.window, timeMaxOf(reached), notBeforeMs),
    );
  });
  // Another process was faster: everything is judged anew.
  if (isStale) return registerView(view, stream, context);
  const current: UnitSpec = {
    unit: unitName(view.view, record.generation),
    view,
    stream,
    generation: record.generation,
    cutover: { from: record.cutoverMs, until: null },
  };
  const draining = record.previous.map(({ generation, spec: stored, cutoverMs, untilMs }) => ({
    unit: unitName(view.view, generation),
    ...fromJson(stored),
    generation,
    cutover: { from: cutoverMs, until: untilMs },
  }));
  return [...draining, current];
}

/** The first boundary of windows after everything seen, and not before the given time. */
function cutoverAfter(window: WindowPlan, seen: number | null, notBeforeMs: number | null): number {
  const after =
    seen === null ? window.paneStart(BEGINNING_MS) : window.paneEnd(window.paneStart(seen));
  if (notBeforeMs === null || after >= notBeforeMs) return after;
  const start = window.paneStart(notBeforeMs);
  return start === notBeforeMs ? start : window.paneEnd(start);
}

/** Where a generation begins to read that has committed nothing yet; null: where the stream's `start` says. */
export async function inheritedPositions(
  { view, generation }: UnitSpec,
  { coordination }: GenerationContext,
): Promise<readonly PartitionPosition[] | null> {
  const record = await readGenerations(coordination, view.view);
  if (record === null) return null;
  const own = [record, ...record.previous].find((each) => each.generation === generation);
  const start = own === undefined ? null : fromJson(own.spec).start;
  return start?.map((position) => ({ ...position, floor: null })) ?? null;
}

/**
 * Where a generation stands that is about to be replaced: as committed, or where it was to begin. It is claimed, so that an
 * owner that still runs commits nothing beyond it.
 */
async function standOf(
  view: string,
  { generation, spec }: GenerationRecord,
  context: GenerationContext,
): Promise<readonly PartitionPosition[] | null> {
  await context.coordination.claim(unitName(view, generation));
  return (await committedPositions(view, generation, context)) ?? fromJson(spec).start;
}

function timeMaxOf(positions: readonly PartitionPosition[] | null): number | null {
  const times = (positions ?? []).flatMap(({ timeMax }) => (timeMax === null ? [] : [timeMax]));
  return times.length === 0 ? null : Math.max(...times);
}

async function committedPositions(
  view: string,
  generation: number,
  context: GenerationContext,
): Promise<readonly PartitionPosition[] | null> {
  const unit = unitName(view, generation);
  const pointer = await context.coordination.pointer(unit);
  if (pointer === null) return null;
  return (await readManifest(pointer, { ...context, unit })).positions;
}

const toJson = (spec: StoredSpec) => JSON.parse(JSON.stringify(spec));
/** Stored by `registerView`, under a checksum. */
const fromJson = (spec: unknown): StoredSpec => spec as StoredSpec;
