/**
 * The gate: has `la` become slower? Rows per CPU-second of LA-8, file to file with checkpoints on, as a multiple of those of
 * the naive program. Each round runs both, one after the other, and the median of the rounds' ratios is judged: a slow or
 * busy machine slows both, and a disturbed round or two do not move a median. `prove-gate.ts` shows what it can tell.
 *
 *   npm run gate [-- --rounds N] [--rows N] [--json]
 */
import { parseArgs } from 'node:util';
import { median, rounded, spread } from './statistics.ts';
import { runSystem, type SystemName } from './systems.ts';
import { benchCases, recordFile } from './workload.ts';

/**
 * The one threshold. `node bench/prove-gate.ts --calibrate` says where it belongs: in the middle between what is usual and
 * what is left of it when each row costs 25 % more.
 */
const RATIO_MIN = 2.2;
/** Far enough above the threshold that it has become blunt. */
const BLUNT = 1.35;
const ROUNDS = 7;
/** Long enough that warm-up does not hide what each row costs. The naive program has less to warm up. */
const ROWS = 1_500_000;
const NAIVE_SHARE = 0.2;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: String(ROUNDS) },
    rows: { type: 'string', default: String(ROWS) },
    json: { type: 'boolean', default: false },
  },
});
const rows: Readonly<Record<'la' | 'naive', number>> = {
  la: Number(options.rows),
  naive: Math.ceil(Number(options.rows) * NAIVE_SHARE),
};
const views = benchCases['LA-8']?.views ?? [];
const records = { la: recordFile(rows.la, {}), naive: recordFile(rows.naive, {}) };

async function cpuRate(system: SystemName & keyof typeof rows): Promise<number> {
  const outcome = await runSystem(system, { records: records[system], views, from: 'file' });
  if (outcome.rows !== rows[system]) {
    throw new Error(`${system} read ${outcome.rows} of ${rows[system]} rows`);
  }
  return outcome.rows / outcome.cpu_seconds;
}

const pairs: { readonly la: number; readonly naive: number }[] = [];
for (let round = 0; round < Number(options.rounds); round++) {
  const first = round % 2 === 0;
  const before = first ? await cpuRate('naive') : undefined;
  const la = await cpuRate('la');
  pairs.push({ la, naive: before ?? (await cpuRate('naive')) });
}
const ratios = pairs.map(({ la, naive }) => la / naive);
const ratio = median(ratios);
const passed = ratio >= RATIO_MIN;
if (options.json) {
  const figures = (of: readonly number[]) => Math.round(median(of));
  const result = {
    case: 'gate',
    ...{ passed, ratio: rounded(ratio, 3), ratio_min: RATIO_MIN, ratio_spread: spread(ratios) },
    la_rows_per_cpu_s: figures(pairs.map(({ la }) => la)),
    naive_rows_per_cpu_s: figures(pairs.map(({ naive }) => naive)),
    ratios: ratios.map((each) => rounded(each, 3)),
  };
  console.log(JSON.stringify(result));
} else {
  const each = ratios.map((value) => value.toFixed(2)).join(' ');
  console.log(
    `la does ${ratio.toFixed(2)} times the rows per CPU-second of the naive program (${each})`,
  );
  if (!passed) {
    console.error(
      `That is less than ${RATIO_MIN}: each row has become dearer. \`npm run bench -- LA-8\` measures more closely; a profile of
\`la run\` tells where. Only what is meant to cost more moves RATIO_MIN in bench/gate.ts.`,
    );
  } else if (ratio > RATIO_MIN * BLUNT) {
    console.log(`The gate has become blunt: RATIO_MIN is ${RATIO_MIN}. Raise it.`);
  }
}
process.exitCode = passed ? 0 : 1;
