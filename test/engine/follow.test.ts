/**
 * A followed file: lines count as they are appended, while it runs and between runs; SIGTERM ends with a last checkpoint; a file
 * that was truncated or replaced ends its stream with an error, and nothing that was counted is lost.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { appendFile, copyFile, readdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../runtime/random.ts';
import { errorsOf, makeProject, type Running, runOnce, startLa, tableRows } from './project.ts';

const seed = Number(process.env['SEED'] ?? 31);
const START_MS = 1_767_225_600_000;

/** Lines [from, to), ten a second of event time. */
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => {
    const row = from + index;
    return `${JSON.stringify({ t: START_MS + row * 100, k: `k${row % 5}`, v: row })}\n`;
  }).join('');

const project = (text: string, path = 'log.ndjson', files = {}) =>
  makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path, start: 'earliest', follow: true },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '1s' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      checkpoints: { type: 'file', path: 'state/checkpoints', interval: '200ms' },
    },
    'log.ndjson': text,
    ...files,
    'views/by_key.json': {
      view: 'by_key',
      stream: 's',
      grouping_cols: ['k', { time: '10s' }],
      aggregation_info: [
        { aggregation: 'count', aggregated_col_name: 'n' },
        { aggregation: 'sum', col_name: 'v', aggregated_col_name: 'total' },
      ],
      allowed_lateness: '1s',
      write_interval: '100ms',
      sinks: ['table'],
    },
  });

const counted = (dir: string): number => {
  if (!existsSync(join(dir, 'state/results.db'))) return 0;
  try {
    return tableRows(dir, 'by_key').reduce((sum, row) => sum + Number(row['n']), 0);
  } catch {
    return 0; // the table is not made yet
  }
};

/** Waits until the results hold this many rows. */
async function untilCounted(dir: string, rows: number, { child, finished }: Running) {
  for (;;) {
    const now = counted(dir);
    if (now >= rows) return assert.equal(now, rows);
    if (child.exitCode !== null) assert.fail((await finished).stderr);
    await sleep(20);
  }
}

async function stop({ child, finished }: Running) {
  child.kill('SIGTERM');
  const ended = await finished;
  assert.equal(ended.exit, 0, ended.stderr);
  return JSON.parse(ended.stdout);
}

/** What a run over the whole file comes to; rows of windows that are still open are written without being complete. */
async function straight(text: string) {
  const dir = await project(text);
  await runOnce(dir);
  return tableRows(dir, 'by_key').map(({ complete, ...row }) => row);
}

const rowsOf = (dir: string) => tableRows(dir, 'by_key').map(({ complete, ...row }) => row);

test('appended lines count, while it runs and between runs', async () => {
  const dir = await project(lines(0, 500));
  const log = join(dir, 'log.ndjson');
  let run = startLa(['run', dir, '--json']);
  await untilCounted(dir, 500, run);
  await appendFile(log, lines(500, 700));
  await untilCounted(dir, 700, run);
  // A line that is not whole yet is not one.
  const next = lines(700, 701);
  await appendFile(log, next.slice(0, 20));
  await sleep(200);
  await appendFile(log, next.slice(20) + lines(701, 900));
  await untilCounted(dir, 900, run);
  await stop(run);

  await appendFile(log, lines(900, 1200));
  run = startLa(['run', dir, '--json']);
  await untilCounted(dir, 1200, run);
  const { views } = await stop(run);
  assert.deepEqual(
    views.map((each: { read: number; folded: number }) => [each.read, each.folded]),
    [[1200, 1200]],
  );
  assert.deepEqual(rowsOf(dir), await straight(lines(0, 1200)));
});

/** Number of the unit's last start. */
async function lastClaim(dir: string): Promise<number> {
  const folder = join(dir, 'state/checkpoints/units/by_key@8/claims');
  return Math.max(0, ...(await readdir(folder).catch(() => [])).map(Number));
}

