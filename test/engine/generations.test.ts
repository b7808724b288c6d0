/**
 * What a changed view or stream comes to: windows up to the cut-over by the files as they were, those from it on by the files as
 * they are, through kills in the midst of it; and what changes nothing but goes on.
 */
import assert from 'node:assert/strict';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Summary } from '../../cli/summary.ts';
import { seededRandom } from '../../runtime/random.ts';
import {
  addFiles,
  errorsOf,
  la,
  makeProject,
  runOnce,
  startLa,
  type TableRow,
  tableRows,
} from './project.ts';
import { manifests } from './wifi-project.ts';

const seed = Number(process.env['SEED'] ?? 5);
const random = seededRandom(seed);
const START_MS = 1_767_225_600_000;
const WINDOW_MS = 10_000;
/** Rows before the change, and in all: ten a second of event time. */
const [BEFORE, ALL] = [450, 6000];
/** The first window after everything seen before the change. */
const CUTOVER_MS = START_MS + 50_000;

interface Row {
  readonly t: number;
  readonly k: string;
  readonly site: number;
  readonly v: number;
}

const rowAt = (row: number): Row => ({
  t: START_MS + row * 100,
  k: `k${row % 5}`,
  site: row % 3,
  v: row % 17,
});
const rows = Array.from({ length: ALL }, (_, row) => rowAt(row));
const linesOf = (some: readonly Row[]) => some.map((row) => `${JSON.stringify(row)}\n`).join('');

const viewFile = {
  view: 'v',
  stream: 's',
  grouping_cols: ['k', { time: '10s' }],
  aggregation_info: [
    { aggregation: 'count', aggregated_col_name: 'n' },
    { aggregation: 'percentile', col_name: 'v', params: { p: 50 }, aggregated_col_name: 'p' },
  ],
  allowed_lateness: '1s',
  write_interval: '100ms',
  sinks: ['table'],
};

const projectFile = {
  streams: {
    s: {
      source: { type: 'file', path: 'log.ndjson', start: 'earliest', rate: 'max' },
      event_time: { col_name: 't', unit: 'ms' },
      watermark: { delay: '1s' },
    },
  },
  sinks: {
    table: { type: 'sqlite', path: 'state/results.db' },
    lines: { type: 'file', path: 'state/{view}.ndjson' },
  },
  checkpoints: { type: 'file', path: 'state/checkpoints', interval: '100ms' },
  engine: { chunk_rows: 50 },
};

const makeBefore = async (): Promise<string> => {
  const dir = await makeProject({
    'la.json': projectFile,
    'views/v.json': viewFile,
    'log.ndjson': linesOf(rows.slice(0, BEFORE)),
  });
  await runOnce(dir);
  return dir;
};

type Columns = Record<string, unknown>;

interface Meaning {
  readonly rows: readonly Row[];
  readonly keys: readonly ('k' | 'site')[];
  readonly filter?: (row: Row) => boolean;
  readonly p: number | null;
}

/** What the contract says, written down plainly: a window's rows by key. */
function expectedOf(meaning: Meaning, takes: (start: number) => boolean, more: Columns): Columns[] {
  const groups = Map.groupBy(
    meaning.rows.filter((row) => meaning.filter?.(row) ?? true),
    (row) => JSON.stringify([windowOf(row.t), ...meaning.keys.map((name) => row[name])]),
  );
  return [...groups].flatMap(([key, group]) => {
    const [window_start, ...values]: [number, ...unknown[]] = JSON.parse(key);
    if (!takes(window_start)) return [];
    const sorted = group.map(({ v }) => v).sort((a, b) => a - b);
    const rank = Math.max(1, Math.ceil(((meaning.p ?? 0) / 100) * sorted.length));
    return [
      {
        window_start,
        keys: Object.fromEntries(meaning.keys.map((name, index) => [name, values[index]])),
        n: group.length,
        p: meaning.p === null ? null : sorted[rank - 1],
        rows: group.length,
        ...more,
      },
    ];
  });
}

const windowOf = (time: number) => Math.floor(time / WINDOW_MS) * WINDOW_MS;

function foundIn(dir: string): Columns[] {
  return tableRows(dir, 'v').map((row: TableRow) => {
    const { window_start, n, p = null, rows: count, generation, group_key } = row;
    const names = (['k', 'site'] as const).filter((name) => (row[name] ?? null) !== null);
    const keys = Object.fromEntries(names.map((name) => [name, row[name]]));
    assert.equal(group_key, JSON.stringify(Object.values(keys)));
    return { window_start, keys, n, p, rows: count, generation };
  });
}

const sorted = (found: readonly Columns[]) => found.map((row) => JSON.stringify(row)).sort();

const setRate = async (dir: string, rate: string): Promise<void> => {
  const path = join(dir, 'la.json');
  await writeFile(
    path,
    (await readFile(path, 'utf8')).replace(/"rate": "[^"]*"/, `"rate": "${rate}"`),
  );
};

