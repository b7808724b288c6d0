/**
 * The 64-bit hash of typed values, in two 32-bit halves. It is persisted in sketches and compared across nodes, so it
 * never changes: test/runtime/hash.test.ts holds golden values.
 *
 * Input is read as little-endian words of 4 bytes, the last one padded with zeros; the length goes into the finish. The
 * steps are exported because scanners fold them into the loop that looks for a string's end.
 */
import { EntryType } from './dictionary.ts';

/** The last hash, as signed 32-bit patterns. Fields instead of a result object: nothing is allocated per value. */
export const hashed = { low: 0, high: 0 };

export const hashSeedLow = (type: number): number => Math.imul(type, 0x85ebca6b);
export const hashSeedHigh = (type: number): number => Math.imul(type, 0xc2b2ae35) ^ 0x27d4eb2f;

export const TEXT_SEED_LOW: number = hashSeedLow(EntryType.TEXT);
export const TEXT_SEED_HIGH: number = hashSeedHigh(EntryType.TEXT);

/** One word into the low lane: MurmurHash3's block step. */
export function hashWordLow(low: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const mixed = low ^ Math.imul(k, 0x1b873593);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** One word into the high lane: another structure, so that no difference cancels in both. */
export function hashWordHigh(high: number, word: number): number {
  const product = Math.imul(high ^ word, 0x9e3779b1);
  return (product << 17) | (product >>> 15);
}

/**
 * The hash's halves from the lanes. Each step is a bijection of the pair, so that only lanes can collide; the high half
 * needs the low one, the low half alone is enough to look something up.
 */
export function hashFinishLow(low: number, high: number, length: number): number {
  let half = (low + Math.imul(high, 0x165667b1)) ^ length;
  half = Math.imul(half ^ (half >>> 16), 0x85ebca6b);
  half = Math.imul(half ^ (half >>> 13), 0xc2b2ae35);
  return half ^ (half >>> 16);
}

export function hashFinishHigh(high: number, finishedLow: number): number {
  let half = high + Math.imul(finishedLow, 0x27d4eb2f);
  half = Math.imul(half ^ (half >>> 15), 0x2c1b3c6d);
  half = Math.imul(half ^ (half >>> 12), 0x297a2d39);
  return half ^ (half >>> 15);
}

/** Hashes (type, bytes [start, end)) into `hashed`. */
export function hash64(type: number, bytes: Uint8Array, start: number, end: number): void {
  hashLanes(type, bytes, start, end);
  hashed.low = hashFinishLow(hashed.low, hashed.high, end - start);
  hashed.high = hashFinishHigh(hashed.high, hashed.low);
}

/** The lanes before the finish, into `hashed`. */
export function hashLanes(type: number, bytes: Uint8Array, start: number, end: number): void {
  let low = hashSeedLow(type);
  let high = hashSeedHigh(type);
  let at = start;
  for (const last = end - 4; at <= last; at += 4) {
    const word =
      bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    low = hashWordLow(low, word);
    high = hashWordHigh(high, word);
  }
  if (at < end) {
    let word = bytes[at]!;
    if (at + 1 < end) word |= bytes[at + 1]! << 8;
    if (at + 2 < end) word |= bytes[at + 2]! << 16;
    low = hashWordLow(low, word);
    high = hashWordHigh(high, word);
  }
  hashed.low = low;
  hashed.high = high;
}
