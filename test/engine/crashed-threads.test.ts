/** A reader thread that dies is replaced and reads on where it was; the death of the I/O thread ends the run, and the next goes on. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Summary } from '../../cli/summary.ts';
import { seededRandom } from '../../runtime/random.ts';
import { errorsOf, makeProject, runOnce, startLa, type TableRow, tableRows } from './project.ts';
import { streamData } from './stream-data.ts';

const seed = Number(process.env['SEED'] ?? 2025);
const random = seededRandom(seed);
const data = streamData({ seed, partitions: 3, rows: 5000, spanMs: 600_000, disorderMs: 3000 });
const preload = pathToFileURL(join(import.meta.dirname, 'fixtures/crash-thread.ts')).href;

const groupings = {
  by_key: ['k', { time: '20s' }],
  by_partition: ['p', { time: '60s', hop: '20s' }],
};

const project = (rate: string) =>
  makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data/*.ndjson', start: 'earliest', rate },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '2s' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      checkpoints: { type: 'file', path: 'state/checkpoints', interval: '300ms' },
      engine: { chunk_rows: 50, chunk_slots: 4 },
    },
    ...Object.fromEntries(data.map((text, index) => [`data/p${index}.ndjson`, text])),
    ...Object.fromEntries(
      Object.entries(groupings).map(([view, grouping_cols]) => [
        `views/${view}.json`,
        {
          view,
          stream: 's',
          grouping_cols,
          aggregation_info: [
            { aggregation: 'count', aggregated_col_name: 'n' },
            { aggregation: 'last', col_name: 's', aggregated_col_name: 'last_s' },
            { aggregation: 'count_distinct', col_name: 's', aggregated_col_name: 'distinct_s' },
          ],
          allowed_lateness: '5s',
          write_interval: '500ms',
          sinks: ['table'],
        },
      ]),
    ),
  });

const rowsOf = (dir: string): Record<string, TableRow[]> =>
  Object.fromEntries(Object.keys(groupings).map((view) => [view, tableRows(dir, view)]));

const countersOf = ({ views }: Summary) =>
  views.map(({ view, read, folded, filtered, too_late, invalid, state }) => {
    assert.equal(read, folded + filtered + too_late + invalid, `the accounting of ${view}`);
    return { view, read, folded, filtered, too_late, invalid, state };
  });

/** Starts a run of 5 s in which a thread dies whenever `crash` is called. */
async function startCrashing() {
  const dir = await project('3000/s');
  const orders = join(dir, 'crash');
  await mkdir(orders);
  const env = { NODE_OPTIONS: `--import ${preload}`, LA_TEST_CRASH: orders };
  const { child, finished } = startLa(['run', dir, '--once', '--json'], env);
  const crash = async (thread: string): Promise<void> => {
    const order = join(orders, thread);
    await writeFile(order, '');
    while (existsSync(order) && child.exitCode === null) await sleep(5);
  };
  while (!existsSync(join(dir, 'state/results.db')) && child.exitCode === null) await sleep(5);
  return { dir, finished, crash };
}

test(`crashed threads (SEED=${seed})`, async (t) => {
  const straight = await project('max');
  const summary = await runOnce(straight);
  const expected = { rows: rowsOf(straight), counters: countersOf(summary) };

  await t.test('the reader, three times within the run', async (s) => {
    const { dir, finished, crash } = await startCrashing();
    for (let crashes = 0; crashes < 3; crashes++) {
      const ms = 300 + random.integer(700);
      await sleep(ms);
      await crash('reader');
      s.diagnostic(`crashed after a further ${ms} ms`);
    }
    const ended = await finished;
    assert.equal(ended.exit, 0, ended.stderr);
    assert.deepEqual(countersOf(JSON.parse(ended.stdout)), expected.counters);
    assert.deepEqual(rowsOf(dir), expected.rows);
  });

  await t.test('the reader, again and again: the node gives up, the next run goes on', async () => {
    const { dir, finished, crash } = await startCrashing();
    for (let crashes = 0; crashes < 4; crashes++) await crash('reader');
    const ended = await finished;
    assert.equal(ended.exit, 1, ended.stderr);
    assert.deepEqual(
      errorsOf(ended).map(({ code }) => code),
      ['LA_NODE_FAILED'],
    );
    await checkResumed(dir);
  });

  await t.test('the I/O thread: the run fails, the next goes on', async () => {
    const { dir, finished, crash } = await startCrashing();
    await sleep(500 + random.integer(1500));
    await crash('io');
    const ended = await finished;
    assert.equal(ended.exit, 1, ended.stderr);
    const [error] = errorsOf(ended);
    assert.equal(error?.code, 'LA_NODE_FAILED');
    assert.match(error.message, /The io thread .* was told to crash/);
    await checkResumed(dir);
  });

  async function checkResumed(dir: string): Promise<void> {
    const file = join(dir, 'la.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('3000/s', 'max'));
    assert.deepEqual(countersOf(await runOnce(dir)), expected.counters);
    assert.deepEqual(rowsOf(dir), expected.rows);
  }
});
