/**
 * The registry of a view's generations, one record a view in Coordination. A changed view becomes the next generation from
 * a cut-over time on; the one before drains the windows that begin earlier. The record is stored before either acts, so
 * that every restart repeats the same split.
 */
import type { Coordination } from '../../connectors/contract.ts';
import { seal, unseal } from '../../connectors/sealed-json.ts';
import { check } from '../../runtime/errors.ts';
import type { Json } from '../../runtime/json.ts';
import { checkpointError } from './errors.ts';

/** So that versions of results stand above wall-clock microseconds where sinks order by timestamp. */
export const FIRST_GENERATION = 8;

/** Owns the windows that begin in [cutoverMs, untilMs); null = from the beginning. */
export interface DrainingGeneration {
  readonly generation: number;
  readonly generationHash: string;
  readonly spec: Json;
  readonly cutoverMs: number | null;
  readonly untilMs: number;
}

export interface GenerationRecord {
  readonly generation: number;
  readonly generationHash: string;
  readonly spec: Json;
  /** Owns the windows that begin at it or later, epoch ms; null = all. */
  readonly cutoverMs: number | null;
  /** Those that still drain, oldest first. */
  readonly previous: readonly DrainingGeneration[];
}

export interface GenerationWanted {
  /** Equal as long as the view's results mean the same. */
  readonly generationHash: string;
  readonly spec: Json;
}

/**
 * The record after the view became `wanted`. `nextBoundaryMs` is asked when a new generation begins: the start of its first
 * window that is after everything seen so far and not before the given time (epoch ms; null = no such bound).
 */
export function decideGeneration(
  record: GenerationRecord | null,
  wanted: GenerationWanted,
  nextBoundaryMs: (notBeforeMs: number | null) => number,
): GenerationRecord {
  if (record === null) {
    return { generation: FIRST_GENERATION, ...wanted, cutoverMs: null, previous: [] };
  }
  const { generation, generationHash, spec, cutoverMs } = record;
  if (generationHash === wanted.generationHash) return { ...record, spec: wanted.spec };
  const untilMs = nextBoundaryMs(cutoverMs);
  check(
    Number.isSafeInteger(untilMs) && untilMs >= (cutoverMs ?? untilMs),
    'a generation begins after the one before it',
  );
  // One that was replaced before its first window began owns nothing.
  const ownsNothing = untilMs === cutoverMs;
  const replaced = { generation, generationHash, spec, cutoverMs, untilMs };
  const previous = ownsNothing ? record.previous : [...record.previous, replaced];
  return { generation: generation + 1, ...wanted, cutoverMs: untilMs, previous };
}

/** The record once a generation has completed its last window and its rows are with the sinks. */
export function finishDraining(record: GenerationRecord, generation: number): GenerationRecord {
  return {
    ...record,
    previous: record.previous.filter((draining) => draining.generation !== generation),
  };
}

const recordKey = (view: string): string => `views/${view}`;

/** Null when the view was never registered. Throws LA_GENERATIONS_DAMAGED. */
export async function readGenerations(
  coordination: Coordination,
  view: string,
): Promise<GenerationRecord | null> {
  const found = await coordination.get(recordKey(view));
  return found === undefined ? null : decodeRecord(view, found.value);
}

/**
 * Stores what `change` makes of the record and returns it; asked again when somebody else was faster. Resolves when it is
 * durable: only then may either generation act.
 */
export async function changeGenerations(
  coordination: Coordination,
  view: string,
  change: (record: GenerationRecord | null) => GenerationRecord,
): Promise<GenerationRecord> {
  for (;;) {
    const found = await coordination.get(recordKey(view));
    const before = found === undefined ? null : decodeRecord(view, found.value);
    const after = change(before);
    const text = seal(after);
    if (found?.value === text) return after;
    const outcome = await coordination.put(recordKey(view), text, found?.version ?? null);
    if (outcome === 'written') return after;
  }
}

function decodeRecord(view: string, text: string): GenerationRecord {
  try {
    // Its checksum is right: it is what changeGenerations wrote.
    return unseal(text) as GenerationRecord;
  } catch (error) {
    throw checkpointError('LA_GENERATIONS_DAMAGED', { view, reason: String(error) }, error);
  }
}
