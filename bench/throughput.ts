/**
 * How fast is the whole program, checkpoints on, beside the naive one and DuckDB's batch? In turns, results of every
 * round checked.
 *
 *   npm run bench -- LA-8|LA-1|S-1M [--from file|memory] [--rows N] [--rounds N] [--systems la,naive,duckdb] [--json]
 */
import { parseArgs } from 'node:util';
import { Oracle } from './oracle.ts';
import { contestantsOf, numberOf, progress, report } from './report-line.ts';
import { measureInTurns } from './rounds.ts';
import { benchCases, recordFile } from './workload.ts';

/** Below that JIT and noise decide. */
const SECONDS_MIN = 10;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: 'string', default: 'file' },
    rows: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    systems: { type: 'string', default: 'la,naive,duckdb' },
    json: { type: 'boolean', default: false },
  },
});
const name = positionals[0] ?? 'LA-8';
const benchCase = benchCases[name];
if (benchCase === undefined) throw new Error(`no case ${name}: ${Object.keys(benchCases)}`);
const { from } = options;
if (from !== 'file' && from !== 'memory') throw new Error('--from file or --from memory');
const { views, shape } = benchCase;
const rows = numberOf(options.rows, benchCase.rows);
const rounds = numberOf(options.rounds, 3);
const records = recordFile(rows, shape);
const oracle = await Oracle.open(records, views);
const measured = await measureInTurns({
  contestants: contestantsOf(options.systems, { records, views, from }),
  ...{ rounds, rows, oracle, onProgress: progress },
});
oracle.close();
const short = measured.systems.some(({ seconds }) => seconds < SECONDS_MIN);
report(options.json, {
  case: name,
  ...{ from, rows, rounds, checkpoints: '15s', checked: true },
  ...(short ? { note: `less than ${SECONDS_MIN} s of work in a system: not to be quoted` } : {}),
  ...measured,
});
