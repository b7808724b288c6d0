/** The rows that a view should give over files of NDJSON, computed by DuckDB. */
import { DuckDBInstance } from '@duckdb/node-api';
import type { Json } from '../../runtime/json.ts';
import { type AggregationName, aggregations } from '../../views/aggregations/registry.ts';
import type { AggregationSpec, StreamSpec, ViewSpec } from '../../views/spec.ts';
import { type Accepts, type EntrySql, type Rule, rules } from './rules.ts';

export interface OracleInput {
  readonly stream: Pick<StreamSpec, 'columns' | 'eventTime'>;
  readonly files: readonly string[];
  /** Our expressions of the view in SQL, over the declared columns of the stream and the derived ones. */
  readonly sql?: Readonly<Record<string, string>>;
}

export interface ExpectedRow {
  readonly group_key: string;
  readonly window_start: number;
  readonly window_end: number;
  readonly rows: number;
  readonly values: Readonly<Record<string, Accepts>>;
}

/** Of a view, over whole JSON objects: malformed lines are not among them. */
export interface Expected {
  readonly rows: readonly ExpectedRow[];
  readonly folded: number;
  readonly filtered: number;
  readonly invalid: number;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const jsonPath = (path: string) =>
  literal(
    `$.${path
      .split('.')
      .map((name) => JSON.stringify(name))
      .join('.')}`,
  );

/** Columns with what stands at a path: extracted once, however often they are used. */
const typeOf = (path: string) => quoted(`type ${path}`);
const stringOf = (path: string) => quoted(`string ${path}`);
const numberOf = (path: string) => quoted(`number ${path}`);
const textOf = (path: string) => quoted(`text ${path}`);

const extracted = (path: string) => [
  `coalesce(json_type(j, ${jsonPath(path)}), 'NULL') AS ${typeOf(path)}`,
  `json_extract_string(j, ${jsonPath(path)}) AS ${stringOf(path)}`,
];
const typed = (path: string) => [
  `CASE WHEN ${typeOf(path)} IN ('BIGINT', 'UBIGINT', 'DOUBLE') THEN ${stringOf(path)}::DOUBLE + 0 END
    AS ${numberOf(path)}`,
  `CASE WHEN ${typeOf(path)} = 'VARCHAR' THEN ${stringOf(path)} END AS ${textOf(path)}`,
];
const declared = {
  number: numberOf,
  text: textOf,
  boolean: (path: string) =>
    `CASE WHEN ${typeOf(path)} = 'BOOLEAN' THEN ${stringOf(path)}::BOOLEAN END`,
};

/** A grouping value: its type and its text, equal for equal numbers; integers keep their digits. */
const keySql = (path: string) => {
  const [number, string] = [numberOf(path), stringOf(path)];
  const whole = `trunc(${number}) = ${number} AND abs(${number}) < 1e15`;
  return `CASE ${typeOf(path)} WHEN 'VARCHAR' THEN 's' || ${string}
    WHEN 'DOUBLE' THEN 'n' || CASE WHEN ${whole} THEN ${number}::HUGEINT::VARCHAR ELSE ${string} END
    WHEN 'NULL' THEN 'null' ELSE 'n' || ${string} END`;
};

const misfits = {
  key: `('OBJECT', 'ARRAY')`,
  value: `('OBJECT', 'ARRAY', 'BOOLEAN')`,
  number: `('OBJECT', 'ARRAY', 'BOOLEAN', 'VARCHAR')`,
};

function keyText(key: string): string {
  if (key === 'null') return key;
  const text = key.slice(1);
  if (key.startsWith('s')) return JSON.stringify(text);
  if (text === 'true' || text === 'false' || !Number.isInteger(Number(text)))
    return Number.isNaN(Number(text)) ? text : String(Number(text));
  const [, digits = '', fraction = '', exponent = '0'] =
    /^(-?\d+)(?:\.(\d+))?(?:[eE]\+?(-?\d+))?$/.exec(text) ?? [];
  const places = Number(exponent) - fraction.length;
  const all = BigInt(digits + fraction);
  return String(places < 0 ? all / 10n ** BigInt(-places) : all * 10n ** BigInt(places));
}

class ViewSql {
  readonly #view: ViewSpec;
  readonly #input: OracleInput;
  readonly #derived: ReadonlySet<string>;

  constructor(view: ViewSpec, input: OracleInput) {
    this.#view = view;
    this.#input = input;
    this.#derived = new Set(view.derive.map(({ name }) => name));
  }

