/**
 * A live partition falls silent: the others complete their windows without it, and what it says later is judged by the floor
 * that was committed for it, kill -9 or not.
 */
import assert from 'node:assert/strict';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  deadLetters,
  makeProject,
  type Running,
  startLa,
  type TableRow,
  tableRows,
} from './project.ts';

const START_MS = 1_767_225_600_000;
const STEP_MS = 500;

/** Rows [from, to) of a partition, two a second of event time. */
const lines = (p: string, from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => {
    return `${JSON.stringify({ t: START_MS + (from + index) * STEP_MS, p, v: 1 })}\n`;
  }).join('');

const project = () =>
  makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data/*.ndjson', start: 'earliest', follow: true },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '1s', idle_after: '10001ms' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      checkpoints: { type: 'file', path: 'state/checkpoints', interval: '200ms' },
    },
    'data/busy.ndjson': lines('busy', 0, 200),
    'data/quiet.ndjson': lines('quiet', 0, 40),
    'views/v.json': {
      view: 'v',
      stream: 's',
      grouping_cols: ['p', { time: '10s' }],
      aggregation_info: [{ aggregation: 'count', aggregated_col_name: 'n' }],
      allowed_lateness: '5s',
      write_interval: '100ms',
      sinks: ['table'],
    },
  });

function rowsOf(dir: string): TableRow[] {
  try {
    return tableRows(dir, 'v');
  } catch {
    return []; // the table is not made yet
  }
}

const counted = (dir: string, p: string) =>
  rowsOf(dir).reduce((sum, row) => sum + (row['p'] === p ? Number(row['n']) : 0), 0);

/** Start of the newest complete window, in seconds after the first; -1: none. */
const completed = (dir: string): number =>
  rowsOf(dir).reduce((newest, { window_start, complete }) => {
    return complete === 1 ? Math.max(newest, (Number(window_start) - START_MS) / 1000) : newest;
  }, -1);

async function until({ child, finished }: Running, done: () => boolean): Promise<void> {
  while (!done()) {
    if (child.exitCode !== null || child.signalCode !== null) assert.fail((await finished).stderr);
    await sleep(20);
  }
}

async function kill({ child, finished }: Running): Promise<void> {
  child.kill('SIGKILL');
  await finished;
}

/** Goes on appending to a partition, two seconds of event time five times a second, until it is told to stop. */
function keepBusy(path: string, from: number) {
  let row = from;
  let appended = Promise.resolve();
  const ticker = setInterval(() => {
    const text = lines('busy', row, row + 4);
    row += 4;
    appended = appended.then(() => appendFile(path, text));
  }, 200);
  return {
    rows: () => row,
    stop: async (): Promise<number> => {
      clearInterval(ticker);
      await appended;
      return row;
    },
  };
}

test('a partition that falls silent, through kill -9', { timeout: 90_000 }, async (t) => {
  const dir = await project();
  const quiet = join(dir, 'data/quiet.ndjson');
  const begin = () => startLa(['run', dir, '--json']);
  const busy = keepBusy(join(dir, 'data/busy.ndjson'), 200);
  t.after(() => busy.stop());
  let run = begin();
  await until(run, () => counted(dir, 'busy') > 250 && counted(dir, 'quiet') === 40);
  // The quiet one is at 19.5 s, its watermark at 18.5 s, and holds everybody back.
  await sleep(500);
  assert.equal(completed(dir), 0);
  await kill(run);

  run = begin();
  // Ten seconds of silence: the busy one, beyond 100 s, completes alone, and its watermark becomes a committed floor.
  await until(run, () => completed(dir) >= 80);
  await sleep(1000);
  await kill(run);

  // Too late for all their windows under the floor, and not by the partition's own watermark; then some in time.
  const [tooLate, inTime] = [30, 60];
  const now = busy.rows();
  await appendFile(quiet, lines('quiet', 40, 40 + tooLate) + lines('quiet', now, now + inTime));
  run = begin();
  await until(run, () => counted(dir, 'quiet') === 40 + inTime);
  await kill(run);
  const before = counted(dir, 'busy');
  run = begin();
  await until(run, () => counted(dir, 'busy') > before);
  const rowsBusy = await busy.stop();
  await until(run, () => counted(dir, 'busy') === rowsBusy);
  run.child.kill('SIGTERM');
  const { exit, stdout, stderr } = await run.finished;
  assert.equal(exit, 0, stderr);

  const [view] = JSON.parse(stdout).views;
  const folded = rowsBusy + 40 + inTime;
  assert.deepEqual([view.read, view.folded, view.too_late], [folded + tooLate, folded, tooLate]);
  const letters = [...(await deadLetters(dir)).values()].map(
    ({ partition, offset, reason }) => `${partition} ${offset} ${reason}`,
  );
  const late = Array.from(
    { length: tooLate },
    (_, row) => `data/quiet.ndjson ${40 + row} too_late`,
  );
  assert.deepEqual(letters.sort(), late.sort());
  const found = rowsOf(dir).map(({ p, window_start, n }) => `${p} ${window_start} ${n}`);
  const expected = [
    ...groupsOf('busy', [[0, rowsBusy]]),
    ...groupsOf('quiet', [
      [0, 40],
      [now, now + inTime],
    ]),
  ];
  assert.deepEqual(found.sort(), expected.sort());
});

/** Result rows that rows [from, to) of a partition come to. */
function groupsOf(p: string, ranges: readonly (readonly [number, number])[]): string[] {
  const rows = ranges.flatMap(([from, to]) => {
    return Array.from({ length: to - from }, (_, index) => from + index);
  });
  const groups = Map.groupBy(rows, (row) => Math.floor((row * STEP_MS) / 10_000));
  return Array.from(
    groups,
    ([window, { length }]) => `${p} ${START_MS + window * 10_000} ${length}`,
  );
}
