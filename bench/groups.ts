/**
 * What does a group cost the whole process, and does the memory go back when windows close? Three windows one after the
 * other, each with so many groups of two rows; RSS before, when all groups are there, and after the window has closed.
 *
 *   node bench/main.ts groups [--groups 1000000] [--json]
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
import { writeProject } from './workload.ts';

/** Well inside one window of the view that counts. */
const START_MS = 1_767_312_000_000;
const WINDOW_MS = 600_000;
const WINDOWS = 3;
/** A row so late in the next window that the one before it is over, for late rows too. */
const CLOSING_MS = 300_000;
const LINES_AT_ONCE = 50_000;
const POLL_MS = 250;
const SETTLE_MS = 15_000;
const PATIENCE_MS = 300_000;

const { values: options } = parseArgs({
  options: {
    groups: { type: 'string', default: '1000000' },
    json: { type: 'boolean', default: false },
  },
});
const groups = Number(options.groups);

const dir = mkdtempSync(join(tmpdir(), 'la-groups-'));
const records = join(dir, 'records.ndjson');

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

/** The smallest of some time: what is not needed may take a while to go. */
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
  readonly fullMib: number;
  readonly bytesPerGroup: number;
  readonly afterMib: number;
  readonly afterToStart: number;
}

const mib = (bytes: number) => Math.round(bytes / 2 ** 20);

async function measureWindow(pid: number, window: number, start: number): Promise<Measured> {
  const begin = START_MS + window * WINDOW_MS;
  const allRead = () => lastLineCount('progress.ndjson', 'cnt') >= appended;
  append(groups, (client) => record(client, begin + (client % 1000)));
  append(groups, (client) => record(client, begin + 1000 + (client % 1000)));
  await until('the groups', allRead);
  const full = rssBytes(pid);
  const written = linesOf('v7.ndjson');
  append(1, () => record(0, begin + WINDOW_MS + CLOSING_MS));
  // The group of the row that closed the window before is among them.
  await until('the results', () => linesOf('v7.ndjson') >= written + groups);
  const after = await settledRss(pid);
  return {
    fullMib: mib(full),
    bytesPerGroup: Math.round((full - start) / groups),
    afterMib: mib(after),
    afterToStart: Number((after / start).toFixed(2)),
  };
}

makeProject();
const launcher = join(import.meta.dirname, '../bin/la.cjs');
const child = spawn(process.execPath, [launcher, 'run', dir], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
const { pid } = child;
if (pid === undefined) throw new Error('la run did not start');
try {
  append(10_000, (client) => record(client % 100, START_MS - WINDOW_MS + client));
  await until('the first rows', () => lastLineCount('progress.ndjson', 'cnt') >= appended);
  const start = await settledRss(pid);
  const windows: Measured[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    windows.push(await measureWindow(pid, window, start));
  }
  const report = { case: 'groups', groups, startMib: mib(start), windows };
  if (options.json) console.log(JSON.stringify(report));
  else {
    console.log(
      `${groups.toLocaleString('en')} groups a window; RSS at the start ${mib(start)} MiB`,
    );
    console.table(windows);
  }
} finally {
  child.kill('SIGTERM');
  await ended;
  rmSync(dir, { recursive: true });
}
