/** The event time of a single record, for sources that pace, loop or seek by it. Not for the hot path. */
import { type EventTimeUnit, iso8601ToEpochMs, numberToEpochMs } from './event-time.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Reads epoch ms from a record; NaN where it has no readable event time. `path` is a dot path. */
export function eventTimeReader(eventTime: {
  readonly path: string;
  readonly unit: EventTimeUnit;
}): (record: Uint8Array) => number {
  const keys = eventTime.path.split('.');
  return (record) => {
    let value: unknown;
    try {
      value = JSON.parse(decoder.decode(record));
    } catch {
      return Number.NaN;
    }
    for (const key of keys) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
        return Number.NaN;
      }
      value = Reflect.get(value, key);
    }
    if (eventTime.unit !== 'iso8601') {
      return typeof value === 'number'
        ? numberToEpochMs(String(value), eventTime.unit)
        : Number.NaN;
    }
    if (typeof value !== 'string') return Number.NaN;
    const text = encoder.encode(value);
    return iso8601ToEpochMs(text, 0, text.length);
  };
}
