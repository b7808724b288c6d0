/**
 * kill -9 at random moments, each followed by a resume, each strictly between the first and the last folded row, most of
 * them between two committed checkpoints: the final rows equal those of a run that nothing happened to.
 */
import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../runtime/random.ts';
import { deadLetters, makeProject, runOnce, startLa, type TableRow, tableRows } from './project.ts';
import { streamData } from './stream-data.ts';

const seed = Number(process.env['SEED'] ?? 77);
const KILLS = 20;

const views = {
  tumbling: {
    grouping_cols: ['k', { time: '20s' }],
    aggregation_info: [
      { aggregation: 'count', aggregated_col_name: 'n' },
      { aggregation: 'sum', col_name: 'v', aggregated_col_name: 'total' },
      { aggregation: 'last', col_name: 's', aggregated_col_name: 'last_s' },
      { aggregation: 'count_distinct', col_name: 's', aggregated_col_name: 'distinct_s' },
    ],
  },
  hopping: {
    grouping_cols: ['p', { time: '60s', hop: '20s' }],
    aggregation_info: [
      { aggregation: 'count', aggregated_col_name: 'n' },
      { aggregation: 'percentile', col_name: 'v', params: { p: 50 }, aggregated_col_name: 'p50' },
      { aggregation: 'top_k', col_name: 's', params: { k: 3 }, aggregated_col_name: 'top' },
    ],
  },
};

function project(data: readonly string[], rate: string): Promise<string> {
  return makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data/*.ndjson', start: 'earliest', rate },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '2s' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      checkpoints: { type: 'file', path: 'state/checkpoints', interval: '1s' },
      engine: { chunk_rows: 200 },
    },
    ...Object.fromEntries(data.map((text, index) => [`data/p${index}.ndjson`, text])),
    ...Object.fromEntries(
      Object.entries(views).map(([view, spec]) => [
        `views/${view}.json`,
        {
          view,
          stream: 's',
          ...spec,
          allowed_lateness: '5s',
          write_interval: '1s',
          checkpoint_interval: '1s',
          sinks: ['table'],
        },
      ]),
    ),
  });
}

/** Manifests committed so far, over all units. */
async function manifests(dir: string): Promise<number> {
  const files = await readdir(join(dir, 'state/checkpoints/man'), { recursive: true }).catch(
    () => [],
  );
  return files.filter((file) => file.endsWith('.json')).length;
}

async function results(dir: string): Promise<Record<string, TableRow[]>> {
  return Object.fromEntries(Object.keys(views).map((view) => [view, tableRows(dir, view)]));
}

const letterList = async (dir: string) =>
  [...(await deadLetters(dir))].map(([key, { reason }]) => `${key} ${reason}`).sort();

test(`kill -9 at ${KILLS} random moments changes nothing (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const data = streamData({ seed, partitions: 2, rows: 30_000, spanMs: 900_000, disorderMs: 3000 });
  const straight = await project(data, 'max');
  const expected = await runOnce(straight);

  const dir = await project(data, '1500/s');
  let betweenCheckpoints = 0;
  for (let kill = 1; kill <= KILLS; kill++) {
    const { child, finished } = startLa(['run', dir, '--once', '--json']);
    const before = await manifests(dir);
    // The first half of the kills wait for a checkpoint of their own run, so that each run gets on.
    while ((await manifests(dir)) <= before + (kill % 4 === 0 ? 0 : 1) && child.exitCode === null) {
      await sleep(20);
    }
    const atCommit = await manifests(dir);
    const delayMs = random.integer(700);
    await sleep(delayMs);
    const atKill = await manifests(dir);
    if (child.exitCode !== null) assert.fail(`the run ended: ${(await finished).stderr}`);
    child.kill('SIGKILL');
    await finished;
    // A checkpoint of this very run was committed, and no other one since.
    if (atCommit > before && atKill === atCommit) betweenCheckpoints++;
    t.diagnostic(
      `kill ${kill}: ${delayMs} ms after a commit; ${atKill - before} manifests in this run, ${atKill} in all`,
    );
  }
  const throttled = await readFile(join(dir, 'la.json'), 'utf8');
  await writeFile(join(dir, 'la.json'), throttled.replace('1500/s', 'max'));
  const summary = await runOnce(dir);
  assert.ok(betweenCheckpoints >= 15, `${betweenCheckpoints} kills between two checkpoints`);
  assert.deepEqual(await results(dir), await results(straight));
  assert.deepEqual(await letterList(dir), await letterList(straight));
  const counters = (views: typeof summary.views) =>
    views.map(({ view, read, folded, filtered, too_late, invalid }) => {
      assert.equal(read, folded + filtered + too_late + invalid, `the accounting of ${view}`);
      return { view, read, folded, filtered, too_late, invalid };
    });
  assert.deepEqual(counters(summary.views), counters(expected.views));
});
