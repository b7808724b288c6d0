/** Every case runs, with tiny inputs: what it prints is not looked at for its size, but for its shape and its honesty. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { plans } from '../../bench/report/plans.ts';
import type { MeasuredCase, Results } from '../../bench/report/results.ts';
import { recordFile } from '../../bench/workload.ts';
import { temporaryFolder } from '../connectors/temporary-folder.ts';

const bench = join(import.meta.dirname, '../../bench');

function run(file: string, ...args: string[]) {
  const options = { encoding: 'utf8', timeout: 120_000 } as const;
  return spawnSync(process.execPath, [join(bench, file), ...args], options);
}

const measured: MeasuredCase[] = [];
for (const [name, , quick] of plans) {
  test(`${name} ${quick}`, () => {
    const { stdout, stderr, status } = run('main.ts', name, ...quick.split(' '), '--json');
    assert.equal(status, 0, stderr);
    const printed = JSON.parse(stdout);
    const report = Array.isArray(printed)
      ? { case: name, rows: 0, systems: [], points: printed }
      : printed;
    assert.equal(report.case, name);
    assert.ok(report.systems.length + (report.points?.length ?? 0) > 0);
    for (const system of report.systems) {
      assert.ok(system.rows_per_s > 0 && system.rows_per_cpu_s > 0, JSON.stringify(system));
      assert.ok(system.peak_rss_mib > 20, JSON.stringify(system));
    }
    measured.push({ command: `bench ${name}`, report });
  });
}

test('the report shows every case, and stands alone', async () => {
  assert.equal(measured.length, plans.length);
  const dir = await temporaryFolder();
  const machine = { cores: 2, cpu: 'a < b', node: 'v24' };
  const results: Results = { measured: 'today', version: 'abc', machine, cases: measured };
  writeFileSync(join(dir, 'benchmark.json'), JSON.stringify(results));
  const { status, stderr } = run('report.ts', '--render', '--out', dir);
  assert.equal(status, 0, stderr);
  const page = readFileSync(join(dir, 'benchmark.html'), 'utf8');
  for (const [name] of plans) assert.ok(page.includes(`<code>bench ${name}</code>`), name);
  assert.match(page, /a &lt; b/);
  assert.doesNotMatch(page, /NaN|undefined|Infinity|<script|<link|https?:/);
});

test('cases beside the report', () => {
  const small = recordFile(20_000, {});
  for (const [name, ...args] of [
    ['decode', small, '1'],
    ['result-lines', '--rounds', '1'],
    ['unit', '--rows', '20000', '--rounds', '1'],
  ]) {
    const { status, stderr } = run('main.ts', name ?? '', ...args);
    assert.equal(status, 0, `${name}: ${stderr}`);
  }
});

test('an unknown case is told, with the known ones', () => {
  const { status, stderr } = run('main.ts', 'LA-9');
  assert.equal(status, 2);
  assert.match(stderr, /LA-8, LA-1, S-1M/);
});

test('the gate judges by its ratio and ends accordingly', () => {
  const { stdout, status, stderr } = run('gate.ts', '--rows', '30000', '--rounds', '1', '--json');
  const { passed, ratio, ratio_min } = JSON.parse(stdout || '{}');
  assert.ok(ratio > 0, stderr);
  assert.equal(passed, ratio >= ratio_min);
  assert.equal(status, passed ? 0 : 1);
});
