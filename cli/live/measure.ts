/** From two looks at a running engine to what people want to know of it. Pure. */
import type { UnitStatus } from '../../actors/unit-status.ts';
import { rowsRead, streamsOf } from '../rows-read.ts';

/** The engine at one moment. */
export interface Reading {
  /** On the monotonic clock. */
  readonly monoMs: number;
  /** Epoch ms. */
  readonly nowMs: number;
  readonly units: readonly UnitStatus[];
  /** Of the whole process, all threads. */
  readonly cpuMs: number;
  readonly rssBytes: number;
}

export interface StreamMeasures {
  readonly stream: string;
  /** Since the program started. */
  readonly rows: number;
  readonly rowsPerSecond: number;
  /** The newest one seen, epoch ms; null before the first row. */
  readonly eventTimeMs: number | null;
}

export interface UnitMeasures {
  /** The view's name; the unit's where the view has several generations. */
  readonly name: string;
  readonly state: UnitStatus['state'];
  readonly rowsPerSecond: number;
  /** Behind what was read of the stream: in rows, and in event time. Null before it runs. */
  readonly lagRows: number | null;
  readonly lagMs: number | null;
  readonly windows: number;
  readonly groups: number;
  readonly memoryBytes: number;
  readonly resultRows: number;
  /** Null before the first one. */
  readonly checkpointAgeMs: number | null;
  /** What it waits for, or why it failed. */
  readonly trouble: string | null;
}

export interface Measures {
  readonly streams: readonly StreamMeasures[];
  readonly units: readonly UnitMeasures[];
  /** CPU seconds a second. */
  readonly cores: number;
  readonly rssBytes: number;
}

/** Rates are those between the two readings. */
export function measure(before: Reading, now: Reading): Measures {
  const seconds = (now.monoMs - before.monoMs) / 1000;
  const rate = (count: number) => (seconds > 0 ? Math.max(0, count) / seconds : 0);
  const streams = streamsOf(now.units).map(([stream, units]): StreamMeasures => {
    const rows = rowsRead(units);
    const earlier = before.units.filter((unit) => unit.stream === stream);
    const eventTimeMs = newestTime(units);
    return { stream, rows, rowsPerSecond: rate(rows - rowsRead(earlier)), eventTimeMs };
  });
  const units = now.units.map((unit): UnitMeasures => {
    const earlier = before.units.find((other) => other.unit === unit.unit);
    const read = earlier === undefined || earlier.starts === 0 ? unit.read_before : earlier.read;
    const newest = streams.find(({ stream }) => stream === unit.stream)?.eventTimeMs ?? null;
    const isSeated = unit.starts > 0 && unit.state !== 'waiting' && unit.state !== 'scheduled';
    const isTimed = newest !== null && hasTime(unit);
    return {
      name: nameAmong(unit, now.units),
      state: unit.state,
      rowsPerSecond: rate(unit.read - read),
      lagRows: isSeated ? unit.lag_rows : null,
      lagMs: isSeated && isTimed ? newest - unit.time_max : null,
      windows: unit.windows,
      groups: unit.groups,
      memoryBytes: unit.memory,
      resultRows: unit.result_rows,
      checkpointAgeMs: unit.committed_at === 0 ? null : now.nowMs - unit.committed_at,
      trouble: troubleOf(unit),
    };
  });
  return { streams, units, cores: rate(now.cpuMs - before.cpuMs) / 1000, rssBytes: now.rssBytes };
}

/** A line of the board that nobody has written yet says 0, a unit without rows -Infinity. */
const hasTime = ({ starts, time_max }: UnitStatus): boolean =>
  starts > 0 && Number.isFinite(time_max);

function newestTime(units: readonly UnitStatus[]): number | null {
  const times = units.filter(hasTime).map(({ time_max }) => time_max);
  return times.length === 0 ? null : Math.max(...times);
}

function nameAmong(unit: UnitStatus, units: readonly UnitStatus[]): string {
  const generations = units.filter(({ view }) => view === unit.view).length;
  return generations > 1 ? unit.unit : unit.view;
}

function troubleOf({ state, error, trouble }: UnitStatus): string | null {
  const cause = trouble ?? (state === 'running' || state === 'finished' ? null : error);
  return cause === null ? null : `${cause.code}: ${cause.message}`;
}
