/** `npm run bench -- CASE …`: each question has its file, which says what it takes. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { benchCases } from './workload.ts';

const here = import.meta.dirname;
const notQuestions = ['main.ts', 'workload.ts', 'la-8.ts'];
const questions = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && !notQuestions.includes(file))
  .map((file) => file.slice(0, -'.ts'.length));
const cases = Object.keys(benchCases);

const [wanted = '', ...rest] = process.argv.slice(2);
const found = cases.find((name) => name.toLowerCase() === wanted.toLowerCase());
if (found === undefined && !questions.includes(wanted)) {
  console.error(`npm run bench -- CASE, where CASE is ${[...cases, ...questions].join(', ')}`);
  process.exit(2);
}
const program = found === undefined ? [`${wanted}.ts`] : ['la-8.ts', found];
const [file = '', ...args] = [...program, ...rest];
const { status } = spawnSync(process.execPath, [join(here, file), ...args], { stdio: 'inherit' });
process.exitCode = status ?? 1;
