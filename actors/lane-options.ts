/** How roomy a stream's lanes are. */
import type { ColumnSpec } from '../runtime/chunk.ts';
import type { DictionaryLimits } from '../runtime/dictionary.ts';
import { hasDictionary, type LaneOptions } from '../runtime/lane.ts';

/** For all dictionaries of a lane: address space, not memory, until it is used. */
const DICTIONARIES_BYTES = 1280 * 1024 * 1024;
/** Of an entry: what is kept of its text, and everything else. */
const TEXT_BYTES = 24;
const ENTRY_BYTES = TEXT_BYTES + 40;
const ENTRIES_MAX = 1 << 24;
/** Whatever the number of columns, one value of the largest records fits. */
const BYTES_MIN = 32 * 1024 * 1024;
/** A catch-up lane need not be as roomy as the main one. */
const CATCH_UP_SLOTS = 8;

export interface LaneSize {
  readonly chunkRows: number;
  readonly slots: number;
  /** Of each dictionary, instead of what the number of columns leaves room for. */
  readonly dictionary?: DictionaryLimits | undefined;
}

export function laneOptions(
  { chunkRows, slots, dictionary }: LaneSize,
  columns: readonly ColumnSpec[],
  main: boolean,
): LaneOptions {
  return {
    chunkRows,
    slots: main ? slots : Math.min(slots, CATCH_UP_SLOTS),
    columns,
    dictionary: dictionary ?? dictionaryLimits(columns),
  };
}

function dictionaryLimits(columns: readonly ColumnSpec[]): DictionaryLimits {
  const share = DICTIONARIES_BYTES / Math.max(1, columns.filter(hasDictionary).length);
  const entriesMax = Math.min(ENTRIES_MAX, 2 ** Math.floor(Math.log2(share / ENTRY_BYTES)));
  return { entriesMax, bytesMax: Math.max(BYTES_MIN, entriesMax * TEXT_BYTES) };
}
