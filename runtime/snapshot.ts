/**
 * A unit's state as the checkpoint protocol sees it: named regions of bytes and a small JSON description. A snapshot
 * carries what changed since the one before; applying a chain in order gives the regions at the last cut.
 */
import type { Json } from './json.ts';

export interface PartitionPosition {
  /** The partition's id, stable over restarts: a file's path, or topic id and number. */
  readonly partition: string;
  /** The next offset to read. */
  readonly nextOffset: number;
  /** Largest event time seen, epoch ms; null before the first row. */
  readonly timeMax: number | null;
  /** The committed idle floor of the watermark, epoch ms, which holds from `nextOffset` on; null when none. */
  readonly floor: number | null;
  /** What the source said of the contents up to `nextOffset`: see Source.fingerprint. */
  readonly fingerprint?: string | null;
}

/** `bytes` belong at `offset` of the region; later writes win. */
export interface RegionWrite {
  readonly region: string;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface Snapshot {
  /** Whether it stands alone; otherwise it needs its predecessor. */
  readonly full: boolean;
  readonly positions: readonly PartitionPosition[];
  readonly meta: Json;
  /** Every region that exists at this cut and its length in bytes; regions not named are gone. */
  readonly regions: readonly { readonly name: string; readonly bytes: number }[];
  readonly writes: readonly RegionWrite[];
  /** Dead letters up to this batch must be durable before the snapshot is committed. */
  readonly deadLetterBatch: number;
}

/** The buffers that its writes are in. */
export function snapshotBuffers({ writes }: Pick<Snapshot, 'writes'>): ArrayBuffer[] {
  return [...new Set(writes.map(({ bytes }) => bytes.buffer as ArrayBuffer))];
}

export interface RestoredState {
  readonly positions: readonly PartitionPosition[];
  readonly meta: Json;
  readonly regions: ReadonlyMap<string, Uint8Array>;
}
