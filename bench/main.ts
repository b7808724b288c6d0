/** `npm run bench -- CASE …`: each question has its file, which says what it takes. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const cases: Readonly<Record<string, readonly [file: string, ...args: string[]]>> = {
  'LA-8': ['throughput.ts', 'LA-8'],
  'LA-1': ['throughput.ts', 'LA-1'],
  'S-1M': ['throughput.ts', 'S-1M'],
  groups: ['groups.ts'],
  views: ['views.ts'],
  threads: ['threads.ts'],
  latency: ['latency.ts'],
  checkpoint: ['checkpoint.ts'],
  heap: ['heap.ts'],
  decode: ['decode.ts'],
  aggregations: ['aggregations.ts'],
  'result-lines': ['result-lines.ts'],
  unit: ['unit.ts'],
  report: ['report.ts'],
};

const [wanted = '', ...rest] = process.argv.slice(2);
const name = Object.keys(cases).find((each) => each.toLowerCase() === wanted.toLowerCase());
if (name === undefined) {
  console.error(`npm run bench -- CASE, where CASE is ${Object.keys(cases).join(', ')}`);
  process.exit(2);
}
const [file = '', ...args] = cases[name] ?? [];
const command = [join(import.meta.dirname, file), ...args, ...rest];
const { status } = spawnSync(process.execPath, command, { stdio: 'inherit' });
process.exitCode = status ?? 1;
