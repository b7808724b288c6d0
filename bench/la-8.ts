/**
 * How fast is the whole program, from file to file with checkpoints on, and how fast the naive one beside it? Both run as
 * children in turns, so that a noisy machine is unfair to neither.
 *
 *   node bench/main.ts LA-8|LA-1|S-1M [--rows N] [--rounds N] [--json]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Summary } from '../cli/summary.ts';
import { type BenchCase, benchCases, recordFile, writeProject } from './workload.ts';

type Outcome = Pick<Summary, 'rows' | 'seconds' | 'cpu_seconds' | 'peak_rss_mib'> & {
  readonly views: readonly Pick<Summary['views'][number], 'view' | 'result_rows'>[];
};
type RunSystem = (dir: string, records: string, views: BenchCase['views']) => string[];

const program = (name: string) => join(import.meta.dirname, name);
const systems: Readonly<Record<string, RunSystem>> = {
  la(dir, records, views) {
    writeProject(dir, records, views);
    return [program('../bin/la.cjs'), 'run', dir, '--once', '--json'];
  },
  naive: (dir, records, views) => [program('naive.mjs'), records, views.join(','), dir],
};

function runOnce(system: RunSystem, records: string, views: BenchCase['views']): Outcome {
  const dir = mkdtempSync(join(tmpdir(), 'la-bench-'));
  try {
    const args = system(dir, records, views);
    const stdio = ['ignore', 'pipe', 'inherit'] as const;
    return JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8', stdio: [...stdio] }),
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A rate is only worth something when the work was done. */
function requireSameResults(outcomes: Readonly<Record<string, Outcome>>, rows: number): void {
  const counts = Object.entries(outcomes).map(([system, outcome]) => {
    if (outcome.rows !== rows) throw new Error(`${system} read ${outcome.rows} of ${rows} rows`);
    const views = outcome.views.map(({ view, result_rows }) => `${view}: ${result_rows}`);
    return views.sort().join(', ');
  });
  if (new Set(counts).size !== 1) throw new Error(`results differ:\n${counts.join('\n')}`);
}

const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
};
/** Largest less smallest, as a share of the median. */
const spread = (values: readonly number[]): number =>
  Number(((Math.max(...values) - Math.min(...values)) / median(values)).toFixed(2));

function figures(name: string, outcomes: readonly Outcome[]) {
  const rates = outcomes.map(({ rows, seconds }) => rows / seconds);
  const cpuRates = outcomes.map(({ rows, cpu_seconds }) => rows / cpu_seconds);
  return {
    name,
    rows_per_s: Math.round(median(rates)),
    rows_per_s_spread: spread(rates),
    rows_per_cpu_s: Math.round(median(cpuRates)),
    rows_per_cpu_s_spread: spread(cpuRates),
    peak_rss_mib: Math.round(median(outcomes.map(({ peak_rss_mib }) => peak_rss_mib))),
  };
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const name = positionals[0] ?? 'LA-8';
const benchCase = benchCases[name];
if (benchCase === undefined) throw new Error(`no case ${name}: ${Object.keys(benchCases)}`);
const rows = Number(options.rows ?? benchCase.rows);
const rounds = Number(options.rounds);
const records = recordFile(rows, benchCase.shape);

const outcomes: Record<string, Outcome[]> = {};
for (let round = 0; round < rounds; round++) {
  const order = Object.entries(systems);
  if (round % 2 === 1) order.reverse();
  const inRound: Record<string, Outcome> = {};
  for (const [system, run] of order) {
    const outcome = runOnce(run, records, benchCase.views);
    inRound[system] = outcome;
    outcomes[system] = [...(outcomes[system] ?? []), outcome];
  }
  requireSameResults(inRound, rows);
}
const measured = Object.keys(systems).map((system) => figures(system, outcomes[system]!));
const [ours, rival] = measured;
const ratio = (key: 'rows_per_s' | 'rows_per_cpu_s') =>
  Number((ours![key] / rival![key]).toFixed(2));
const ratios = { rows_per_s: ratio('rows_per_s'), rows_per_cpu_s: ratio('rows_per_cpu_s') };

if (options.json) {
  const report = { case: name, rows, rounds, systems: measured, ratios };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else {
  console.log(`${name}: ${rows.toLocaleString('en')} rows, medians of ${rounds} rounds in turns`);
  console.table(Object.fromEntries(measured.map(({ name: system, ...rest }) => [system, rest])));
  console.log(
    `la / naive: ${ratios.rows_per_s} rows/s, ${ratios.rows_per_cpu_s} rows per CPU second`,
  );
}
