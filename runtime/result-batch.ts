/**
 * Result rows on their way from a view to its sinks: columnar, transferred between threads, never cloned.
 */
import type { Json } from './json.ts';

/**
 * `number` and `integer` travel as f64 with NaN for null, and so does `value` (number, text or null) where the batch has
 * no text in it; otherwise it and `json` (lists and the like) as an array of JSON values.
 */
export type ResultType = 'number' | 'integer' | 'value' | 'json';

export interface ResultSchema {
  readonly view: string;
  /** Whose batches it describes; when absent those of all that have no schema of their own. */
  readonly generation?: number;
  /**
   * Windows that start here or later (epoch ms) are this generation's: rows that an earlier one wrote of them, before it was
   * stopped short of a checkpoint, are void. A sink that can removes them.
   */
  readonly cutoverMs?: number;
  /** Output names of the grouping columns, in the order of the group key's elements. */
  readonly keys: readonly string[];
  readonly values: readonly { readonly name: string; readonly type: ResultType }[];
}

export interface ResultBatch {
  readonly view: string;
  readonly generation: number;
  readonly claim: number;
  /** Number of the batch within this start of the unit, from 1: what an acknowledgement names. */
  readonly batch: number;
  readonly count: number;
  /** `group_key` of each row: canonical JSON arrays, UTF-8, row r in [keyStarts[r], keyStarts[r + 1]). */
  readonly keyBytes: Uint8Array;
  readonly keyStarts: Uint32Array;
  readonly windowStart: Float64Array;
  readonly windowEnd: Float64Array;
  /** Rows folded into the group and window so far. */
  readonly rows: Float64Array;
  /** 0 or 1 a row. */
  readonly complete: Uint8Array;
  readonly truncated: Uint8Array;
  readonly gap: Uint8Array;
  /** One per ResultSchema.values entry. */
  readonly values: readonly (Float64Array | Json[])[];
}

/** The buffers to transfer with a batch. */
export function batchTransfers(batch: ResultBatch): ArrayBuffer[] {
  const arrays = [
    batch.keyBytes,
    batch.keyStarts,
    batch.windowStart,
    batch.windowEnd,
    batch.rows,
    batch.complete,
    batch.truncated,
    batch.gap,
    ...batch.values.filter((column) => column instanceof Float64Array),
  ];
  return [...new Set(arrays.map((array) => array.buffer as ArrayBuffer))];
}

/** One row of a batch as users see it, the grouping columns beside the key: for log-like sinks, tests and `la test`. */
export interface ResultRow {
  readonly group_key: string;
  readonly window_start: number;
  readonly window_end: number;
  readonly generation: number;
  readonly rows: number;
  readonly complete: boolean;
  readonly claim: number;
  readonly truncated?: true;
  readonly gap?: true;
  readonly [column: string]: Json | undefined;
}
