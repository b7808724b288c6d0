/**
 * What does one more view of a stream cost? Copies of V3, from memory to counted results, beside the naive program with as
 * many.
 *
 *   npm run bench -- views [--views 1,2,4,8,16,32,64] [--rows N] [--rounds N] [--json]
 */
import { parseArgs } from 'node:util';
import { Oracle } from './oracle.ts';
import { contestantsOf, numberOf, numbersOf, progress, report } from './report-line.ts';
import { type Measured, measureInTurns } from './rounds.ts';
import { fitLine, rounded } from './statistics.ts';
import { recordFile } from './workload.ts';

const ROWS = 2_000_000;

const { values: options } = parseArgs({
  options: {
    views: { type: 'string', default: '1,2,4,8,16,32,64' },
    rows: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    systems: { type: 'string', default: 'la,naive,duckdb' },
    json: { type: 'boolean', default: false },
  },
});
const rows = numberOf(options.rows, ROWS);
const rounds = numberOf(options.rounds, 3);
const records = recordFile(rows, {});
const oracle = await Oracle.open(records, [3]);
const points: Record<string, number>[] = [];
const costs = new Map<string, [views: number, nsPerRow: number][]>();
let last: Measured | undefined;
for (const views of numbersOf(options.views)) {
  last = await measured(views);
  const point: Record<string, number> = { views };
  for (const { name, rows_per_cpu_s, rows_per_s } of last.systems) {
    const nsPerRow = 1e9 / rows_per_cpu_s;
    costs.set(name, [...(costs.get(name) ?? []), [views, nsPerRow]]);
    point[`${name}_ns_per_row`] = Math.round(nsPerRow);
    point[`${name}_rows_per_s`] = rows_per_s;
  }
  points.push(point);
}
oracle.close();

async function measured(copies: number) {
  const job = { records, views: [3], from: 'memory', project: { copies } } as const;
  const contestants = contestantsOf(options.systems, job);
  return measureInTurns({ contestants, rounds, rows, oracle, onProgress: progress });
}

const further = Object.fromEntries(
  [...costs].map(([name, of]) => {
    const { slope } = fitLine(of);
    return [name, { ns_per_row: rounded(slope, 1), of_the_first: rounded(slope / of[0]![1], 3) }];
  }),
);
report(options.json, {
  ...{ case: 'views', from: 'memory', rows, rounds, checked: true },
  further_view: options.json ? further : JSON.stringify(further),
  systems: last?.systems ?? [],
  points,
});
