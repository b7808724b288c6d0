/** Views to begin with: how many records come in, and one view for each column that is worth grouping by. */
import type { Json } from '../../runtime/json.ts';
import { formatDuration } from '../../views/duration.ts';
import { RESERVED_OUTPUTS } from '../../views/spec.ts';
import { type ColumnProfile, presentIn, type SampleProfile, typeOf } from './columns.ts';
import { nameFrom, UniqueNames } from './names.ts';
import type { Timing } from './timing.ts';

type JsonObject = { readonly [key: string]: Json };

export interface FirstView {
  readonly name: string;
  readonly document: JsonObject;
}

const VIEWS_BY_COLUMN_MAX = 4;
const MEASURES_MAX = 2;
const DISTINCTS_MAX = 2;
/** Longer texts are messages, not names of things. */
const KEY_CHARACTERS_MAX = 100;
/** Whole numbers of fewer different values name things (floors, codes) rather than measure them. */
const CODE_VALUES_MAX = 20;
const GROUPS_MIN = 10_000;

export interface ViewFacts {
  readonly stream: string;
  readonly profile: SampleProfile;
  readonly timing: Timing;
  /** Columns that hold times, the event time among them. */
  readonly times: ReadonlySet<string>;
}

export function firstViews(facts: ViewFacts): FirstView[] {
  const { profile } = facts;
  const names = new UniqueNames();
  const grouping = groupingColumns(facts);
  const measures = measureColumns(facts, grouping);
  const counted = distinctColumns(facts);
  const rate = view(facts, names.take('rate'), { column: null, measures, counted });
  const by = grouping.slice(0, VIEWS_BY_COLUMN_MAX).map((column) => {
    const name = names.take(`by_${nameFrom(column.path, 'column')}`);
    return view(facts, name, { column, measures, counted });
  });
  return profile.records === 0 ? [] : [rate, ...by];
}

const isKeyName = (path: string): boolean => !/\p{Cc}/u.test(path);

/** Columns whose values recur, the best first. */
function groupingColumns({ profile, times }: ViewFacts): ColumnProfile[] {
  const { records, columns } = profile;
  const good = columns.filter((column) => {
    const { path, fractions, distinct, textLengthMax } = column;
    const type = typeOf(column);
    const present = presentIn(column);
    if (type === undefined || times.has(path) || !isKeyName(path)) return false;
    if (present * 2 < records || fractions > 0 || textLengthMax > KEY_CHARACTERS_MAX) return false;
    // Of a handful of records nothing can be told: any text may do.
    if (records < 10) return type === 'text';
    if (distinct < 2 || present / distinct < 3) return false;
    return type !== 'number' || distinct <= CODE_VALUES_MAX || isIdentifier(path);
  });
  const few = records < 10 ? 1 : good.length;
  return good.sort((a, b) => groupingScore(b) - groupingScore(a)).slice(0, few);
}

/** Many values tell more than few, up to some thousands; texts name things. */
function groupingScore(column: ColumnProfile): number {
  const breadth = Math.min(3, Math.log10(column.distinct));
  return breadth + (column.text > 0 ? 1 : 0) - 0.3 * (column.path.split('.').length - 1);
}

const isIdentifier = (path: string): boolean =>
  /(^|[^a-z])(id|code|number|no|nr|port|status|channel|zip|key)$/i.test(path) || /Id$/.test(path);

/** Columns to average, those that measure something before those that may be codes. */
function measureColumns(
  { profile, times }: ViewFacts,
  grouping: readonly ColumnProfile[],
): ColumnProfile[] {
  const numbers = profile.columns.filter(
    (column) =>
      typeOf(column) === 'number' &&
      !times.has(column.path) &&
      !isIdentifier(column.path) &&
      !/(^|[^a-z])(lat|lon|lng|latitude|longitude)$/i.test(column.path),
  );
  const measuring = numbers.filter((column) => !grouping.includes(column));
  return (measuring.length > 0 ? measuring : numbers)
    .sort((a, b) => presentIn(b) - presentIn(a))
    .slice(0, MEASURES_MAX);
}

/** Columns whose different values are worth counting: those with the most. */
function distinctColumns({ profile, times }: ViewFacts): ColumnProfile[] {
  return profile.columns
    .filter((column) => {
      const { path, text, distinct, textLengthMax } = column;
      const names = typeOf(column) === 'text' && textLengthMax <= KEY_CHARACTERS_MAX;
      return names && text * 2 >= profile.records && distinct > 1 && !times.has(path);
    })
    .sort((a, b) => b.distinct - a.distinct);
}

interface ViewParts {
  /** Null: of all records together. */
  readonly column: ColumnProfile | null;
  readonly measures: readonly ColumnProfile[];
  readonly counted: readonly ColumnProfile[];
}

function view(
  { stream, timing }: ViewFacts,
  name: string,
  { column, measures, counted }: ViewParts,
): FirstView {
  const windowMs = column === null ? timing.rateWindowMs : timing.groupWindowMs;
  const key = column === null ? null : keyOf(column.path);
  const names = new UniqueNames([...RESERVED_OUTPUTS, ...(key === null ? [] : [key.output])]);
  const others = counted.filter(({ path }) => path !== column?.path).slice(0, DISTINCTS_MAX);
  const values = measures.filter(({ path }) => path !== column?.path);
  const length = formatDuration(windowMs);
  const what = column === null ? 'How many records there are' : `Records of each ${column.path}`;
  return {
    name,
    document: {
      $schema: '../schemas/view.schema.json',
      view: name,
      stream,
      description: `${what}, in windows of ${length}.`,
      grouping_cols: [...(key === null ? [] : [key.grouping]), { time: length }],
      aggregation_info: [
        { aggregation: 'count', aggregated_col_name: names.take('records') },
        ...others.map(({ path }) => entry(names, 'count_distinct', 'distinct', path)),
        ...values.flatMap(({ path }) => measuresOf(names, path)),
      ],
      write_interval: '10s',
      allowed_lateness: formatDuration(timing.latenessMs),
      sinks: ['table'],
      limits: { groups: groupsLimit(column?.distinct ?? 1), memory: '256MiB' },
    },
  };
}

function keyOf(path: string): { readonly grouping: Json; readonly output: string } {
  if (!RESERVED_OUTPUTS.includes(path.toLowerCase())) return { grouping: path, output: path };
  const output = `${nameFrom(path, 'column')}_value`;
  return { grouping: { col_name: path, as: output }, output };
}

const entry = (
  names: UniqueNames,
  aggregation: string,
  prefix: string,
  path: string,
): JsonObject => ({
  aggregation,
  col_name: path,
  aggregated_col_name: names.take(`${prefix}_${nameFrom(path, 'value')}`),
});

/** Amounts are added up; other measures have an average and a value that few exceed. */
function measuresOf(names: UniqueNames, path: string): JsonObject[] {
  const isAmount = /bytes|amount|count|total|size|price|cost|qty|quantity|volume|sales/i.test(path);
  const second = isAmount
    ? entry(names, 'sum', 'sum', path)
    : { ...entry(names, 'percentile', 'p95', path), params: { p: 95 } };
  return [entry(names, 'avg', 'avg', path), second];
}

/** Room for many times the groups of the sample, as a round number. */
function groupsLimit(distinct: number): number {
  const wanted = Math.max(GROUPS_MIN, distinct * 20);
  return 10 ** Math.ceil(Math.log10(wanted));
}
