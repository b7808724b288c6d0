/**
 * A compiled view: what `compileView` makes of a validated spec and what a unit executes. It holds functions, so it
 * never crosses threads: each thread compiles the spec itself.
 */
import type { Chunk, ChunkColumn, ColumnSpec } from '../runtime/chunk.ts';
import type { Dictionary } from '../runtime/dictionary.ts';
import type { ResultSchema } from '../runtime/result-batch.ts';
import type { Aggregation, Params, Texts } from './aggregations/contract.ts';

/** A chunk as a view sees it: the view's own columns, in the order of `ViewPlan.columns`. */
export interface RowBatch {
  readonly chunk: Chunk;
  readonly rows: number;
  readonly columns: readonly ChunkColumn[];
  /** Of each column; undefined for kinds without a dictionary. */
  readonly dictionaries: readonly (Dictionary | undefined)[];
}

/** The value of an expression for each row of a batch. Valid until the next `evaluate` of the same evaluator. */
export interface ExpressionValues {
  readonly type: 'number' | 'boolean' | 'text';
  /** Number: the value; boolean: 0 or 1. Finite where `nulls` is 0. */
  readonly numbers: Float64Array;
  /** 1 where the value is null. */
  readonly nulls: Uint8Array;
  /** Text: codes into `texts`, stable while `textEpoch` stays. */
  readonly codes: Uint32Array;
  readonly texts: Texts;
  readonly textEpoch: number;
}

export interface Evaluator {
  readonly type: 'number' | 'boolean' | 'text';
  /** Evaluates rows [0, batch.rows): loops over columns, no allocation per row. */
  evaluate(batch: RowBatch): ExpressionValues;
}

/** Where a grouping key or an input comes from. Indexes are into `ViewPlan.columns` or `ViewPlan.derived`. */
export type ValueSource =
  | { readonly from: 'column'; readonly index: number }
  | { readonly from: 'derived'; readonly index: number };

export interface KeyPlan {
  /** Output name. */
  readonly name: string;
  /** A `column` source is of kind dict32. */
  readonly source: ValueSource;
}

export interface DerivedPlan {
  readonly name: string;
  readonly evaluator: Evaluator;
}

export type InputPlan =
  | ValueSource
  | { readonly from: 'time' }
  | { readonly from: 'condition'; readonly evaluator: Evaluator };

export interface AggregationPlan {
  /** Output name. */
  readonly name: string;
  /** Registry name. */
  readonly aggregation: string;
  readonly definition: Aggregation;
  readonly params: Params;
  /** By input name. Column kinds: number → f64, value → value, f64 (declared number) or dict32 (declared text), hash → hash64. */
  readonly inputs: Readonly<Record<string, InputPlan>>;
  readonly filter: Evaluator | null;
  /** Initial cells. */
  readonly cells: readonly number[];
  /** Canonical text of all that fixes the meaning of its cells: within a view, equal signatures share state. */
  readonly signature: string;
  /** Canonical text of all that fixes the meaning of its results, parameters that only `result` reads included. */
  readonly meaning: string;
}

/** Tumbling when hopMs = sizeMs. Panes are `hopMs` long; a window is sizeMs / hopMs panes. */
export interface WindowPlan {
  readonly sizeMs: number;
  readonly hopMs: number;
  /** IANA name; only for whole days and weeks, whose length then follows the zone's calendar. */
  readonly timezone: string | null;
  /** Start of the pane (tumbling: the window) that holds `time`. */
  paneStart(time: number): number;
  /** End (exclusive) of the pane that starts at `start`. */
  paneEnd(start: number): number;
  /** Starts of the windows that hold the pane which starts at `pane`, oldest first. */
  windowsOfPane(pane: number): readonly number[];
  /** End (exclusive) of the window that starts at `start`. */
  windowEnd(start: number): number;
  /** Starts of the panes of the window that starts at `start`, oldest first. */
  panesOfWindow(start: number): readonly number[];
}

export interface ViewPlan {
  readonly view: string;
  readonly stream: string;
  readonly columns: readonly ColumnSpec[];
  readonly keys: readonly KeyPlan[];
  readonly derived: readonly DerivedPlan[];
  readonly filter: Evaluator | null;
  readonly window: WindowPlan;
  readonly aggregations: readonly AggregationPlan[];
  readonly schema: ResultSchema;
  readonly allowedLatenessMs: number;
  /** null: only when a window completes. */
  readonly writeIntervalMs: number | null;
  readonly checkpointIntervalMs: number;
  readonly sinks: readonly string[];
  readonly limits: { readonly groups: number; readonly memoryBytes: number };
  readonly lagSloMs: number | null;
  /** Of the stream: W = largest event time - delay. */
  readonly delayMs: number;
  readonly idleAfterMs: number;
  /** Hash of all that makes a new generation when it changes (DESIGN §5.7). */
  readonly generationHash: string;
}
