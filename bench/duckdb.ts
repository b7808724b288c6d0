/**
 * A rival that is not streaming, the ceiling of the machine: DuckDB reads the whole file into a table once and then runs a
 * query a view, with as many threads as the machine has cores. Exactly: its `approx_count_distinct` is off by 9 % in the mean,
 * which the rules do not allow, and its `approx_quantile` costs more than the exact one here.
 *
 *   node bench/duckdb.ts FILE.ndjson VIEWS OUT_DIR [memory] [THREADS]
 *
 * Results in OUT_DIR/v1.tsv …, with `memory` in tables. Prints what naive.mjs prints.
 */
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { DuckDBInstance } from '@duckdb/node-api';
import { peakMemoryMib } from '../cli/peak-memory.ts';
import { exactViews, recordsSql, viewSql } from './exact-views.ts';
import type { ViewNumber } from './workload.ts';

const [file = '', viewNumbers = '', outDir = '', from = 'file', threadsText] =
  process.argv.slice(2);
const threads = Number(threadsText ?? availableParallelism());
mkdirSync(outDir, { recursive: true });
const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
const connection = await instance.connect();
await connection.run('SET preserve_insertion_order = false');

const begun = process.hrtime.bigint();
const cpuBegun = process.cpuUsage();
await connection.run(`CREATE TABLE t AS ${recordsSql(file)}`);
const numbers = viewNumbers.split(',').map((number) => Number(number) as ViewNumber);
for (const [at, number] of numbers.entries()) {
  const query = viewSql(number);
  await connection.run(
    from === 'memory'
      ? `CREATE TABLE result_${at} AS ${query}`
      : `COPY (${query}) TO '${outDir}/v${number}.tsv' (FORMAT csv, DELIMITER '\t', HEADER false)`,
  );
}
const { user, system } = process.cpuUsage(cpuBegun);
const seconds = Number(process.hrtime.bigint() - begun) / 1e9;

async function numbersOf(sql: string): Promise<number[]> {
  const reader = await connection.runAndReadAll(sql);
  return (reader.getRows()[0] ?? []).map(Number);
}
const [rows = 0] = await numbersOf('SELECT count(*) FROM t');
const views: object[] = [];
if (from === 'memory') {
  for (const [at, number] of numbers.entries()) {
    const names = Object.keys(exactViews[number].values);
    const sums = names.map((name) => `sum(${name})::DOUBLE`);
    const [result_rows, ...totals] = await numbersOf(
      `SELECT count(*), ${sums.join(', ')} FROM result_${at}`,
    );
    const columns = Object.fromEntries(names.map((name, index) => [name, totals[index]]));
    views.push({ view: `v${number}`, result_rows, sums: columns });
  }
}
const cpu_seconds = (user + system) / 1e6;
const peak_rss_mib = peakMemoryMib();
process.stdout.write(`${JSON.stringify({ rows, seconds, cpu_seconds, peak_rss_mib, views })}\n`);
