/** Exact results of the workload by DuckDB, kept beside the records, and results held against them. */
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { exactViews, type Rule, recordsSql, viewSql } from './exact-views.ts';
import type { ViewNumber } from './workload.ts';

/** Of distinct counts: the mean of the relative errors, and any of a group with so many clients. */
const DISTINCT_MEAN_MAX = 0.02;
const DISTINCT_MAX = 0.1;
const DISTINCT_GROUP_MIN = 100;
/** A quantile's rank may be so far off, or one row where that is more. */
const RANK_MAX = 0.02;
const SHARES = { p50: 0.5, p95: 0.95 } as const;
const VERSION = 1;

const allViews: readonly ViewNumber[] = [1, 2, 3, 4, 5, 6, 7, 8];

async function build(records: string, views: readonly ViewNumber[], path: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  const instance = await DuckDBInstance.create(unfinished);
  const connection = await instance.connect();
  await connection.run(`CREATE TEMP TABLE t AS ${recordsSql(records)}`);
  for (const view of views) {
    await connection.run(`CREATE TABLE exact${view} AS ${viewSql(view)}`);
  }
  if (views.includes(5)) {
    const { sizeMs } = exactViews[5];
    await connection.run(
      `CREATE TABLE signals AS SELECT ts // ${sizeMs} * ${sizeMs} AS w, org, band, rssi, count(*) AS n FROM t GROUP BY ALL`,
    );
  }
  await connection.run('CHECKPOINT');
  connection.closeSync();
  instance.closeSync();
  renameSync(unfinished, path);
}

export interface Totals {
  readonly view: string;
  readonly result_rows: number;
  readonly sums?: Readonly<Record<string, number>> | undefined;
}

export class Oracle {
  readonly #connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;

