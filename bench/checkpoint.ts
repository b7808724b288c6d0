/**
 * What do checkpoints cost with a million groups? The same run with one every 10 s and with none, in turns: first all
 * clients are read, then rows keep coming at a steady rate and touch more groups all the time. The longest time that a row
 * waited to be folded bounds the pause.
 *
 *   npm run bench -- checkpoint [--clients 1000000] [--seconds 35] [--rate 100000] [--interval 10s] [--rounds N] [--json]
 */
import { parseArgs } from 'node:util';
import { type PacedJob, type PacedOutcome, runPaced } from './paced-run.ts';
import { numberOf, report } from './report-line.ts';
import { median, rounded, spread } from './statistics.ts';
import { recordFile } from './workload.ts';

const NEVER = '30d';
/** Of S-1M: nearly every client comes. */
const ROWS_A_CLIENT = 5;

const { values: options } = parseArgs({
  options: {
    clients: { type: 'string', default: '1000000' },
    seconds: { type: 'string', default: '35' },
    rate: { type: 'string', default: '100000' },
    interval: { type: 'string', default: '10s' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const clients = numberOf(options.clients, 1e6);
const rate = numberOf(options.rate, 1e5);
const rounds = numberOf(options.rounds, 3);
const seconds = numberOf(options.seconds, 35);
const rows = clients * ROWS_A_CLIENT;
const records = recordFile(rows, { clients, rows_per_min: 500_000 });
const job: Omit<PacedJob, 'checkpointInterval'> = {
  ...{ records, views: [7], warmUpRows: rows, rows: Math.ceil(rate * seconds) },
  ...{ rowsPerSecond: rate, writeInterval: '1s' },
};

const outcomes: Record<string, PacedOutcome[]> = { on: [], off: [] };
for (let round = 0; round < rounds; round++) {
  const order = [
    ['on', options.interval],
    ['off', NEVER],
  ] as const;
  for (const [name, checkpointInterval] of round % 2 === 0 ? order : order.toReversed()) {
    outcomes[name]?.push(await runPaced({ ...job, checkpointInterval }));
  }
}

const points = Object.entries(outcomes).map(([checkpoints, each]) => {
  const cpu = each.map(({ cpu_seconds }) => cpu_seconds);
  return {
    checkpoints: checkpoints === 'on' ? `every ${options.interval}` : 'none',
    cpu_seconds: rounded(median(cpu), 2),
    cpu_seconds_spread: spread(cpu),
    folded_p50_ms: median(each.map(({ folded }) => folded.p50_ms)),
    folded_p99_ms: median(each.map(({ folded }) => folded.p99_ms)),
    longest_wait_ms: median(each.map(({ folded }) => folded.max_ms)),
    peak_rss_mib: median(each.map(({ peak_rss_mib }) => peak_rss_mib)),
  };
});
const { on = [], off = [] } = outcomes;
const more = median(on.map((each, round) => each.cpu_seconds - off[round]!.cpu_seconds));
const measuredSeconds = median(on.map((each) => each.seconds));
report(options.json, {
  ...{ case: 'checkpoint', rows, clients, rounds, rows_per_s: rate, seconds },
  /** Of one core, while it runs. */
  cpu_share: rounded(more / measuredSeconds, 4),
  cpu_ratio: rounded(
    median(on.map((each, round) => each.cpu_seconds / off[round]!.cpu_seconds)),
    3,
  ),
  ...{ systems: [], points },
});
