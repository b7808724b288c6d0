/**
 * A view beyond its budget of groups or memory: what has no room goes to the window's overflow row, every row of the window is
 * flagged, no row is lost from the accounts, and nobody else notices.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addFiles, makeProject, runOnce, type TableRow, tableRows } from './project.ts';

const WINDOWS = 4;
const ROWS = 20_000;
const START_MS = 1_767_225_600_000;
const WINDOW_MS = 60_000;

/** Every row has a key of its own, but for the first window, which has three in all. */
function bomb(): string {
  const lines: string[] = [];
  for (let row = 0; row < ROWS; row++) {
    const time = START_MS + Math.floor((row * WINDOWS) / ROWS) * WINDOW_MS + (row % 1000);
    const key = time < START_MS + WINDOW_MS ? `quiet ${row % 3}` : `key ${row}`;
    lines.push(JSON.stringify({ t: time, k: key, site: row % 7, v: row }));
  }
  return `${lines.join('\n')}\n`;
}

const view = (name: string, column: string, limits: object) => ({
  [`views/${name}.json`]: {
    view: name,
    stream: 's',
    grouping_cols: [column, { time: '60s' }],
    aggregation_info: [
      { aggregation: 'count', aggregated_col_name: 'n' },
      { aggregation: 'sum', col_name: 'v', aggregated_col_name: 'total' },
    ],
    write_interval: '100ms',
    sinks: ['table'],
    ...limits,
  },
});

const project = () =>
  makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data.ndjson', start: 'earliest' },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '1s' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      engine: { chunk_rows: 100 },
    },
    'data.ndjson': bomb(),
    ...view('neighbour', 'site', {}),
  });

async function results(limits: object | null) {
  const dir = await project();
  if (limits !== null) await addFiles(dir, view('bombed', 'k', { limits }));
  const { views, peak_rss_mib } = await runOnce(dir);
  for (const { view, read, folded, filtered, too_late, invalid } of views) {
    assert.deepEqual([view, read, folded], [view, ROWS, ROWS]);
    assert.equal(filtered + too_late + invalid, 0);
  }
  const rows = (name: string) => tableRows(dir, name);
  return { views, peak_rss_mib, neighbour: rows('neighbour'), rows: limits && rows('bombed') };
}

/** Rows by window; the counts of each window add up whatever its rows are. */
function windowsOf(rows: readonly TableRow[]): TableRow[][] {
  const byWindow = Map.groupBy(rows, (row) => Number(row['window_start']));
  assert.equal(byWindow.size, WINDOWS);
  for (const window of byWindow.values()) {
    const sum = (name: string) => window.reduce((total, row) => total + Number(row[name]), 0);
    assert.equal(sum('n'), ROWS / WINDOWS);
    assert.equal(sum('rows'), ROWS / WINDOWS);
    assert.ok(window.every((row) => row['complete'] === 1));
  }
  const total = rows.reduce((all, row) => all + Number(row['total']), 0);
  assert.equal(total, (ROWS * (ROWS - 1)) / 2);
  return [...byWindow.values()];
}

const isOverflow = (row: TableRow) => row['k'] === null;
const isTruncated = (row: TableRow) => row['truncated'] === 1;

test('budgets', async (t) => {
  const alone = await results(null);

  await t.test('of groups', async () => {
    const found = await results({ groups: 1000 });
    assert.deepEqual(found.neighbour, alone.neighbour);
    const [quiet, ...bombed] = windowsOf(found.rows ?? []);
    assert.equal(quiet?.length, 3);
    assert.ok(!quiet.some(isTruncated) && !quiet.some(isOverflow));
    for (const window of bombed) {
      assert.equal(window.filter(isOverflow).length, 1);
      assert.ok(window.every(isTruncated));
      assert.ok(window.length <= 1002);
    }
    const { groups_max = Number.NaN } = found.views.find(({ view }) => view === 'bombed') ?? {};
    // One overflow group for each of its windows comes on top.
    assert.ok(groups_max >= 1000 && groups_max <= 1000 + WINDOWS, `${groups_max} groups`);
  });

  await t.test('of memory', async () => {
    const found = await results({ memory: '256KiB' });
    assert.deepEqual(found.neighbour, alone.neighbour);
    const windows = windowsOf(found.rows ?? []);
    const truncated = windows.filter((window) => window.some(isTruncated));
    assert.ok(truncated.length > 0);
    for (const window of windows) {
      const isAll = window.every(isTruncated);
      assert.equal(window.filter(isOverflow).length, isAll ? 1 : 0);
      assert.ok(isAll || !window.some(isTruncated), 'all rows of a window are flagged, or none');
    }
  });
});
