/** Which column says when a row happened, and in which unit: by what it holds, its name, and its order. */
import { Buffer } from 'node:buffer';
import { iso8601ToEpochMs, numberToEpochMs } from '../../kernels/event-time.ts';
import type { Json } from '../../runtime/json.ts';
import type { EventTimeUnit } from '../../views/spec.ts';
import { type ColumnProfile, presentIn, valueAt } from './columns.ts';
import type { SampleRecord } from './sample.ts';

export interface TimeCandidate {
  readonly path: string;
  readonly unit: EventTimeUnit;
  /** Records whose time can be read and lies between 2000 and 2100. */
  readonly readable: number;
  readonly score: number;
  /** Why it is one, for people. */
  readonly reasons: readonly string[];
}

export interface EventTimeChoice {
  readonly chosen: TimeCandidate;
  /** Others that would do nearly as well. */
  readonly alternatives: readonly TimeCandidate[];
}

const YEAR_2000 = Date.UTC(2000, 0, 1);
const YEAR_2100 = Date.UTC(2100, 0, 1);
/** A row without a time is invalid: of fewer readable ones than these no column is the event time. */
const READABLE_SHARE_MIN = 0.9;
/** How far behind the best another candidate is still worth a word. */
const NEAR = 1.5;

const numberUnits: readonly EventTimeUnit[] = ['ms', 's', 'us', 'ns'];
const units: readonly EventTimeUnit[] = [...numberUnits, 'iso8601'];

/** Epoch ms, NaN where it cannot be read. */
export function timeOf(value: Json | undefined, unit: EventTimeUnit): number {
  if (unit === 'iso8601') {
    if (typeof value !== 'string') return Number.NaN;
    const bytes = Buffer.from(value);
    return iso8601ToEpochMs(bytes, 0, bytes.length);
  }
  return typeof value === 'number' ? numberToEpochMs(String(value), unit) : Number.NaN;
}

const isPlausible = (time: number): boolean => time >= YEAR_2000 && time < YEAR_2100;

/** All columns that could be it, the best first. */
export function timeCandidates(
  records: readonly SampleRecord[],
  columns: readonly ColumnProfile[],
): TimeCandidate[] {
  return columns
    .filter((column) => presentIn(column) >= records.length * READABLE_SHARE_MIN)
    .flatMap((column) => {
      const candidate = candidateOf(records, column);
      return candidate === undefined ? [] : [candidate];
    })
    .sort((a, b) => b.score - a.score);
}

export function chooseEventTime(candidates: readonly TimeCandidate[]): EventTimeChoice | undefined {
  const [chosen, ...rest] = candidates;
  // A number of the right size that neither rises nor is named like a time is something else.
  if (chosen === undefined || chosen.score < 1) return undefined;
  return { chosen, alternatives: rest.filter(({ score }) => score > chosen.score - NEAR) };
}

/** The unit in which most values of the column are times, and how many; undefined where none are. */
export function unitOf(
  records: readonly SampleRecord[],
  path: string,
): { readonly unit: EventTimeUnit; readonly readable: number } | undefined {
  const values = records.map(({ value }) => valueAt(value, path));
  const found = units.map((unit) => ({
    unit,
    readable: values.filter((value) => isPlausible(timeOf(value, unit))).length,
  }));
  const best = found.reduce((a, b) => (b.readable > a.readable ? b : a));
  return best.readable === 0 ? undefined : best;
}

function candidateOf(
  records: readonly SampleRecord[],
  column: ColumnProfile,
): TimeCandidate | undefined {
  const { path } = column;
  const found = unitOf(records, path);
  if (found === undefined || found.readable < records.length * READABLE_SHARE_MIN) return undefined;
  const { unit, readable } = found;
  const rising = risingShare(records, path, unit);
  const name = nameScore(path);
  const isConstant = column.distinct === 1 && records.length > 1;
  const score =
    name + 2 * rising + (unit === 'iso8601' ? 1 : 0) - (isConstant ? 2 : 0) - 0.5 * depth(path);
  const reasons = [
    unit === 'iso8601' ? 'holds times of ISO 8601' : `holds epoch ${unit} between 2000 and 2100`,
    ...(name > 0 ? ['is named like a time'] : []),
    ...(name < 0 ? ['is named like another time than that of the event'] : []),
    ...(rising > 0.9 && records.length > 1 ? ['rises from record to record'] : []),
    ...(readable < records.length ? [`is missing in ${records.length - readable} records`] : []),
  ];
  return { path, unit, readable, score, reasons };
}

const depth = (path: string): number => path.split('.').length - 1;

/** Steps from one record to the next on which the time does not fall, from 0 (falls on every second one) to 1. */
function risingShare(records: readonly SampleRecord[], path: string, unit: EventTimeUnit): number {
  let steps = 0;
  let rising = 0;
  let before = Number.NaN;
  for (const { value } of records) {
    const time = timeOf(valueAt(value, path), unit);
    if (Number.isNaN(time)) continue;
    if (!Number.isNaN(before)) {
      steps++;
      if (time >= before) rising++;
    }
    before = time;
  }
  return steps === 0 ? 0 : Math.max(0, (2 * rising) / steps - 1);
}

const OF_THE_EVENT =
  /^(event|occurr?ed|happened|measured|observed|recorded|record|sampled?|log|logged|reading)?_?(time_?stamp|time|ts|date_?time|at|date)(_?(ms|us|ns|s|sec|utc|epoch|millis))?$/;
const LIKE_A_TIME =
  /time|date|stamp|epoch|(^|_)(ts|at|t|when|created|occurred)(_|$)|^(t|ts|at|when)$/;
const OF_SOMETHING_ELSE =
  /expir|birth|dob|updat|modif|delet|valid|until|deadline|received|ingest|process|sent|scheduled|last|first|start|end|due|uptime|runtime|duration|elapsed/;

function nameScore(path: string): number {
  const name = snakeCase(path.split('.').at(-1) ?? '');
  if (OF_SOMETHING_ELSE.test(name)) return LIKE_A_TIME.test(name) ? -0.5 : -1;
  if (OF_THE_EVENT.test(name)) return 3;
  return LIKE_A_TIME.test(name) ? 2 : 0;
}

/** `eventTime` and `@event-time` as `event_time`. */
const snakeCase = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
