/** What the cases print: one JSON object, or tables for people. */
import { availableParallelism, cpus } from 'node:os';
import type { Contestant, Figures, Ratios } from './rounds.ts';
import type { Job, Outcome, SystemName } from './systems.ts';
import { systems } from './systems.ts';

export interface CaseReport {
  readonly case: string;
  readonly rows: number;
  readonly systems: readonly Figures[];
  readonly ratios?: Readonly<Record<string, Ratios>>;
  /** Tables beside that of the systems. */
  readonly points?: readonly Readonly<Record<string, unknown>>[];
  readonly [detail: string]: unknown;
}

export const numberOf = (text: string | undefined, missing: number): number => {
  const number = text === undefined ? missing : Number(text.replaceAll('_', ''));
  if (!(number > 0)) throw new Error(`${text} is no number above 0`);
  return number;
};

export const numbersOf = (text: string): number[] =>
  text.split(',').map((each) => numberOf(each, 0));

export function contestantsOf(names: string, job: Job): Contestant[] {
  return names.split(',').map((name) => {
    if (!isSystem(name)) throw new Error(`no system ${name}: ${Object.keys(systems)}`);
    return { label: name, system: name, job };
  });
}

const isSystem = (name: string): name is SystemName => Object.hasOwn(systems, name);

export function progress(label: string, { rows, seconds, cpu_seconds }: Outcome): void {
  if (!process.stderr.isTTY) return;
  const rate = (perSecond: number) => `${(rows / perSecond / 1e6).toFixed(2)} M`;
  process.stderr.write(`${label}: ${rate(seconds)} rows/s, ${rate(cpu_seconds)} rows/CPU-s\n`);
}

/** Of the machine, so that figures are not compared across machines unawares. */
export const machine = () => ({
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  node: process.version,
});

export function report(json: boolean, result: CaseReport): void {
  const { systems: measured, ratios, points, ...rest } = result;
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...result, machine: machine() })}\n`);
    return;
  }
  const details = Object.entries(rest).map(([key, value]) => `${key} ${shown(value)}`);
  console.log(details.join(', '));
  if (measured.length > 0) console.table(byName(measured));
  if (points !== undefined) console.table(points);
  for (const [pair, ratio] of Object.entries(ratios ?? {})) {
    console.log(`${pair}: ${ratio.rows_per_s} rows/s, ${ratio.rows_per_cpu_s} rows per CPU-second`);
  }
}

const byName = (figures: readonly Figures[]) =>
  Object.fromEntries(figures.map(({ name, ...rest }) => [name, rest]));
const shown = (value: unknown): string =>
  typeof value === 'number' ? value.toLocaleString('en') : String(value);
