import type { SourceContext } from '../../../connectors/contract.ts';
import { type Clock, ManualClock } from '../../../runtime/clock.ts';

/** Event time in `ts`. */
export function eventTime(record: Uint8Array): number {
  try {
    const { ts }: { ts: unknown } = JSON.parse(Buffer.from(record).toString());
    return typeof ts === 'number' ? ts : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

export const sourceContext = (
  projectDir: string,
  clock: Clock = new ManualClock(),
  maxRecordBytes = 1024 * 1024,
): SourceContext => ({ projectDir, clock, maxRecordBytes, eventTime });
