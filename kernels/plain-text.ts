import {
  SPOT_HIGH,
  SPOT_INTS,
  SPOT_LENGTH,
  SPOT_LOW,
  SPOT_START,
} from '../runtime/dictionary-writer.ts';
import { hashWordHigh, hashWordLow, TEXT_SEED_HIGH, TEXT_SEED_LOW } from '../runtime/hash.ts';
import { type LocatedValues, ValueKind } from './located-values.ts';

// Copies for the loop here: the compiler folds a module's own constants, imported ones it loads every time.
const wordLow = hashWordLow;
const wordHigh = hashWordHigh;
const SEED_LOW: number = TEXT_SEED_LOW;
const SEED_HIGH: number = TEXT_SEED_HIGH;
const TEXT: number = ValueKind.TEXT;
const INTS: number = SPOT_INTS;
const START: number = SPOT_START;
const LENGTH: number = SPOT_LENGTH;
const LOW: number = SPOT_LOW;
const HIGH: number = SPOT_HIGH;

/**
 * A string of plain ASCII; `start` is after its opening quote. Looks for its end and hashes it, word by word, and leaves it
 * in a cell. Returns the position after the closing quote; -1, with the cell untouched, for any other string and one
 * that does not end before `end`. Small enough to be inlined into the fast lane (its bytecode is below 460 bytes).
 */
export function readPlainText(
  view: DataView,
  start: number,
  end: number,
  cell: number,
  { kinds, spots }: LocatedValues,
): number {
  let low = SEED_LOW;
  let high = SEED_HIGH;
  let marked = 0;
  let word = 0;
  let at = start;
  for (; at < end; at += 4) {
    word = view.getInt32(at, true);
    // The lowest byte marked is the first quote, backslash, control character or byte beyond ASCII: of the latter, each of
    // the first two marks all but one, and not the same one.
    const quoteMark = (word ^ 0x22222222) - 0x01010101;
    const backslashMark = (word ^ 0x5c5c5c5c) - 0x01010101;
    marked = (quoteMark | backslashMark | (word - 0x20202020)) & 0x80808080;
    if (marked !== 0) break;
    low = wordLow(low, word);
    high = wordHigh(high, word);
  }
  const bits = (31 - Math.clz32(marked & -marked)) & 24;
  if (marked === 0 || ((word >>> bits) & 255) !== 34) return -1;
  if (bits !== 0) {
    word &= (1 << bits) - 1;
    low = wordLow(low, word);
    high = wordHigh(high, word);
  }
  at += bits >> 3;
  const spot = cell * INTS;
  kinds[cell] = TEXT;
  spots[spot + START] = start;
  spots[spot + LENGTH] = at - start;
  spots[spot + LOW] = low;
  spots[spot + HIGH] = high;
  return at + 1;
}
