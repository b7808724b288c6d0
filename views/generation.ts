/** When a changed view starts anew (DESIGN §5.7): a new generation, or the same state going on. */
import { canonicalJson, hashOf } from './canonical-json.ts';
import type { Typed } from './expressions/typed.ts';
import type { ViewPlan } from './plan.ts';
import type { StreamSpec, ViewSpec } from './spec.ts';

/** Options of sources that say how the data is reached or how fast, not which data it is. */
const NOT_IDENTITY: ReadonlySet<string> = new Set(['brokers', 'rate', 'sasl', 'ssl', 'tls']);

/** Which data a stream reads, as text: partitions and offsets of one mean the same in another that has the same. */
export function sourceIdentity({ source }: StreamSpec): string {
  const options = Object.entries(source.options).filter(([key]) => !NOT_IDENTITY.has(key));
  return canonicalJson([source.type, Object.fromEntries(options)]);
}

/** Types are part of it: a filter over a column declared anew as text is another filter. */
const meaning = (typed: Typed | null) => (typed === null ? null : canonicalJson(typed));

export interface GenerationBasis {
  readonly view: ViewSpec;
  readonly stream: StreamSpec;
  readonly filter: Typed | null;
  readonly derived: ReadonlyMap<string, Typed>;
}

/**
 * Covers grouping, filter, derived columns, window, time zone, allowed lateness, and the stream's source, event time, delay
 * and max_ahead. Parameters of aggregations are not in it, since an aggregation that is added must not
 * change it: they are in the signatures, see `startsGeneration`.
 */
export function generationHash({ view, stream, filter, derived }: GenerationBasis): string {
  return hashOf({
    keys: view.keys,
    window: view.window,
    filter: meaning(filter),
    derived: [...derived].map(([name, typed]) => [name, meaning(typed)]),
    allowedLatenessMs: view.allowedLatenessMs,
    stream: view.stream,
    source: [sourceIdentity(stream), stream.start],
    eventTime: stream.eventTime,
    delayMs: stream.watermark.delayMs,
    maxAheadMs: stream.watermark.maxAheadMs,
  });
}

/** What is remembered of a generation. */
export interface GenerationRecord {
  readonly hash: string;
  /** What each aggregation means, by output name. */
  readonly signatures: Readonly<Record<string, string>>;
}

export const generationRecord = (plan: ViewPlan): GenerationRecord => ({
  hash: plan.generationHash,
  signatures: Object.fromEntries(plan.aggregations.map(({ name, meaning }) => [name, meaning])),
});

/** Whether `now` starts a new generation: another basis, or an output that now means something else. */
export const startsGeneration = (before: GenerationRecord, now: GenerationRecord): boolean =>
  before.hash !== now.hash ||
  Object.entries(now.signatures).some(
    ([name, signature]) => (before.signatures[name] ?? signature) !== signature,
  );
