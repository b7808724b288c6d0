/** Tests to begin with: the first records of the sample, and one that comes too late. */
import { StraightLane } from '../../actors/straight-lane.ts';
import type { Json } from '../../runtime/json.ts';
import { parseWithPlaces } from '../../views/json-with-places.ts';
import type { ViewTestCase } from '../../views/schema/view-test-schema.ts';
import type { EventTimeUnit } from '../../views/spec.ts';
import { runCase } from '../testing/run-case.ts';
import { expectedRows } from '../testing/update.ts';
import type { PlannedView } from '../testing/view-tests.ts';
import { valueAt } from './columns.ts';
import { timeOf } from './event-time.ts';
import type { SampleRecord } from './sample.ts';

type JsonObject = { readonly [key: string]: Json };

const ROWS_MAX = 5;
/** Longer records make no example. */
const LINE_CHARACTERS_MAX = 2000;
/** Windows, counted in ms, are added to times of these units by this many digits. */
const perMs: Readonly<Record<Exclude<EventTimeUnit, 'iso8601'>, (ms: number) => number>> = {
  ms: (ms) => ms,
  s: (ms) => Math.ceil(ms / 1000),
  us: (ms) => ms * 1000,
  ns: (ms) => ms * 1_000_000,
};

export interface FirstTestOptions {
  readonly records: readonly SampleRecord[];
  readonly view: PlannedView;
  readonly withLateRow: boolean;
}

/** A test file, with what comes out as what is expected. Undefined where no record is short enough. */
export function firstTests({
  records,
  view,
  withLateRow,
}: FirstTestOptions): JsonObject | undefined {
  const { plan, stream } = view;
  const { path, unit } = stream.eventTime;
  const examples = records
    .filter(({ line }) => line.length <= LINE_CHARACTERS_MAX)
    .filter(({ value }) => !Number.isNaN(timeOf(valueAt(value, path), unit)))
    .slice(0, ROWS_MAX);
  const [first] = examples;
  if (first === undefined) return undefined;
  const lane = new StraightLane({ stream, plans: [plan], chunkRows: 64 });
  const withResults = (name: string, rows: readonly Json[]) => {
    const given: NonNullable<ViewTestCase['rows']> = JSON.parse(JSON.stringify(rows));
    const one: ViewTestCase = { name, complete: true, rows: given };
    const outcome = runCase(lane, plan, one);
    const letters = outcome.deadLetters.map(({ partition: _, ...letter }) => letter);
    const expect: Json = expectedRows(plan, one, outcome);
    return { name, rows, expect, ...(letters.length > 0 ? { dead_letters: letters } : {}) };
  };
  const cases = [withResults('the first records', examples.map(rowOf))];
  const late = withLateRow ? lateRows(first, view) : undefined;
  if (late !== undefined) cases.push(withResults('a record that comes too late', late));
  return { $schema: '../schemas/view-test.schema.json', cases };
}

/** An object where that says the same as the line, else the line as it stands. */
function rowOf({ line, value }: SampleRecord): Json {
  const isFaithful = JSON.stringify(value) === line.replace(/^\s+|\s+$/g, '');
  return isFaithful && parseWithPlaces(line).faults.length === 0 ? value : line;
}

/** The record, one that is so much newer that its window is closed for good, and the record again. */
function lateRows(first: SampleRecord, { plan, stream }: PlannedView): Json[] | undefined {
  const { path, unit } = stream.eventTime;
  const aheadMs = plan.window.sizeMs + plan.delayMs + plan.allowedLatenessMs;
  const time = valueAt(first.value, path);
  const newer =
    unit === 'iso8601'
      ? new Date(timeOf(time, unit) + aheadMs).toISOString()
      : typeof time === 'number'
        ? time + perMs[unit](aheadMs)
        : undefined;
  const row = rowOf(first);
  if (newer === undefined || typeof row === 'string') return undefined;
  return [row, withValue(first.value, path.split('.'), newer), row];
}

function withValue(
  object: JsonObject,
  [key = '', ...rest]: readonly string[],
  value: Json,
): JsonObject {
  const inner = object[key];
  const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
  const members = isObject ? Object.fromEntries(Object.entries(inner)) : {};
  return { ...object, [key]: rest.length === 0 ? value : withValue(members, rest, value) };
}