test(`SIGTERM and appends at random moments, ten times (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const dir = await project(lines(0, 100));
  const log = join(dir, 'log.ndjson');
  let rows = 100;
  const append = async () => {
    const count = random.integer(3000);
    await appendFile(log, lines(rows, rows + count));
    rows += count;
  };
  for (let stops = 0; stops < 10; stops++) {
    const claim = await lastClaim(dir);
    const run = startLa(['run', dir, '--json']);
    while ((await lastClaim(dir)) === claim && run.child.exitCode === null) await sleep(5);
    await append();
    const ms = random.integer(1200);
    await sleep(ms);
    run.child.kill('SIGTERM');
    const { exit, signal, stderr } = await run.finished;
    t.diagnostic(`SIGTERM after ${ms} ms: exit ${exit ?? signal}`);
    // Before every view runs it says that nothing is lost.
    assert.ok(exit === 0 || /LA_RUN_NOT_STARTED/.test(stderr), stderr);
    await append();
  }
  const run = startLa(['run', dir, '--json']);
  await untilCounted(dir, rows, run);
  const { views } = await stop(run);
  assert.equal(views[0].read, rows);
  assert.deepEqual(rowsOf(dir), await straight(lines(0, rows)));
});

test('a file that is gone between runs holds nobody back; when it is back it has a floor', async () => {
  const dir = await project(lines(0, 500), '*.ndjson', { 'other.ndjson': lines(300, 500) });
  const [log, other] = [join(dir, 'log.ndjson'), join(dir, 'other.ndjson')];
  const run = startLa(['run', dir, '--json']);
  await untilCounted(dir, 700, run);
  await stop(run);
  await rename(other, `${other}.away`);

  await appendFile(log, lines(500, 1000));
  const alone = startLa(['run', dir, '--json']);
  await untilCounted(dir, 1200, alone);
  // The last row is at 99.9 s, the watermark at 98.9 s.
  const isComplete = () =>
    tableRows(dir, 'by_key').every(({ window_end, complete }) => {
      return (complete === 1) === Number(window_end) <= START_MS + 98_900;
    });
  while (!isComplete()) {
    if (alone.child.exitCode !== null) assert.fail((await alone.finished).stderr);
    await sleep(20);
  }
  // A checkpoint that carries the floor.
  await sleep(500);
  await stop(alone);

  await rename(`${other}.away`, other);
  await appendFile(other, lines(500, 600) + lines(990, 1010));
  const both = startLa(['run', dir, '--json']);
  await untilCounted(dir, 1220, both);
  const [{ read, folded, too_late }] = (await stop(both)).views;
  assert.deepEqual([read, folded, too_late], [1320, 1220, 100]);
});

for (const [what, change] of Object.entries({
  'moved away': (log: string) => rename(log, `${log}.1`),
  truncated: (log: string) => truncate(log, 1000),
  'truncated and written anew': async (log: string) => {
    await truncate(log, 0);
    await appendFile(log, lines(5000, 5300));
  },
  'replaced by another of its name': async (log: string) => {
    await rename(log, `${log}.1`);
    await writeFile(log, lines(5000, 6500));
  },
})) {
  for (const when of ['while it runs', 'between runs']) {
    // A file that is not there is none yet, for one that starts to follow.
    if (what === 'moved away' && when === 'between runs') continue;
    test(`a file ${what} ${when}`, async () => {
      const dir = await project(lines(0, 1000));
      const log = join(dir, 'log.ndjson');
      let run = startLa(['run', dir, '--json']);
      await untilCounted(dir, 1000, run);
      const copy = `${log}.copy`;
      await copyFile(log, copy);
      if (when === 'between runs') {
        await stop(run);
        await change(log);
        run = startLa(['run', dir, '--json']);
      } else {
        await sleep(400);
        await change(log);
      }
      const ended = await run.finished;
      assert.equal(ended.exit, 1, ended.stderr);
      const text = errorsOf(ended)
        .map(({ code, message }) => `${code} ${message}`)
        .join('\n');
      assert.match(text, /LA_FILE_CHANGED|was truncated or replaced/);
      assert.equal(counted(dir), 1000, 'what was counted is still there');

      // The original comes back: it goes on as if nothing had been.
      await copyFile(copy, log);
      await appendFile(log, lines(1000, 1100));
      const again = startLa(['run', dir, '--json']);
      await untilCounted(dir, 1100, again);
      await stop(again);
      assert.deepEqual(rowsOf(dir), await straight(lines(0, 1100)));
    });
  }
}
