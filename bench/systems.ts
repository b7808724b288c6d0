/** The systems that are compared, each run as a child process over the same records. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Summary } from '../cli/summary.ts';
import { type ChildResult, type Mark, runChild } from './child.ts';
import type { Totals } from './oracle.ts';
import { type ProjectOptions, type ViewNumber, writeProject } from './workload.ts';

export interface Job {
  readonly records: string;
  readonly views: readonly ViewNumber[];
  /** file: from a file to result files. memory: from bytes in memory to results in columns, counted and checked. */
  readonly from: 'file' | 'memory';
  /** Of our project only. */
  readonly project?: ProjectOptions;
  /** Of our process only. */
  readonly flags?: readonly string[];
  readonly prefix?: readonly string[];
  readonly duckdbThreads?: number;
}

/** From the first record read to the last result row handed over; CPU is user and system time of all threads. */
export interface Outcome {
  readonly rows: number;
  readonly seconds: number;
  readonly cpu_seconds: number;
  /** Of the process; from memory without the records themselves. */
  readonly peak_rss_mib: number;
  /** Of the whole process, start and end included, where that is known. */
  readonly process_cpu_seconds?: number;
  readonly views: readonly Totals[];
  /** Where result files are, until the outcome has been looked at. */
  readonly dir: string;
  readonly stdout: string;
}

export type System = (job: Job, dir: string) => Promise<Outcome>;

const program = (name: string) => join(import.meta.dirname, name);
export const registerFlags = ['--import', program('inside/register.ts')];
export const launcher = program('../bin/la.cjs');

const markOf = (marks: readonly Mark[], name: string): Mark => {
  const found = marks.findLast(({ mark }) => mark === name);
  if (found === undefined) throw new Error(`the program never told of ${name}`);
  return found;
};

/** Adds the marks of inside/register.ts up. */
export function outcomeOf({ marks, stdout }: ChildResult, dir: string): Omit<Outcome, 'rows'> {
  const [begin, end] = [markOf(marks, 'first-read'), markOf(marks, 'written')];
  const exit = markOf(marks, 'exit');
  return {
    seconds: (end.at_ms - begin.at_ms) / 1000,
    cpu_seconds: (end.cpu_ms - begin.cpu_ms) / 1000,
    peak_rss_mib: Number(exit['peak_rss_mib']),
    process_cpu_seconds: exit.cpu_ms / 1000,
    views: marks.flatMap((mark) => (mark.mark === 'totals' ? [totalsOf(mark)] : [])),
    dir: join(dir, 'out'),
    stdout,
  };
}

const totalsOf = (mark: Mark): Totals => JSON.parse(JSON.stringify(mark));

/** V8 may have traced around it. */
function summaryOf(stdout: string): Pick<Summary, 'views'> {
  const line = stdout.split('\n').find((each) => each.startsWith('{"seconds"'));
  if (line === undefined) throw new Error(`la printed no summary: ${stdout}`);
  return JSON.parse(line);
}

const inputMib = ({ from, records }: Job): number =>
  from === 'memory' ? statSync(records).size / 2 ** 20 : 0;

async function la(job: Job, dir: string): Promise<Outcome> {
  const { records, views, from, flags = [], prefix = [] } = job;
  const memory = {
    source: { type: 'bench-bytes', path: records },
    sink: { type: 'bench-counting' },
  };
  writeProject(dir, records, views, { ...(from === 'memory' ? memory : {}), ...job.project });
  const args = [launcher, 'run', dir, '--once', '--json'];
  const result = await runChild(args, { flags: [...registerFlags, ...flags], prefix });
  const outcome = outcomeOf(result, dir);
  const rows = Math.min(...summaryOf(result.stdout).views.map(({ read }) => read));
  return { ...outcome, rows, peak_rss_mib: outcome.peak_rss_mib - inputMib(job) };
}

const rival =
  (name: string, more: (job: Job) => readonly string[] = () => []): System =>
  async (job, dir) => {
    const { records, views, from } = job;
    const copies = Array.from({ length: job.project?.copies ?? 1 }, () => views).flat();
    const args = [program(name), records, copies.join(','), dir, from, ...more(job)];
    const { stdout } = await runChild(args);
    const outcome: Outcome = JSON.parse(stdout);
    // DuckDB's records are in the page cache: it takes none from memory.
    const held = name === 'naive.mjs' ? inputMib(job) : 0;
    return { ...outcome, peak_rss_mib: outcome.peak_rss_mib - held, dir, stdout };
  };

export const systems = {
  la,
  naive: rival('naive.mjs'),
  duckdb: rival('duckdb.ts', ({ duckdbThreads }) =>
    duckdbThreads === undefined ? [] : [String(duckdbThreads)],
  ),
} satisfies Readonly<Record<string, System>>;

export type SystemName = keyof typeof systems;

/** Runs a system once in a folder of its own, which is gone once `look` has looked at the outcome. */
export async function runSystem(
  name: SystemName,
  job: Job,
  look: (outcome: Outcome) => Promise<void> = async () => undefined,
): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'la-bench-'));
  try {
    const outcome = await systems[name](job, dir);
    await look(outcome);
    return outcome;
  } finally {
    rmSync(dir, { recursive: true });
  }
}
