/** Systems in turns, so that a noisy machine is unfair to none, and what the rounds come to. */
import type { Oracle } from './oracle.ts';
import { median, rounded, spread } from './statistics.ts';
import { type Job, type Outcome, runSystem, type SystemName } from './systems.ts';

export interface Figures {
  readonly name: string;
  readonly rows_per_s: number;
  /** Largest less smallest, as a share of the median. */
  readonly rows_per_s_spread: number;
  readonly rows_per_cpu_s: number;
  readonly rows_per_cpu_s_spread: number;
  readonly peak_rss_mib: number;
  readonly seconds: number;
}

export interface Ratios {
  readonly rows_per_s: number;
  readonly rows_per_cpu_s: number;
}

export interface Measured {
  readonly systems: readonly Figures[];
  /** Of the first to each other: the median of the ratios within each round. */
  readonly ratios: Readonly<Record<string, Ratios>>;
}

export interface Contestant {
  readonly label: string;
  readonly system: SystemName;
  readonly job: Job;
}

export interface RoundsOptions {
  readonly contestants: readonly Contestant[];
  readonly rounds: number;
  readonly rows: number;
  /** Every result of every round is held against it. */
  readonly oracle: Oracle | null;
  readonly onProgress?: (label: string, outcome: Outcome) => void;
}

/** @throws where a system did not read all rows or its results are not those of the oracle */
export async function measureInTurns(options: RoundsOptions): Promise<Measured> {
  const { contestants, rounds, oracle } = options;
  const outcomes = new Map<string, Outcome[]>(contestants.map(({ label }) => [label, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { label, system, job } of round % 2 === 0 ? contestants : contestants.toReversed()) {
      const outcome = await runSystem(system, job, async (each) => {
        if (each.rows !== options.rows) {
          throw new Error(`${label} read ${each.rows} of ${options.rows} rows`);
        }
        const wrong = await differences(oracle, job, each);
        if (wrong.length > 0) throw new Error(`results of ${label} differ:\n${wrong.join('\n')}`);
      });
      outcomes.get(label)?.push(outcome);
      options.onProgress?.(label, outcome);
    }
  }
  const systems = [...outcomes].map(([label, each]) => figures(label, each));
  return { systems, ratios: ratiosOf(outcomes) };
}

async function differences(oracle: Oracle | null, job: Job, outcome: Outcome): Promise<string[]> {
  if (oracle === null) return [];
  return job.from === 'file'
    ? oracle.differences(outcome.dir, job.views)
    : oracle.totalDifferences(outcome.views, job.views);
}

const rate = ({ rows, seconds }: Outcome) => rows / seconds;
const cpuRate = ({ rows, cpu_seconds }: Outcome) => rows / cpu_seconds;

function figures(name: string, outcomes: readonly Outcome[]): Figures {
  return {
    name,
    rows_per_s: Math.round(median(outcomes.map(rate))),
    rows_per_s_spread: spread(outcomes.map(rate)),
    rows_per_cpu_s: Math.round(median(outcomes.map(cpuRate))),
    rows_per_cpu_s_spread: spread(outcomes.map(cpuRate)),
    peak_rss_mib: Math.round(median(outcomes.map(({ peak_rss_mib }) => peak_rss_mib))),
    seconds: rounded(median(outcomes.map(({ seconds }) => seconds)), 2),
  };
}

function ratiosOf(outcomes: ReadonlyMap<string, readonly Outcome[]>): Record<string, Ratios> {
  const [first, ...others] = outcomes;
  if (first === undefined) return {};
  const [label, ours] = first;
  const ratio = (theirs: readonly Outcome[], of: (outcome: Outcome) => number) =>
    rounded(median(ours.map((outcome, round) => of(outcome) / of(theirs[round]!))), 2);
  return Object.fromEntries(
    others.map(([other, theirs]) => [
      `${label} / ${other}`,
      { rows_per_s: ratio(theirs, rate), rows_per_cpu_s: ratio(theirs, cpuRate) },
    ]),
  );
}
