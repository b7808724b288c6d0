/** A manifest: one checkpoint of a unit, with everything that its restoration needs but the packs themselves. */
import { seal, unseal } from '../../connectors/sealed-json.ts';
import { check } from '../../runtime/errors.ts';
import type { Json } from '../../runtime/json.ts';
import type { PartitionPosition, Snapshot } from '../../runtime/snapshot.ts';
import { checkpointError } from './errors.ts';

export const MANIFEST_FORMAT = 1;

export interface PackEntry {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly crc32: number;
}

export interface ManifestRef {
  readonly manifest: string;
  readonly sha256: string;
}

export interface Manifest {
  readonly unit: string;
  readonly generation: number;
  readonly claim: number;
  readonly sequence: number;
  /** The checkpoint before it; null for the first one. */
  readonly parent: ManifestRef | null;
  readonly positions: readonly PartitionPosition[];
  readonly meta: Json;
  readonly regions: Snapshot['regions'];
  /** A full pack and the deltas on it, in the order in which they are applied. */
  readonly chain: readonly PackEntry[];
  /** Version of the program that wrote it. */
  readonly writer: string;
  /** Wall clock, epoch ms, for people only. */
  readonly createdMs: number;
}

export function encodeManifest(manifest: Manifest): Uint8Array {
  checkFinite(manifest.meta);
  checkFinite(
    manifest.positions.map(({ nextOffset, timeMax, floor }) => [nextOffset, timeMax, floor]),
  );
  return Buffer.from(seal({ format: MANIFEST_FORMAT, ...manifest }));
}

/** Throws LA_CHECKPOINT_FORMAT for a newer format, another error for what is no manifest. */
export function decodeManifest(key: string, bytes: Uint8Array): Manifest {
  // Its checksum is right: it is what encodeManifest of some version wrote.
  const value = unseal(Buffer.from(bytes).toString()) as Manifest & { format: number };
  const { format, ...manifest } = value;
  if (format > MANIFEST_FORMAT) {
    const supported = MANIFEST_FORMAT;
    throw checkpointError('LA_CHECKPOINT_FORMAT', { object: key, got: format, supported });
  }
  return manifest;
}

/** JSON has no NaN and no infinity: it would bring them back as null. */
function checkFinite(value: Json): void {
  if (typeof value === 'number') check(Number.isFinite(value), 'numbers of a snapshot are finite');
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(checkFinite);
}