/** Three runs that are killed in their midst, and one to the end. */
async function runThroughKills(dir: string, kills: number): Promise<Summary> {
  await setRate(dir, '3000/s');
  for (let kill = 0; kill < kills; kill++) {
    const { child, finished } = startLa(['run', dir, '--once', '--json']);
    const before = await manifests(dir);
    const commits = random.integer(3);
    while ((await manifests(dir)) < before + commits && child.exitCode === null) await sleep(2);
    await sleep(random.integer(150));
    child.kill('SIGKILL');
    await finished;
  }
  await setRate(dir, 'max');
  return runOnce(dir);
}

interface Change {
  readonly files: Readonly<Record<string, object>>;
  readonly after: Partial<Meaning>;
}

const withSource = (path: string, rate = 'max') => ({
  ...projectFile,
  streams: {
    s: { ...projectFile.streams.s, source: { ...projectFile.streams.s.source, path, rate } },
  },
});
const otherRows = rows.map((row) => ({ ...row, v: (row.v * 7) % 19 })).slice(0, 3000);

const changes: Readonly<Record<string, Change>> = {
  'another grouping': {
    files: { 'views/v.json': { ...viewFile, grouping_cols: ['site', { time: '10s' }] } },
    after: { keys: ['site'] },
  },
  'another filter': {
    files: { 'views/v.json': { ...viewFile, filter: 'site == 1' } },
    after: { filter: ({ site }) => site === 1 },
  },
  'another parameter': {
    files: {
      'views/v.json': {
        ...viewFile,
        aggregation_info: [
          viewFile.aggregation_info[0],
          { ...viewFile.aggregation_info[1], params: { p: 90 } },
        ],
      },
    },
    after: { p: 90 },
  },
  'another allowed lateness': {
    files: { 'views/v.json': { ...viewFile, allowed_lateness: '3s' } },
    after: {},
  },
  'another source': {
    files: { 'la.json': withSource('other.ndjson'), 'other.ndjson': [] },
    after: { rows: otherRows },
  },
};

for (const [what, { files, after }] of Object.entries(changes)) {
  test(`${what} is a new generation (SEED=${seed})`, async () => {
    const dir = await makeBefore();
    await appendFile(join(dir, 'log.ndjson'), linesOf(rows.slice(BEFORE)));
    await addFiles(dir, {
      ...files,
      ...('other.ndjson' in files && { 'other.ndjson': linesOf(otherRows) }),
    });
    const summary = await runThroughKills(dir, 3);
    for (const { view, read, folded, filtered, too_late, invalid, state } of summary.views) {
      assert.equal(state, 'finished');
      assert.equal(read, folded + filtered + too_late + invalid, `the accounting of ${view}`);
    }
    const old: Meaning = { rows, keys: ['k'], p: 50 };
    const expected = [
      ...expectedOf(old, (start) => start < CUTOVER_MS, { generation: 8 }),
      ...expectedOf({ ...old, ...after }, (start) => start >= CUTOVER_MS, { generation: 9 }),
    ];
    assert.deepEqual(sorted(foundIn(dir)), sorted(expected));
  });
}

const [count] = viewFile.aggregation_info;
const additions: Readonly<Record<string, { file: object; p: (start: number) => number | null }>> = {
  'an added aggregation starts with the next window': {
    file: viewFile,
    p: (start) => (start < CUTOVER_MS ? null : 50),
  },
  'limits, sinks and write_interval change nothing': {
    file: {
      ...viewFile,
      aggregation_info: [count],
      limits: { groups: 5000 },
      sinks: ['table', 'lines'],
      write_interval: 'final',
    },
    p: () => null,
  },
};

for (const [what, { file, p }] of Object.entries(additions)) {
  test(`${what} (SEED=${seed})`, async () => {
    const dir = await makeProject({
      'la.json': projectFile,
      'views/v.json': { ...viewFile, aggregation_info: [count] },
      'log.ndjson': linesOf(rows.slice(0, BEFORE)),
    });
    await runOnce(dir);
    await addFiles(dir, { 'views/v.json': file });
    await appendFile(join(dir, 'log.ndjson'), linesOf(rows.slice(BEFORE)));
    const summary = await runThroughKills(dir, 2);
    assert.deepEqual(
      summary.views.map(({ read, folded }) => [read, folded]),
      [[ALL, ALL]],
    );
    const expected = expectedOf({ rows, keys: ['k'], p: 50 }, () => true, { generation: 8 });
    assert.deepEqual(
      sorted(foundIn(dir)),
      sorted(
        expected.map((row) =>
          p(Number(row['window_start'])) === null ? { ...row, p: null } : row,
        ),
      ),
    );
  });
}

test('a removed aggregation leaves what the others have', async () => {
  const dir = await makeBefore();
  await addFiles(dir, { 'views/v.json': { ...viewFile, aggregation_info: [count] } });
  await appendFile(join(dir, 'log.ndjson'), linesOf(rows.slice(BEFORE)));
  await runThroughKills(dir, 1);
  const expected = expectedOf({ rows, keys: ['k'], p: null }, () => true, { generation: 8 });
  assert.deepEqual(sorted(foundIn(dir).map((row) => ({ ...row, p: null }))), sorted(expected));
});

