/** Which units a view consists of now: its current generation, and those before it that still drain. */
import type { Coordination } from '../connectors/contract.ts';
import type { PartitionPosition } from '../runtime/snapshot.ts';
import { hashOf } from '../views/canonical-json.ts';
import { type AggregationRegistry, compileView } from '../views/compile.ts';
import { generationRecord, startsGeneration } from '../views/generation.ts';
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

/** What is stored of a generation, so that it can drain after the files have changed. */
interface StoredSpec {
  readonly view: ViewSpec;
  readonly stream: StreamSpec;
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
  const seen = before === null ? null : await timeMaxOf(view.view, before.generation, context);
  const spec = toJson({ view, stream });
  const now = generationRecord(plan);
  // What the stored files meant is asked of the compiler, not of a stored hash: so an added aggregation changes nothing.
  const generationHash = (current: GenerationRecord | null): string => {
    const stored = current === null ? null : fromJson(current.spec);
    const goesOn =
      stored !== null &&
      !startsGeneration(
        generationRecord(compileView(stored.view, stored.stream, aggregations)),
        now,
      );
    return goesOn && current !== null ? current.generationHash : hashOf(now);
  };
  const record = await changeGenerations(coordination, view.view, (current) =>
    decideGeneration(current, { generationHash: generationHash(current), spec }, (notBeforeMs) => {
      const { window } = plan;
      const after =
        seen === null ? window.paneStart(BEGINNING_MS) : window.paneEnd(window.paneStart(seen));
      if (notBeforeMs === null || after >= notBeforeMs) return after;
      const start = window.paneStart(notBeforeMs);
      return start === notBeforeMs ? start : window.paneEnd(start);
    }),
  );
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

/** Where a new generation begins to read: where the one before it stood, if both read the same source. */
export async function inheritedPositions(
  { view, stream, generation }: UnitSpec,
  context: GenerationContext,
): Promise<readonly PartitionPosition[] | null> {
  const record = await readGenerations(context.coordination, view.view);
  const before = record?.previous.findLast((draining) => draining.generation < generation);
  if (before === undefined) return null;
  const source = JSON.stringify(fromJson(before.spec).stream.source);
  if (source !== JSON.stringify(stream.source)) return null;
  const positions = await committedPositions(view.view, before.generation, context);
  return positions?.map((position) => ({ ...position, floor: null })) ?? null;
}

async function timeMaxOf(
  view: string,
  generation: number,
  context: GenerationContext,
): Promise<number | null> {
  const positions = await committedPositions(view, generation, context);
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
