/**
 * What does a group cost the whole process, and does the memory go back when windows close? Windows one after the other,
 * each with so many groups of two rows; RSS before, when all groups are there, and after the window has closed. Beside it
 * the naive program over one such window: its peak, less that of a window of ten groups.
 *
 *   npm run bench -- groups [--groups 1000000,…] [--windows 3] [--settle SECONDS] [--json]
 */
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { numberOf, numbersOf, report } from './report-line.ts';
import { median, rounded } from './statistics.ts';
import { runSystem } from './systems.ts';
import { writeProject } from './workload.ts';

/** Well inside one window of the view that counts. */
const START_MS = 1_767_312_000_000;
const WINDOW_MS = 600_000;
/** A row so late in the next window that the one before it is over, for late rows too. */
const CLOSING_MS = 300_000;
const LINES_AT_ONCE = 50_000;
const POLL_MS = 250;
const PATIENCE_MS = 300_000;

const { values: options } = parseArgs({
  options: {
    groups: { type: 'string', default: '1000000' },
    windows: { type: 'string', default: '3' },
    settle: { type: 'string', default: '45' },
    json: { type: 'boolean', default: false },
  },
});
const WINDOWS = numberOf(options.windows, 3);
const SETTLE_MS = 1000 * numberOf(options.settle, 45);
const FEW_GROUPS = 10;

let dir = '';
let records = '';

/** View 7 of the workload over a file that grows, and how many rows have been read. */
function makeProject(): void {
  writeFileSync(records, '');
  writeProject(dir, 'records.ndjson', [7]);
  const path = join(dir, 'la.json');
  const project = JSON.parse(readFileSync(path, 'utf8'));
  project.streams.wifi.source.follow = true;
  project.sinks.progress = { type: 'file', path: 'out/progress.ndjson', mode: 'updates' };
  writeFileSync(path, JSON.stringify(project));
  const progress = {
    ...{ view: 'progress', stream: 'wifi', grouping_cols: [{ time: '7d' }] },
    aggregation_info: [{ aggregation: 'count', aggregated_col_name: 'cnt' }],
    ...{ write_interval: '100ms', sinks: ['progress'] },
  };
  writeFileSync(join(dir, 'views/progress.json'), JSON.stringify(progress));
}

const record = (client: number, ts: number): string => {
  const address = client
    .toString(16)
    .padStart(10, '0')
    .replace(/..(?!$)/g, '$&:');
  return `{"ts":${ts},"client":"02:${address}","rssi":-${35 + (client % 60)},"bytes_tx":${client}}\n`;
};

let appended = 0;
function append(count: number, row: (index: number) => string): void {
  for (let from = 0; from < count; from += LINES_AT_ONCE) {
    const length = Math.min(LINES_AT_ONCE, count - from);
    appendFileSync(records, Array.from({ length }, (_, at) => row(from + at)).join(''));
  }
  appended += count;
}

function lastLineCount(file: string, field: string): number {
  const path = join(dir, 'out', file);
  if (!existsSync(path)) return 0;
  const line = readFileSync(path, 'utf8').trimEnd().split('\n').at(-1) ?? '';
  return line === '' ? 0 : Number(JSON.parse(line)[field]);
}
const linesOf = (file: string): number => {
  const path = join(dir, 'out', file);
  if (!existsSync(path)) return 0;
  return readFileSync(path).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 0);
};

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited too long for ${what}`);
    await sleep(POLL_MS);
  }
}

const rssBytes = (pid: number): number => {
  const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
};

/** The smallest of some time: spare memory goes at the second checkpoint that finds it unused, 10 s apart. */
async function settledRss(pid: number): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  const end = performance.now() + SETTLE_MS;
  while (performance.now() < end) {
    least = Math.min(least, rssBytes(pid));
    await sleep(POLL_MS);
  }
  return least;
}

interface Measured {
  readonly full_mib: number;
  readonly bytes_per_group: number;
  readonly after_mib: number;
  readonly after_to_start: number;
}

const mib = (bytes: number) => Math.round(bytes / 2 ** 20);

function appendGroups(groups: number, window: number): void {
  const begin = START_MS + window * WINDOW_MS;
  append(groups, (client) => record(client, begin + (client % 1000)));
  append(groups, (client) => record(client, begin + 1000 + (client % 1000)));
}

async function measureWindow(pid: number, groups: number, window: number, start: number) {
  const allRead = () => lastLineCount('progress.ndjson', 'cnt') >= appended;
  appendGroups(groups, window);
  await until('the groups', allRead);
  const full = rssBytes(pid);
  const written = linesOf('v7.ndjson');
  append(1, () => record(0, START_MS + (window + 1) * WINDOW_MS + CLOSING_MS));
  // The group of the row that closed the window before is among them.
  await until('the results', () => linesOf('v7.ndjson') >= written + groups);
  const after = await settledRss(pid);
  const measured: Measured = {
    full_mib: mib(full),
    bytes_per_group: Math.round((full - start) / groups),
    after_mib: mib(after),
    after_to_start: rounded(after / start, 2),
  };
  return measured;
}

async function measureLa(groups: number) {
  makeProject();
  const launcher = join(import.meta.dirname, '../bin/la.cjs');
  const child = spawn(process.execPath, [launcher, 'run', dir], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    const { pid } = child;
    if (pid === undefined) throw new Error('la run did not start');
    append(10_000, (client) => record(client % 100, START_MS - WINDOW_MS + client));
    await until('the first rows', () => lastLineCount('progress.ndjson', 'cnt') >= appended);
    const start = await settledRss(pid);
    const windows: (Measured & { start_mib: number })[] = [];
    for (let window = 0; window < WINDOWS; window++) {
      const measured = await measureWindow(pid, groups, window, start);
      windows.push({ start_mib: mib(start), ...measured });
    }
    return windows;
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function naivePeakMib(groups: number): Promise<number> {
  writeFileSync(records, '');
  appendGroups(groups, 0);
  const { peak_rss_mib } = await runSystem('naive', { records, views: [7], from: 'file' });
  return peak_rss_mib;
}

async function inFolder<T>(measure: () => Promise<T>): Promise<T> {
  dir = mkdtempSync(join(tmpdir(), 'la-groups-'));
  records = join(dir, 'records.ndjson');
  appended = 0;
  try {
    return await measure();
  } finally {
    rmSync(dir, { recursive: true });
  }
}

const points: Record<string, number>[] = [];
for (const groups of numbersOf(options.groups)) {
  const windows = await inFolder(() => measureLa(groups));
  const naive = await inFolder(async () => {
    const few = await naivePeakMib(FEW_GROUPS);
    return (await naivePeakMib(groups)) - few;
  });
  const naive_bytes_per_group = Math.round((naive * 2 ** 20) / groups);
  for (const [window, measured] of windows.entries()) {
    points.push({ groups, window: window + 1, ...measured, naive_bytes_per_group });
  }
}
const rows = Math.max(...points.map(({ groups = 0 }) => 2 * groups));
const bytes_per_group = median(points.map((point) => point['bytes_per_group'] ?? 0));
report(options.json, { case: 'groups', rows, bytes_per_group, systems: [], points });
