/** Our program under a steady load: each row is due at a time of its own, and we see when it was folded and when visible. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Mark, runChild } from './child.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { rounded } from './statistics.ts';
import { launcher, registerFlags } from './systems.ts';
import { type ViewNumber, writeProject } from './workload.ts';

export interface PacedJob {
  readonly records: string;
  readonly views: readonly ViewNumber[];
  /** Read as fast as it goes, before the clock counts. */
  readonly warmUpRows: number;
  readonly rows: number;
  readonly rowsPerSecond: number;
  readonly writeInterval: string;
  readonly checkpointInterval: string;
}

export interface Latency {
  readonly p50_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
}

export interface PacedOutcome {
  /** From when a row was due to when an aggregation of the view that looks was given it. */
  readonly folded: Latency;
  /** To when a sink had its result in hand. */
  readonly visible: Latency;
  /** From the end of the warm-up (the first read where there is none) to the last fold. */
  readonly seconds: number;
  readonly cpu_seconds: number;
  readonly peak_rss_mib: number;
}

/** A view over everything, of one group, whose aggregation looks at the clock and whose sink counts what it sees. */
function addProbe(dir: string, job: PacedJob): void {
  const { warmUpRows, rows, rowsPerSecond: rate, writeInterval, checkpointInterval } = job;
  const path = join(dir, 'la.json');
  const project = JSON.parse(readFileSync(path, 'utf8'));
  const { wifi } = project.streams;
  wifi.event_time.unit = 'us';
  wifi.columns.ts = 'number';
  const visibility = { type: 'bench-visibility', warm_up_rows: warmUpRows, rows_per_s: rate };
  project.sinks.visibility = visibility;
  writeFileSync(path, JSON.stringify(project));
  const clock = { aggregation: 'bench_fold_clock', col_name: 'ts', aggregated_col_name: 'cnt' };
  const view = {
    ...{ view: 'probe', stream: 'wifi', grouping_cols: [{ time: '7d' }] },
    aggregation_info: [
      { ...clock, params: { skip: warmUpRows, rows } },
      { aggregation: 'max', col_name: 'ts', aggregated_col_name: 'newest' },
    ],
    ...{ write_interval: writeInterval, checkpoint_interval: checkpointInterval },
    sinks: ['visibility'],
  };
  writeFileSync(join(dir, 'views', 'probe.json'), JSON.stringify(view));
}

export async function runPaced(job: PacedJob): Promise<PacedOutcome> {
  const { records, views, warmUpRows, rows, rowsPerSecond, checkpointInterval } = job;
  const dir = mkdtempSync(join(tmpdir(), 'la-bench-'));
  try {
    const paced = { warm_up_rows: warmUpRows, rows, rows_per_s: rowsPerSecond };
    writeProject(dir, records, views, {
      source: { type: 'bench-paced', path: records, ...paced },
      sink: { type: 'bench-counting' },
      checkpointInterval,
    });
    addProbe(dir, job);
    const plugin = join(import.meta.dirname, 'inside/fold-clock.ts');
    const args = [launcher, 'run', dir, '--once', '--json', '--plugin', plugin];
    const { marks } = await runChild(args, { flags: registerFlags });
    const mark = (name: string): Mark => {
      const found = marks.findLast((each) => each.mark === name);
      if (found === undefined) throw new Error(`the program never told of ${name}`);
      return found;
    };
    const begin = mark(warmUpRows > 0 ? 'warmed-up' : 'first-read');
    const folded = mark('folded');
    return {
      folded: latencyOf(folded, rows),
      visible: latencyOf(mark('visible'), rows),
      seconds: (folded.at_ms - begin.at_ms) / 1000,
      cpu_seconds: (folded.cpu_ms - begin.cpu_ms) / 1000,
      peak_rss_mib: Math.round(Number(mark('exit')['peak_rss_mib'])),
    };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** The naive program's times from due to folded; it shows nothing before a window is complete. */
export async function runNaivePaced({ records, views, rows, rowsPerSecond }: PacedJob) {
  const dir = mkdtempSync(join(tmpdir(), 'la-bench-'));
  try {
    const program = join(import.meta.dirname, 'naive.mjs');
    const paced = ['paced', String(rows), String(rowsPerSecond)];
    const { stdout } = await runChild([program, records, views.join(','), dir, ...paced]);
    const { latencies }: { latencies: object } = JSON.parse(stdout);
    return latencyOf({ mark: 'naive', ...latencies }, rows);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** @throws where a row was not seen */
function latencyOf(mark: { readonly mark: string }, rows: number): Latency {
  const told: { histogram: [number, number][]; max_us: number } = JSON.parse(JSON.stringify(mark));
  const histogram = LatencyHistogram.from(told.histogram, told.max_us);
  if (histogram.total !== rows) {
    throw new Error(`${mark.mark}: ${histogram.total} of ${rows} rows were seen`);
  }
  const ms = (us: number) => rounded(us / 1000, us < 1e4 ? 2 : 0);
  return {
    p50_ms: ms(histogram.quantileUs(0.5)),
    p99_ms: ms(histogram.quantileUs(0.99)),
    max_ms: ms(histogram.maxUs),
  };
}
