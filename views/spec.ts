/**
 * What the linter makes of a project's files: checked, defaults filled in, durations in ms. Plain data that crosses
 * threads by structured clone.
 */
import type { Json } from '../runtime/json.ts';

export type ColumnType = 'number' | 'text' | 'boolean';
export type EventTimeUnit = 'ms' | 's' | 'us' | 'ns' | 'iso8601';
export type StartSpec = 'earliest' | 'latest' | { readonly timeMs: number };

/** A connector by its name in the registry, and its options as its own schema gave them out. */
export interface ConnectorSpec {
  readonly type: string;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface StreamSpec {
  readonly name: string;
  readonly source: ConnectorSpec;
  readonly start: StartSpec;
  readonly format: 'json';
  /** Declared types by dot path; a column need not be declared. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly eventTime: { readonly path: string; readonly unit: EventTimeUnit };
  readonly watermark: {
    readonly delayMs: number;
    readonly idleAfterMs: number;
    readonly maxAheadMs: number;
    readonly maxSkewMs: number;
  };
  readonly maxRecordBytes: number;
}

export interface WindowSpec {
  readonly sizeMs: number;
  /** Equal to sizeMs for tumbling windows. */
  readonly hopMs: number;
  readonly timezone: string | null;
}

export interface AggregationSpec {
  /** Output name. */
  readonly name: string;
  /** Registry name. */
  readonly aggregation: string;
  /** Path or derived column behind the input `x`; null for aggregations without it. */
  readonly column: string | null;
  readonly params: Readonly<Record<string, Json>>;
  readonly filter: string | null;
}

export interface ViewSpec {
  readonly view: string;
  readonly stream: string;
  /** In the order of the group key. `column` is a path or a derived column, `name` its output name. */
  readonly keys: readonly { readonly column: string; readonly name: string }[];
  readonly window: WindowSpec;
  /** In the order written: an expression may use the ones before it. */
  readonly derive: readonly { readonly name: string; readonly expression: string }[];
  readonly filter: string | null;
  readonly aggregations: readonly AggregationSpec[];
  /** null: only when a window completes. */
  readonly writeIntervalMs: number | null;
  readonly allowedLatenessMs: number;
  readonly checkpointIntervalMs: number;
  readonly sinks: readonly string[];
  readonly limits: { readonly groups: number; readonly memoryBytes: number };
  readonly lagSloMs: number | null;
}

export interface ProjectSpec {
  readonly streams: Readonly<Record<string, StreamSpec>>;
  readonly sinks: Readonly<Record<string, ConnectorSpec>>;
  readonly checkpoints: ConnectorSpec & { readonly intervalMs: number };
  readonly coordination: ConnectorSpec;
  readonly deadLetters: ConnectorSpec;
  readonly engine: {
    /** null: as many as the cores allow. */
    readonly aggregatorThreads: number | null;
    readonly chunkRows: number;
    readonly chunkSlots: number;
  };
  readonly views: readonly ViewSpec[];
}

/** Output names that a result row has of its own. */
export const RESERVED_OUTPUTS: readonly string[] = [
  'window_start',
  'window_end',
  'group_key',
  'generation',
  'rows',
  'complete',
  'claim',
  'truncated',
  'gap',
];

/** What the record itself carries beside its value, with the types. */
export const RECORD_COLUMNS: Readonly<Record<string, ColumnType>> = {
  $timestamp: 'number',
  $key: 'text',
  $partition: 'number',
  $offset: 'number',
};
