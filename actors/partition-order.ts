/** Which partition to read next: the one furthest behind in event time, so that windows fill evenly. */
import type { PartitionReader, RecordBatch } from '../connectors/contract.ts';

export interface Partition {
  readonly index: number;
  readonly id: string;
  readonly bounded: boolean;
  readonly fingerprint: string | null;
  /** Largest event time published; -Infinity before the first row. */
  timeMax: number;
  ended: boolean;
  /** Silent for `idle_after`: it no longer holds the others back. */
  idle: boolean;
  /** When it last had records, on the monotonic clock. */
  activeAt: number;
  /** Not asked again before, on the monotonic clock; the wait that led to it. */
  pollAt: number;
  pollMs: number;
  /** Its source has said that there may be more since it was asked last. */
  told: boolean;
  reader: PartitionReader | undefined;
  /** Records read and not yet all decoded, and the next of them. */
  batch: RecordBatch | undefined;
  record: number;
}

/**
 * The partition to read: of those that may have records now the one with the lowest event time, unless it is more than
 * `maxSkewMs` ahead of a partition that is only waiting for records. Such a pause is no silence.
 */
export function pickPartition(
  partitions: readonly Partition[],
  mono: number,
  maxSkewMs: number,
): Partition | undefined {
  let behind = Number.POSITIVE_INFINITY;
  let best: Partition | undefined;
  for (const partition of partitions) {
    if (partition.ended) continue;
    if (!partition.idle && partition.timeMax < behind) behind = partition.timeMax;
    if (partition.pollAt > mono && partition.batch === undefined) continue;
    if (best === undefined || partition.timeMax < best.timeMax) best = partition;
  }
  if (best === undefined) return undefined;
  if (best.timeMax > behind + maxSkewMs && behind !== Number.NEGATIVE_INFINITY) {
    best.activeAt = mono;
    return undefined;
  }
  return best;
}

/**
 * ms until `pickPartition` may have another answer by itself: when the next partition is due, and no later than `pauseMs`
 * where one is due that is too far ahead.
 */
export function nextPollInMs(
  partitions: readonly Partition[],
  mono: number,
  pauseMs: number,
): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { ended, pollAt } of partitions) {
    if (!ended) least = Math.min(least, pollAt > mono ? pollAt - mono : pauseMs);
  }
  return Number.isFinite(least) ? least : pauseMs;
}
