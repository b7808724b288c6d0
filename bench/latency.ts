/**
 * How long does a row take? LA-8 and a view that looks at the clock, at shares of the rate that the program reaches, and on
 * an almost idle stream. Rows are due at given times, whatever the program does meanwhile, so that waiting counts.
 *
 *   npm run bench -- latency [--loads 0.1,0.5,0.8] [--seconds 10] [--write-interval 100ms] [--rows N] [--json]
 */
import { parseArgs } from 'node:util';
import { type PacedJob, runNaivePaced, runPaced } from './paced-run.ts';
import { numberOf, numbersOf, report } from './report-line.ts';
import { benchCases, recordFile } from './workload.ts';

const ROWS = 2_000_000;
const IDLE_ROWS_PER_S = 10;
/** As fast as they are taken. */
const AT_ONCE = 1e9;

const { values: options } = parseArgs({
  options: {
    loads: { type: 'string', default: '0.1,0.5,0.8' },
    seconds: { type: 'string', default: '10' },
    'write-interval': { type: 'string', default: '100ms' },
    rows: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const rows = numberOf(options.rows, ROWS);
const seconds = numberOf(options.seconds, 10);
const writeInterval = options['write-interval'];
const job: Omit<PacedJob, 'rows' | 'rowsPerSecond' | 'warmUpRows'> = {
  records: recordFile(rows, {}),
  views: benchCases['LA-8']?.views ?? [],
  writeInterval,
  checkpointInterval: '15s',
};

const full = await runPaced({ ...job, warmUpRows: rows, rows, rowsPerSecond: AT_ONCE });
/** The warmed-up program's, without the pause before. */
const rowsPerSecondMax = Math.round(rows / (full.folded.max_ms / 1000));
const loads = numbersOf(options.loads).map((load) => ({
  load: `${Math.round(load * 100)} %`,
  rowsPerSecond: load * rowsPerSecondMax,
}));
const points: Record<string, unknown>[] = [];
for (const { load, rowsPerSecond } of [
  { load: 'idle', rowsPerSecond: IDLE_ROWS_PER_S },
  ...loads,
]) {
  const paced = { rowsPerSecond, rows: Math.ceil(seconds * rowsPerSecond) };
  const warm = { ...job, ...paced, warmUpRows: rows };
  const { folded, visible } = await runPaced(warm);
  const naive = await runNaivePaced(warm);
  points.push({
    ...{ load, rows_per_s: Math.round(rowsPerSecond) },
    ...prefixed('folded', folded),
    ...prefixed('visible', visible),
    ...prefixed('naive_folded', naive),
  });
}

function prefixed(name: string, values: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`${name}_${key}`, value]),
  );
}

report(options.json, {
  ...{ case: 'latency', rows, rows_per_s_max: rowsPerSecondMax, seconds },
  ...{ write_interval: writeInterval, checkpoints: '15s', systems: [], points },
});
