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

const typeSql = (path: string) => `coalesce(json_type(j, ${jsonPath(path)}), 'NULL')`;
const stringSql = (path: string) => `json_extract_string(j, ${jsonPath(path)})`;
const NUMBER_TYPES = `('BIGINT', 'UBIGINT', 'DOUBLE')`;
const numberSql = (path: string) =>
  `CASE WHEN ${typeSql(path)} IN ${NUMBER_TYPES} THEN ${stringSql(path)}::DOUBLE + 0 END`;
const textSql = (path: string) =>
  `CASE WHEN ${typeSql(path)} = 'VARCHAR' THEN ${stringSql(path)} END`;
const columnSql = {
  number: numberSql,
  text: textSql,
  boolean: (path: string) =>
    `CASE WHEN ${typeSql(path)} = 'BOOLEAN' THEN ${stringSql(path)}::BOOLEAN END`,
};

/** A grouping value: its type and its text, equal for equal numbers; integers keep their digits. */
const keySql = (path: string) => {
  const whole = `${stringSql(path)}::DOUBLE::HUGEINT::VARCHAR`;
  const isWhole = `trunc(${stringSql(path)}::DOUBLE) = ${stringSql(path)}::DOUBLE`;
  const small = `abs(${stringSql(path)}::DOUBLE) < 1e15`;
  return `CASE ${typeSql(path)} WHEN 'VARCHAR' THEN 's' || ${stringSql(path)}
    WHEN 'DOUBLE' THEN 'n' || CASE WHEN ${isWhole} AND ${small} THEN ${whole} ELSE ${stringSql(path)} END
    WHEN 'NULL' THEN 'null' ELSE 'n' || ${stringSql(path)} END`;
};

function keyText(key: string): string {
  if (key === 'null') return key;
  const text = key.slice(1);
  if (key.startsWith('s')) return JSON.stringify(text);
  if (/^-?\d+$/.test(text) || text === 'true' || text === 'false') return text;
  return String(Number(text));
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
    return this.#derived.has(path) ? quoted(path) : numberSql(path);
  }

  /** True where the value at `path` must not be there. */
  #misfit(path: string, kind: string): string {
    if (this.#derived.has(path)) return 'false';
    const misfits = {
      key: `('OBJECT', 'ARRAY')`,
      number: `('OBJECT', 'ARRAY', 'BOOLEAN', 'VARCHAR')`,
    };
    return `${typeSql(path)} IN ${kind === 'key' || kind === 'number' ? misfits[kind] : `('OBJECT', 'ARRAY', 'BOOLEAN')`}`;
  }

  #inputs({ aggregation, column, params }: AggregationSpec): [path: string, kind: string][] {
    const declared = Object.entries(aggregations[aggregation as AggregationName].inputs);
    return declared.flatMap(([name, kind]): [string, string][] => {
      if (kind === 'time' || kind === 'condition') return [];
      return [[String(name === 'x' ? column : params[name]), kind]];
    });
  }

  entry(spec: AggregationSpec): Rule {
    const { aggregation, column, params, filter } = spec;
    const rule = rules[aggregation];
    if (rule === undefined) throw new Error(`the oracle does not know ${aggregation}`);
    const present = this.#inputs(spec).map(([path]) =>
      this.#derived.has(path) ? `${quoted(path)} IS NOT NULL` : `${typeSql(path)} <> 'NULL'`,
    );
    const conditions = [filter, params['condition'] ?? null]
      .filter((text) => text !== null)
      .map((text) => `coalesce(${this.#expression(String(text))}, false)`);
    const path = column ?? '';
    const other = params['by'] ?? params['weight'];
    const sql: EntrySql = {
      number: `(${this.#number(path)})`,
      text: this.#derived.has(path) ? 'NULL::VARCHAR' : `(${textSql(path)})`,
      other: other === undefined ? 'NULL' : `(${this.#number(String(other))})`,
      time: 't',
      params,
      where: ['true', ...present, ...conditions].join(' AND '),
    };
    return rule(sql);
  }

  /** Relations `lines`, `typed` (with declared columns), `derived` and `judged` (with the verdict). */
  relations(): string {
    const { stream, files } = this.#input;
    const {
      view,
      derive,
      filter,
      keys,
      aggregations: entries,
    } = {
      ...this.#view,
      view: this.#view.view,
    };
    if (stream.eventTime.unit !== 'ms') throw new Error(`${view}: event times in ms only`);
    const declared = Object.entries(stream.columns)
      .map(([path, type]) => `, ${columnSql[type](path)} AS ${quoted(path)}`)
      .join('');
    const steps = derive.map(
      ({ name, expression }, at) =>
        `d${at + 1} AS (SELECT *, ${this.#expression(expression)} AS ${quoted(name)} FROM d${at})`,
    );
    const misfits = [
      ...keys.map(({ column }) => this.#misfit(column, 'key')),
      ...entries.flatMap((spec) =>
        this.#inputs(spec).map(([path, kind]) => this.#misfit(path, kind)),
      ),
    ];
    const passes = filter === null ? 'true' : `coalesce(${this.#expression(filter)}, false)`;
    const invalid = ['t IS NULL', ...misfits].join(' OR ');
    return `WITH lines AS (SELECT json AS j FROM read_ndjson_objects([${files.map(literal).join(', ')}],
        ignore_errors = true, maximum_object_size = 2000000)),
      d0 AS (SELECT j, floor(${numberSql(stream.eventTime.path)})::BIGINT AS t${declared} FROM lines),
      ${steps.map((step) => `${step},`).join('\n')}
      judged AS (SELECT *, CASE WHEN ${invalid} THEN 'invalid' WHEN ${passes} THEN 'folded' ELSE 'filtered' END
        AS verdict FROM d${derive.length})`;
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
    return `${this.relations()}, windowed AS (SELECT ${['*', ...keys, `${starts} AS w`].join(', ')}
        FROM judged WHERE verdict = 'folded')
      SELECT ${columns.join(',\n ')} FROM windowed GROUP BY ${['w', ...names].join(', ')}`;
  }
}

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Rows that are late but not too late count; none may be too late. */
export async function expectedRows(view: ViewSpec, input: OracleInput): Promise<Expected> {
  const sql = new ViewSql(view, input);
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
  const counts = await query(
    `${sql.relations()} SELECT verdict, count(*) AS n FROM judged GROUP BY ALL`,
  );
  const verdicts = new Map(counts.map(({ verdict, n }) => [verdict, Number(n)]));
  const counted = (verdict: string) => verdicts.get(verdict) ?? 0;
  return {
    rows,
    folded: counted('folded'),
    filtered: counted('filtered'),
    invalid: counted('invalid'),
  };
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
