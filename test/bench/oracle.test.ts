/** The check behind every figure: right results pass, and each way of being wrong is found. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Oracle } from '../../bench/oracle.ts';
import { type Outcome, runSystem } from '../../bench/systems.ts';
import { recordFile, type ViewNumber } from '../../bench/workload.ts';
import { temporaryFolder } from '../connectors/temporary-folder.ts';

const ROWS = 20_000;
const views: readonly ViewNumber[] = [1, 2, 3, 4, 5, 6, 7, 8];
const records = recordFile(ROWS, {});
let oracle: Oracle;
let right: string;
let totals: Outcome;

before(async () => {
  oracle = await Oracle.open(records, views);
  right = await temporaryFolder();
  await runSystem('naive', { records, views, from: 'file' }, async ({ dir }) => {
    for (const view of views) copyFileSync(join(dir, `v${view}.tsv`), join(right, `v${view}.tsv`));
  });
  totals = await runSystem('naive', { records, views, from: 'memory' });
});
after(() => oracle.close());

test('right results have no differences', async () => {
  assert.deepEqual(await oracle.differences(right, views), []);
  assert.deepEqual(await oracle.totalDifferences(totals.views, views), []);
});

test('each wrong result file is found', async () => {
  const f = async (view: ViewNumber, change: (row: string[]) => string[][], expected: RegExp) => {
    const dir = await temporaryFolder();
    const path = `v${view}.tsv`;
    const rows = readFileSync(join(right, path), 'utf8').trimEnd().split('\n');
    // In the middle, where groups have many rows.
    const at = rows.length >> 1;
    const changed = rows.flatMap((row, index) =>
      index === at ? change(row.split('\t')).map((cells) => cells.join('\t')) : [row],
    );
    writeFileSync(join(dir, path), `${changed.join('\n')}\n`);
    assert.match((await oracle.differences(dir, [view])).join('; '), expected);
  };
  const plus = (column: number, by: number) => (row: string[]) => [
    row.map((cell, index) => (index === column ? String(Number(cell) + by) : cell)),
  ];
  await f(3, plus(2, 1), /v3: cnt differs in 1 groups/);
  await f(2, plus(3, 1e-5), /avg_rssi differs in 1/);
  await f(7, plus(4, -1), /last_rssi differs in 1/);
  await f(5, plus(4, -60), /p50 has the wrong rank in 1/);
  await f(1, plus(4, 1000), /clients is off/);
  await f(3, () => [], /1 groups missing, 0 extra/);
  await f(8, plus(0, 3_600_000), /1 groups missing, 1 extra/);
  // The last row of a group counts.
  await f(3, (row) => [row, ...plus(2, 1)(row)], /cnt differs in 1/);
});

test('wrong totals are found', async () => {
  const f = async (change: (view: Outcome['views'][number]) => object, expected: RegExp) => {
    const changed = totals.views.map((view) =>
      view.view === 'v3' ? { ...view, ...change(view) } : view,
    );
    assert.match((await oracle.totalDifferences(changed, views)).join('; '), expected);
  };
  await f(({ result_rows }) => ({ result_rows: result_rows - 1 }), /v3: \d+ result rows, not/);
  await f(({ sums }) => ({ sums: { ...sums, tx: (sums?.['tx'] ?? 0) + 1 } }), /v3: tx adds up/);
  await f(() => ({ sums: {} }), /v3: cnt adds up to NaN/);
});
