/** What the columns of a sample hold. */
import type { Json } from '../../runtime/json.ts';
import type { ColumnType } from '../../views/spec.ts';
import type { SampleRecord } from './sample.ts';

export interface ColumnProfile {
  /** Dot path. */
  readonly path: string;
  /** Records in which it holds a value, by the value's type. */
  readonly number: number;
  readonly text: number;
  readonly boolean: number;
  /** Lists, which no aggregation takes. */
  readonly list: number;
  /** Numbers that are not whole. */
  readonly fractions: number;
  /** Different values, counted up to DISTINCT_MAX. */
  readonly distinct: number;
  readonly textLengthMax: number;
}

export interface SampleProfile {
  readonly records: number;
  /** In the order in which they appear. */
  readonly columns: readonly ColumnProfile[];
  /** Keys that no dot path can name. */
  readonly unnameable: readonly string[];
}

const DISTINCT_MAX = 100_000;
const COLUMNS_MAX = 1000;
const DEPTH_MAX = 16;
/** Of a path, as la.json allows it. */
const PATH_CHARACTERS_MAX = 200;
/** la.json cannot declare them. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

type Counts = { -readonly [Key in keyof Omit<ColumnProfile, 'distinct'>]: ColumnProfile[Key] } & {
  readonly values: Set<Json>;
};

export function profileOf(records: readonly SampleRecord[]): SampleProfile {
  const columns = new Map<string, Counts>();
  const unnameable = new Set<string>();
  const walk = (object: SampleRecord['value'], prefix: string, depth: number) => {
    for (const [key, value] of Object.entries(object)) {
      if (value === null) continue;
      const path = prefix + key;
      if (!isNameable(key, path, depth)) {
        unnameable.add(path.slice(0, PATH_CHARACTERS_MAX));
      } else if (typeof value === 'object' && !Array.isArray(value)) {
        walk(Object.fromEntries(Object.entries(value)), `${path}.`, depth + 1);
      } else {
        count(columns, path, value);
      }
    }
  };
  for (const { value } of records) walk(value, '', 1);
  return {
    records: records.length,
    columns: [...columns.values()].map(({ values, ...counts }) => ({
      ...counts,
      distinct: values.size,
    })),
    unnameable: [...unnameable],
  };
}

function isNameable(key: string, path: string, depth: number): boolean {
  const isPlain = key !== '' && !key.includes('.') && !(depth === 1 && key.startsWith('$'));
  return isPlain && !FORBIDDEN.has(key) && path.length <= PATH_CHARACTERS_MAX && depth <= DEPTH_MAX;
}

function count(columns: Map<string, Counts>, path: string, value: NonNullable<Json>): void {
  let counts = columns.get(path);
  if (counts === undefined) {
    if (columns.size >= COLUMNS_MAX) return;
    counts = {
      path,
      number: 0,
      text: 0,
      boolean: 0,
      list: 0,
      fractions: 0,
      textLengthMax: 0,
      values: new Set(),
    };
    columns.set(path, counts);
  }
  if (typeof value === 'object') {
    counts.list++;
    return;
  }
  if (counts.values.size < DISTINCT_MAX) counts.values.add(value);
  if (typeof value === 'boolean') counts.boolean++;
  else if (typeof value === 'number') {
    counts.number++;
    if (!Number.isInteger(value)) counts.fractions++;
  } else {
    counts.text++;
    counts.textLengthMax = Math.max(counts.textLengthMax, value.length);
  }
}

/** Records in which the column holds anything. */
export const presentIn = ({ number, text, boolean, list }: ColumnProfile): number =>
  number + text + boolean + list;

/** The one type of all its values; undefined where they are mixed, or lists. */
export function typeOf(column: ColumnProfile): ColumnType | undefined {
  const present = presentIn(column);
  const types = ['number', 'text', 'boolean'] as const;
  return types.find((type) => column[type] === present && present > 0);
}

/** What a dot path leads to. */
export function valueAt(record: SampleRecord['value'], path: string): Json | undefined {
  let at: Json | undefined = record;
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || Array.isArray(at)) return undefined;
    at = Object.hasOwn(at, key) ? new Map(Object.entries(at)).get(key) : undefined;
  }
  return at;
}