test('what was written beyond the last checkpoint before the change is void', async () => {
  const dir = await makeProject({
    'la.json': {
      ...withSource('log.ndjson', '1000/s'),
      checkpoints: { ...projectFile.checkpoints, interval: '10m' },
    },
    'views/v.json': viewFile,
    'log.ndjson': linesOf(rows),
  });
  const { child, finished } = startLa(['run', dir, '--once', '--json']);
  const written = () => {
    try {
      return tableRows(dir, 'v').length;
    } catch {
      return 0; // the table is not made yet
    }
  };
  while (written() < 20 && child.exitCode === null) await sleep(20);
  child.kill('SIGKILL');
  await finished;
  await addFiles(dir, { 'views/v.json': { ...viewFile, filter: 'k != "k0"' } });
  await setRate(dir, 'max');
  await runOnce(dir);
  const filter = ({ k }: Row) => k !== 'k0';
  const expected = expectedOf({ rows, keys: ['k'], p: 50, filter }, () => true, { generation: 9 });
  assert.deepEqual(sorted(foundIn(dir)), sorted(expected));
});

test('a change while another process still runs by the files as they were', async () => {
  const dir = await makeProject({
    'la.json': withSource('log.ndjson', '1500/s'),
    'views/v.json': viewFile,
    'log.ndjson': linesOf(rows),
  });
  const first = startLa(['run', dir, '--once', '--json']);
  while ((await manifests(dir)) < 3 && first.child.exitCode === null) await sleep(5);
  await addFiles(dir, {
    'views/v.json': { ...viewFile, grouping_cols: ['site', { time: '10s' }] },
  });
  await setRate(dir, 'max');
  await runOnce(dir);
  const ended = await first.finished;
  assert.equal(ended.exit, 1, ended.stderr);
  assert.deepEqual(
    errorsOf(ended).map(({ code }) => code),
    ['LA_CHECKPOINT_FENCED'],
  );
  // Where the cut-over fell depends on how far it had come; from there on each window is of one generation.
  const found = foundIn(dir);
  const [cutover] = found.flatMap((row) =>
    row['generation'] === 9 ? [Number(row['window_start'])] : [],
  );
  assert.ok(cutover !== undefined);
  const old: Meaning = { rows, keys: ['k'], p: 50 };
  const expected = [
    ...expectedOf(old, (start) => start < cutover, { generation: 8 }),
    ...expectedOf({ ...old, keys: ['site'] }, (start) => start >= cutover, { generation: 9 }),
  ];
  assert.deepEqual(sorted(found), sorted(expected));
});

test('an old source that is gone does not keep the new one from being read', async () => {
  const dir = await makeBefore();
  const log = join(dir, 'log.ndjson');
  await appendFile(log, linesOf(rows.slice(BEFORE)));
  await rename(log, `${log}.away`);
  await addFiles(dir, {
    'la.json': withSource('other.ndjson'),
    'other.ndjson': linesOf(otherRows),
  });
  const ended = await la('run', dir, '--once', '--json');
  assert.equal(ended.exit, 0, ended.stderr);
  assert.match(ended.stderr, /"stranded","unit":"v@8".*LA_FILE_NOT_FOUND/);
  const after = expectedOf(
    { rows: otherRows, keys: ['k'], p: 50 },
    (start) => start >= CUTOVER_MS,
    { generation: 9 },
  );
  const isNew = (row: Columns) => row['generation'] === 9;
  assert.deepEqual(sorted(foundIn(dir).filter(isNew)), sorted(after));
  // It is back: the old windows are completed.
  await rename(`${log}.away`, log);
  await runOnce(dir);
  const before = expectedOf({ rows, keys: ['k'], p: 50 }, (start) => start < CUTOVER_MS, {
    generation: 8,
  });
  assert.deepEqual(sorted(foundIn(dir)), sorted([...before, ...after]));
});

test('a column whose type changes is refused, with what to do', async () => {
  const dir = await makeBefore();
  const top = {
    aggregation: 'top_k',
    col_name: 'v',
    params: { k: 2 },
    aggregated_col_name: 'p',
  };
  await addFiles(dir, { 'views/v.json': { ...viewFile, aggregation_info: [count, top] } });
  // The old generation goes through all of them meanwhile.
  await appendFile(join(dir, 'log.ndjson'), linesOf(rows.slice(BEFORE)));
  const ended = await la('run', dir, '--once', '--json');
  assert.equal(ended.exit, 1, ended.stderr);
  const [error] = errorsOf(ended);
  assert.match(error?.message ?? '', /column p is REAL there, and TEXT in the view/);
  // With the file as it was, everything goes on.
  await addFiles(dir, { 'views/v.json': viewFile });
  await runOnce(dir);
  const all = expectedOf({ rows, keys: ['k'], p: 50 }, () => true, {});
  assert.deepEqual(sorted(foundIn(dir).map(({ generation, ...row }) => row)), sorted(all));
});
