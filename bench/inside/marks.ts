/** How a measured program tells its times: lines of JSON in a file that the bench names, from whichever thread. */
import { openSync, writeSync } from 'node:fs';

let file: number | undefined;

export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** The whole process's, from any thread. */
export function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export function mark(name: string, details: Readonly<Record<string, unknown>> = {}): void {
  const line = { mark: name, at_ms: nowMs(), cpu_ms: cpuMs(), ...details };
  file ??= openSync(String(process.env['BENCH_MARKS']), 'a');
  writeSync(file, `${JSON.stringify(line)}\n`);
}