  /** Of records that a file holds; computed once for each file and choice of views. */
  static async open(records: string, views: readonly ViewNumber[] = allViews): Promise<Oracle> {
    const path = `${records}.exact-${VERSION}-${views.join('')}.duckdb`;
    if (!existsSync(path)) await build(records, views, path);
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`ATTACH '${path}' AS exact (READ_ONLY)`);
    return new Oracle(instance, connection);
  }

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  /** What is wrong with the result files v1.ndjson (ours) or v1.tsv … of a folder; nothing when all is right. */
  async differences(dir: string, views: readonly ViewNumber[]): Promise<string[]> {
    const found: string[] = [];
    for (const view of views) {
      await this.#load(dir, view);
      for (const difference of await this.#compare(view)) found.push(`v${view}: ${difference}`);
      await this.#connection.run('DROP TABLE got');
    }
    return found;
  }

  /** What is wrong with the sums of result columns: those that must be exact, and those of averages. */
  async totalDifferences(totals: readonly Totals[], views: readonly ViewNumber[]) {
    const found: string[] = [];
    for (const view of views) {
      const got = totals.find((each) => each.view === `v${view}`);
      const columns = Object.entries(exactViews[view].values);
      const [rows, ...sums] = await this.#numbers(
        `SELECT count(*), ${columns.map(([name]) => `sum(${name})::DOUBLE`)} FROM exact.exact${view}`,
      );
      if (got?.result_rows !== rows) {
        found.push(`v${view}: ${got?.result_rows} result rows, not ${rows}`);
      }
      for (const [index, [name, rule]] of columns.entries()) {
        const [is, should] = [got?.sums?.[name] ?? Number.NaN, sums[index]!];
        const tolerated = {
          exact: 0,
          close: 1e-9,
          distinct: DISTINCT_MEAN_MAX,
          p50: 0.02,
          p95: 0.02,
        };
        if (!(Math.abs(is - should) <= Math.abs(should) * tolerated[rule])) {
          found.push(`v${view}: ${name} adds up to ${is}, not ${should}`);
        }
      }
    }
    return found;
  }

  /** The last row of a group counts: of our files the one with the most rows behind it. */
  async #load(dir: string, view: ViewNumber): Promise<void> {
    const { keys, values } = exactViews[view];
    const names = Object.keys(values);
    const typed = (name: string, type: string) => `'${name}': '${type}'`;
    const numbers = names.map((name) => typed(name, 'DOUBLE'));
    const texts = keys.map((name) => typed(name, 'VARCHAR'));
    const lines = join(dir, `v${view}.ndjson`);
    const ours = existsSync(lines);
    const columns = ours
      ? [typed('window_start', 'BIGINT'), ...texts, ...numbers, typed('rows', 'BIGINT')]
      : [typed('w', 'BIGINT'), ...texts, ...numbers];
    const from = ours
      ? `SELECT *, window_start AS w, rows AS version FROM read_ndjson('${lines}', columns = {${columns}})`
      : `SELECT *, row_number() OVER () AS version FROM read_csv('${join(dir, `v${view}.tsv`)}', delim = '\t',
          header = false, quote = '', escape = '', auto_detect = false, parallel = false, columns = {${columns}})`;
    const latest = names.map((name) => `arg_max(${name}, version) AS ${name}`);
    const group = ['w', ...keys].join(', ');
    await this.#connection.run(
      `CREATE TABLE got AS SELECT ${group}, ${latest.join(', ')} FROM (${from}) GROUP BY ${group}`,
    );
  }

  async #compare(view: ViewNumber): Promise<string[]> {
    const { keys, values } = exactViews[view];
    const exactly = `exact.exact${view}`;
    const using = `USING (${['w', ...keys].join(', ')})`;
    const [missing] = await this.#numbers(`SELECT count(*) FROM ${exactly} ANTI JOIN got ${using}`);
    const [extra] = await this.#numbers(`SELECT count(*) FROM got ANTI JOIN ${exactly} ${using}`);
    const found: string[] = [];
    if (missing !== 0 || extra !== 0) found.push(`${missing} groups missing, ${extra} extra`);
    const joined = `FROM got g JOIN ${exactly} e ${using}`;
    for (const [name, rule] of Object.entries(values)) {
      const wrong = await this.#wrong(name, rule, joined, keys);
      if (wrong !== undefined) found.push(`${name} ${wrong}`);
    }
    return found;
  }

  async #wrong(name: string, rule: Rule, joined: string, keys: readonly string[]) {
    if (rule === 'exact' || rule === 'close') {
      const differs =
        rule === 'exact'
          ? `g.${name} IS DISTINCT FROM e.${name}`
          : `NOT coalesce(abs(g.${name} - e.${name}) < 1e-6, false)`;
      const [wrong] = await this.#numbers(`SELECT count(*) ${joined} WHERE ${differs}`);
      return wrong === 0 ? undefined : `differs in ${wrong} groups`;
    }
    if (rule === 'distinct') {
      const error = `abs(g.${name} - e.${name}) / e.${name}`;
      const [mean = 1, most = 1] = await this.#numbers(
        `SELECT coalesce(avg(${error}), 1),
          coalesce(max(${error}) FILTER (e.${name} >= ${DISTINCT_GROUP_MIN}), 0) ${joined}`,
      );
      const right = mean <= DISTINCT_MEAN_MAX && most <= DISTINCT_MAX;
      return right ? undefined : `is off by ${mean} in the mean, ${most} at most`;
    }
    const group = ['w', ...keys].map((key) => `g.${key}`).join(', ');
    const [wrong] = await this.#numbers(
      `WITH ranks AS (SELECT ${group}, sum(n) FILTER (rssi < g.${name}) / sum(n) AS below,
          sum(n) FILTER (rssi <= g.${name}) / sum(n) AS upto, greatest(${RANK_MAX}, 1 / sum(n)) + 1e-12 AS slack
          FROM got g JOIN exact.signals s USING (${['w', ...keys].join(', ')}) GROUP BY ${group}, g.${name})
        SELECT count(*) FROM ranks
        WHERE NOT coalesce(coalesce(below, 0) <= ${SHARES[rule]} + slack AND upto >= ${SHARES[rule]} - slack, false)`,
    );
    return wrong === 0 ? undefined : `has the wrong rank in ${wrong} groups`;
  }

  async #numbers(sql: string): Promise<number[]> {
    const reader = await this.#connection.runAndReadAll(sql);
    return (reader.getRows()[0] ?? []).map(Number);
  }
}
