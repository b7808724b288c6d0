/**
 * How much does the JavaScript heap see of a row, and how long do collections stop a thread? V8's own trace of LA-8 from
 * a file, of half of the rows and of all: what start and warm-up allocate is in both, the difference is the rows'.
 *
 *   npm run bench -- heap [--from file|memory] [--rows N] [--json]
 */
import { parseArgs } from 'node:util';
import { heapOfThreads, type ThreadHeap } from './gc-trace.ts';
import { numberOf, report } from './report-line.ts';
import { rounded } from './statistics.ts';
import { type Job, runSystem } from './systems.ts';
import { benchCases, recordFile } from './workload.ts';

const ROWS = 10_000_000;

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string' },
    from: { type: 'string', default: 'file' },
    json: { type: 'boolean', default: false },
  },
});
const rows = numberOf(options.rows, ROWS);
const from = options.from === 'memory' ? 'memory' : 'file';
const views = benchCases['LA-8']?.views ?? [];

async function traced(count: number): Promise<ReadonlyMap<string, ThreadHeap>> {
  const job: Job = {
    ...{ records: recordFile(count, {}), views, from },
    flags: ['--trace-gc', '--expose-gc'],
  };
  const { stdout, rows: read } = await runSystem('la', job);
  if (read !== count) throw new Error(`la read ${read} of ${count} rows`);
  return heapOfThreads(stdout);
}

const half = await traced(Math.floor(rows / 2));
const whole = await traced(rows);
const points = [...whole].map(([thread, { allocatedMib, longestPauseMs, collections }]) => {
  const difference = allocatedMib - (half.get(thread)?.allocatedMib ?? 0);
  return {
    thread,
    bytes_per_row: rounded((difference * 2 ** 20) / (rows - Math.floor(rows / 2)), 2),
    longest_pause_ms: rounded(longestPauseMs, 1),
    collections,
    allocated_mib: rounded(allocatedMib, 1),
  };
});
report(options.json, { case: 'heap', from, rows, systems: [], points });
