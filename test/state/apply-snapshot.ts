import assert from 'node:assert/strict';
import type { RestoredState, Snapshot } from '../../runtime/snapshot.ts';

/** The state after a snapshot, given the state before it: what restoring a chain comes to. */
export function applySnapshot(before: RestoredState | null, snapshot: Snapshot): RestoredState {
  assert.ok(snapshot.full || before !== null, 'a delta needs its predecessor');
  const regions = new Map<string, Uint8Array>();
  for (const { name, bytes } of snapshot.regions) {
    const region = new Uint8Array(bytes);
    const old = snapshot.full ? undefined : before?.regions.get(name);
    if (old !== undefined) region.set(old.subarray(0, bytes));
    regions.set(name, region);
  }
  for (const { region, offset, bytes } of snapshot.writes) regions.get(region)!.set(bytes, offset);
  const { positions, meta } = structuredClone({
    positions: snapshot.positions,
    meta: snapshot.meta,
  });
  return { positions, meta, regions };
}
