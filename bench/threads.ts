/**
 * Does it use the cores? LA-8 from memory with 1, 2, … aggregator threads, and pinned to one core, beside DuckDB with as
 * many threads and the naive program, which has one.
 *
 *   npm run bench -- threads [--threads 1,2,4] [--rows N] [--rounds N] [--json]
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Oracle } from './oracle.ts';
import { numberOf, numbersOf, progress, report } from './report-line.ts';
import { type Contestant, measureInTurns } from './rounds.ts';
import type { Job } from './systems.ts';
import { benchCases, recordFile } from './workload.ts';

const ROWS = 2_000_000;

const { values: options } = parseArgs({
  options: {
    threads: { type: 'string' },
    rows: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const rows = numberOf(options.rows, ROWS);
const rounds = numberOf(options.rounds, 3);
const cores = availableParallelism();
const threads = options.threads === undefined ? upTo(cores) : numbersOf(options.threads);
const records = recordFile(rows, {});
const views = benchCases['LA-8']?.views ?? [];
const job: Job = { records, views, from: 'memory' };

/** 1, 2, 4 … cores. */
function upTo(most: number): number[] {
  const powers = Array.from({ length: 8 }, (_, power) => 2 ** power);
  return [...powers.filter((each) => each < most), most];
}

const canPin = spawnSync('taskset', ['-c', '0', 'true']).status === 0;
const contestants: Contestant[] = [
  ...threads.map(
    (aggregatorThreads): Contestant => ({
      label: `la, ${aggregatorThreads} aggregator threads`,
      system: 'la',
      job: { ...job, project: { aggregatorThreads } },
    }),
  ),
  ...(canPin
    ? [
        {
          label: 'la, on one core',
          system: 'la',
          job: { ...job, prefix: ['taskset', '-c', '0'] },
        } as const,
      ]
    : []),
  { label: 'naive', system: 'naive', job },
  ...threads.map(
    (duckdbThreads): Contestant => ({
      label: `duckdb, ${duckdbThreads} threads`,
      system: 'duckdb',
      job: { ...job, duckdbThreads },
    }),
  ),
];
const oracle = await Oracle.open(records, views);
const measured = await measureInTurns({
  ...{ contestants, rounds, rows, oracle, onProgress: progress },
});
oracle.close();
report(options.json, {
  ...{ case: 'threads', from: 'memory', rows, rounds, cores, checked: true },
  ...measured,
});
