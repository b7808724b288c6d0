/**
 * Runs every case and writes what they printed to docs/benchmark.json and docs/benchmark.html, a page with plots; with
 * `--readme` the figures in README.md too.
 *
 *   npm run bench -- report [--readme] [--quick] [--only LA-8,views] [--render] [--out DIR]
 *
 * `--quick` takes tiny inputs, to see that all of it works; `--render` measures nothing and takes the JSON that is there;
 * `--only` measures some of the cases anew and keeps the others.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reportPage } from './report/page.ts';
import { type Plan, plans } from './report/plans.ts';
import { readmeFigures, withFigures } from './report/readme.ts';
import { type MeasuredCase, type Results, readResults } from './report/results.ts';
import { machine } from './report-line.ts';

const { values: options } = parseArgs({
  options: {
    readme: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    render: { type: 'boolean', default: false },
    only: { type: 'string' },
    out: { type: 'string', default: join(import.meta.dirname, '../docs') },
  },
});
const { out } = options;
const json = join(out, 'benchmark.json');

function measure([name, measured, quick]: Plan): MeasuredCase {
  const args = (options.quick ? quick : measured).split(' ').filter((arg) => arg !== '');
  const command = ['npm run bench --', name, ...args].join(' ');
  process.stderr.write(`${command}\n`);
  const main = join(import.meta.dirname, 'main.ts');
  const { stdout, status } = spawnSync(process.execPath, [main, name, ...args, '--json'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  const printed = JSON.parse(stdout);
  // A case that prints only its table.
  const report = Array.isArray(printed)
    ? { case: name, rows: 0, systems: [], points: printed }
    : printed;
  return { command, report };
}

function results(): Results {
  if (options.render) return readResults(json);
  const only = options.only?.split(',');
  const kept = only === undefined || !existsSync(json) ? [] : readResults(json).cases;
  const cases = plans.flatMap((plan) => {
    const [name] = plan;
    if (only === undefined || only.includes(name)) return [measure(plan)];
    const command = ['npm run bench --', name, plan[1]].join(' ').trim();
    return kept.filter((each) => each.command === command);
  });
  const head = ['log', '-1', '--format=%h'];
  const version = execFileSync('git', head, { cwd: import.meta.dirname, encoding: 'utf8' }).trim();
  return { measured: new Date().toISOString().slice(0, 10), version, machine: machine(), cases };
}

const measured = results();
mkdirSync(out, { recursive: true });
writeFileSync(json, `${JSON.stringify(measured, null, 1)}\n`);
writeFileSync(join(out, 'benchmark.html'), reportPage(measured));
if (options.readme) {
  const path = join(import.meta.dirname, '../README.md');
  writeFileSync(path, withFigures(readFileSync(path, 'utf8'), readmeFigures(measured)));
}