  #expression(text: string): string {
    const sql = this.#input.sql?.[text];
    if (sql === undefined) throw new Error(`no SQL is given for the expression ${text}`);
    return `(${sql})`;
  }

  #number(path: string): string {
    return this.#derived.has(path) ? quoted(path) : numberOf(path);
  }

  /** True where the value at `path` must not be there. */
  #misfit(path: string, kind: keyof typeof misfits): string {
    return this.#derived.has(path) ? 'false' : `${typeOf(path)} IN ${misfits[kind]}`;
  }

  #inputs({ aggregation, column, params }: AggregationSpec) {
    const inputs = Object.entries(aggregations[aggregation as AggregationName].inputs);
    return inputs.flatMap(([name, kind]): [path: string, kind: 'number' | 'value'][] => {
      if (kind === 'time' || kind === 'condition') return [];
      const path = String(name === 'x' ? column : params[name]);
      return [[path, kind === 'number' ? 'number' : 'value']];
    });
  }

  entry(spec: AggregationSpec): Rule {
    const { aggregation, column, params, filter } = spec;
    const rule = rules[aggregation];
    if (rule === undefined) throw new Error(`the oracle does not know ${aggregation}`);
    const present = this.#inputs(spec).map(([path]) =>
      this.#derived.has(path) ? `${quoted(path)} IS NOT NULL` : `${typeOf(path)} <> 'NULL'`,
    );
    const conditions = [filter, params['condition'] ?? null]
      .filter((text) => text !== null)
      .map((text) => `coalesce(${this.#expression(String(text))}, false)`);
    const path = column ?? '';
    const other = params['by'] ?? params['weight'];
    const sql: EntrySql = {
      number: this.#number(path),
      text: this.#derived.has(path) ? 'NULL::VARCHAR' : textOf(path),
      other: other === undefined ? 'NULL' : this.#number(String(other)),
      time: 't',
      params,
      where: ['true', ...present, ...conditions].join(' AND '),
    };
    return rule(sql);
  }

  /** Of everything that the view reads from records. */
  paths(): string[] {
    const { keys, aggregations: entries } = this.#view;
    const paths = [
      ...keys.map(({ column }) => column),
      ...entries.flatMap((spec) => this.#inputs(spec).map(([path]) => path)),
    ];
    return paths.filter((path) => !this.#derived.has(path));
  }

  /** Relations up to `judged`, which has all columns and the verdict. */
  #relations(): string {
    const { derive, filter, keys, aggregations: entries } = this.#view;
    const steps = derive.map(
      ({ name, expression }, at) =>
        `d${at + 1} AS (SELECT *, ${this.#expression(expression)} AS ${quoted(name)} FROM d${at}),`,
    );
    const invalid = [
      't IS NULL',
      ...keys.map(({ column }) => this.#misfit(column, 'key')),
      ...entries.flatMap((spec) => this.#inputs(spec).map((input) => this.#misfit(...input))),
    ];
    const passes = filter === null ? 'true' : `coalesce(${this.#expression(filter)}, false)`;
    return `WITH d0 AS (SELECT * FROM records), ${steps.join('\n')}
      judged AS (SELECT *, CASE WHEN ${invalid.join(' OR ')} THEN 'invalid'
        WHEN ${passes} THEN 'folded' ELSE 'filtered' END AS verdict FROM d${derive.length})`;
  }

  verdicts(): string {
    return `${this.#relations()} SELECT verdict, count(*) AS n FROM judged GROUP BY verdict`;
  }

  groups(parts: readonly string[]): string {
    const { sizeMs, hopMs, timezone } = this.#view.window;
    if (timezone !== null) throw new Error('no windows of a time zone');
    const newest = `floor(t / ${hopMs}.0)::BIGINT * ${hopMs}`;
    const starts = `unnest(range(${newest} - ${sizeMs - hopMs}, ${newest} + 1, ${hopMs}))`;
    const keys = this.#view.keys.map(({ column }, at) =>
      this.#derived.has(column)
        ? `coalesce('n' || ${quoted(column)}::VARCHAR, 'null') AS k${at}`
        : `${keySql(column)} AS k${at}`,
    );
    const names = keys.map((_, at) => `k${at}`);
    const columns = ['w', 'count(*) AS n', ...names, ...parts.map((sql, at) => `${sql} AS p${at}`)];
    return `${this.#relations()}, windowed AS (SELECT ${['*', ...keys, `${starts} AS w`].join(', ')}
        FROM judged WHERE verdict = 'folded')
      SELECT ${columns.join(',\n ')} FROM windowed GROUP BY ${['w', ...names].join(', ')}`;
  }
}

/** Makes the table `records`: what stands at each path, extracted once for all views. */
function recordsSql({ stream, files }: OracleInput, views: readonly ViewSql[]): string {
  if (stream.eventTime.unit !== 'ms') throw new Error('event times in ms only');
  const paths = [
    stream.eventTime.path,
    ...Object.keys(stream.columns),
    ...views.flatMap((view) => view.paths()),
  ];
  const different = [...new Set(paths)];
  const declarations = Object.entries(stream.columns).map(
    ([path, type]) => `${declared[type](path)} AS ${quoted(path)}`,
  );
  const time = `floor(${numberOf(stream.eventTime.path)})::BIGINT AS t`;
  return `CREATE TEMP TABLE records AS WITH
    lines AS (SELECT json AS j FROM read_ndjson_objects([${files.map(literal)}],
      ignore_errors = true, maximum_object_size = 2000000)),
    extracted AS (SELECT ${different.flatMap(extracted)} FROM lines),
    typed AS (SELECT *, ${different.flatMap(typed)} FROM extracted)
    SELECT ${['*', time, ...declarations]} FROM typed`;
}

type Query = (sql: string) => Promise<Record<string, unknown>[]>;

async function expectedOfView(view: ViewSpec, sql: ViewSql, query: Query): Promise<Expected> {
  const entries = view.aggregations.map((spec) => ({ name: spec.name, rule: sql.entry(spec) }));
  const groups = await query(sql.groups(entries.flatMap(({ rule }) => rule.parts)));
  const rows = groups.map((group): ExpectedRow => {
    let at = 0;
    const values = entries.map(({ name, rule }): [string, Accepts] => {
      const parts = rule.parts.map(() => group[`p${at++}`]);
      return [name, rule.accepts(parts)];
    });
    const window_start = Number(group['w']);
    return {
      group_key: `[${view.keys.map((_, key) => keyText(String(group[`k${key}`]))).join(',')}]`,
      window_start,
      window_end: window_start + view.window.sizeMs,
      rows: Number(group['n']),
      values: Object.fromEntries(values),
    };
  });
  const counts = await query(sql.verdicts());
  const verdicts = new Map(counts.map(({ verdict, n }) => [verdict, Number(n)]));
  const counted = (verdict: string) => verdicts.get(verdict) ?? 0;
  return {
    rows,
    folded: counted('folded'),
    filtered: counted('filtered'),
    invalid: counted('invalid'),
  };
}

/**
 * What each view of one stream should give, one after the other. Rows that are late but not too late count; none may be
 * too late.
 */
export async function* expectedRows(
  views: readonly ViewSpec[],
  input: OracleInput,
): AsyncGenerator<readonly [ViewSpec, Expected]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const query: Query = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  try {
    const sqls = views.map((view) => new ViewSql(view, input));
    await connection.run(recordsSql(input, sqls));
    for (const [at, view] of views.entries()) {
      yield [view, await expectedOfView(view, sqls[at]!, query)];
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export type GotRow = Readonly<Record<string, Json | undefined>>;

/** What is wrong with the rows, in words: nothing where they are as expected. Each group and window once. */
export function differences(expected: Expected, got: readonly GotRow[]): string[] {
  const keyOf = (row: { window_start?: Json; group_key?: Json }) =>
    `${row.window_start} ${row.group_key}`;
  const found = new Map(got.map((row) => [keyOf(row), row]));
  const wrong = got.length === found.size ? [] : ['a group and window comes twice'];
  for (const row of expected.rows) {
    const key = keyOf(row);
    const match = found.get(key);
    found.delete(key);
    if (match === undefined) {
      wrong.push(`${key} is missing`);
      continue;
    }
    const facts = { window_end: row.window_end, rows: row.rows };
    for (const [name, value] of Object.entries(facts))
      if (match[name] !== value) wrong.push(`${key} ${name}: ${match[name]} is not ${value}`);
    if (!match['complete']) wrong.push(`${key} is not complete`);
    for (const [name, accepts] of Object.entries(row.values)) {
      const fault = accepts(match[name] ?? null);
      if (fault !== undefined) wrong.push(`${key} ${name}: ${fault}`);
    }
  }
  for (const key of found.keys()) wrong.push(`${key} is not expected`);
  return wrong;
}
