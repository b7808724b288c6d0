/** What was read of the streams, told from what their views say. */
import type { UnitStatus } from '../actors/unit-status.ts';

/** Each stream is read once, by however many views: what the view that is furthest has read. */
export const rowsRead = (units: readonly UnitStatus[]): number =>
  units.reduce((most, { read, read_before }) => Math.max(most, read - read_before), 0);

/** Streams in the order of their first unit. */
export function streamsOf(
  units: readonly UnitStatus[],
): (readonly [stream: string, units: UnitStatus[]])[] {
  return [...Map.groupBy(units, ({ stream }) => stream)];
}
