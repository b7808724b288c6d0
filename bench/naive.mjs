/**
 * The rival: what one would write for the workload without a framework. JSON.parse, a Map a window, an object a group,
 * one thread, no checkpoints, no late rows. Distinct clients by HyperLogLog, quantiles by counting each signal strength.
 *
 *   node bench/naive.mjs FILE.ndjson VIEWS OUT_DIR [memory | paced ROWS ROWS_PER_S]
 *
 * VIEWS like 1,2,3; results in OUT_DIR/v1.tsv … With `memory` the records are in memory before the first is looked at,
 * and results end in arrays. Prints one JSON object: rows, seconds and CPU seconds from the first record to the last
 * result, and of each view its results, with `memory` the sums of their columns too.
 */
import { closeSync, mkdirSync, openSync, readSync, writeSync } from 'node:fs';
import { peakMemoryMib } from '../cli/peak-memory.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { views } from './naive-views.mjs';
import { loadRecords } from './record-bytes.ts';

const DISORDER_MS = 5000;
const READ_BYTES = 1 << 20;
const WRITE_CHARACTERS = 1 << 16;
const RECORDS_AT_ONCE = 4096;

const [file, viewNumbers, outDir, from = 'file', pacedRows, rowsPerSecond] = process.argv.slice(2);
const inMemory = from === 'memory';
mkdirSync(outDir, { recursive: true });
const running = viewNumbers.split(',').map((number) => ({
  ...views[number],
  name: `v${number}`,
  windows: new Map(),
  results: 0,
  write: inMemory ? columnWriter(views[number].columns) : textWriter(`${outDir}/v${number}.tsv`),
}));

function textWriter(path) {
  const out = openSync(path, 'w');
  let text = '';
  return {
    row(start, key, values) {
      text += key === '' ? `${start}\t` : `${start}\t${key}\t`;
      text += `${values.join('\t')}\n`;
      if (text.length >= WRITE_CHARACTERS) this.flush();
    },
    flush() {
      writeSync(out, text);
      text = '';
    },
    close: () => closeSync(out),
  };
}

/** Takes result rows in columns as a caller would, window by window, and keeps their sums. */
function columnWriter(names) {
  const sums = Object.fromEntries(names.map((name) => [name, 0]));
  let keys = [];
  let columns = names.map(() => []);
  return {
    sums,
    row(_start, key, values) {
      keys.push(key);
      for (let at = 0; at < values.length; at++) columns[at].push(values[at]);
    },
    flush() {
      for (const [at, name] of names.entries()) {
        for (let row = 0; row < keys.length; row++) sums[name] += columns[at][row];
      }
      keys = [];
      columns = names.map(() => []);
    },
    close() {},
  };
}

function fold(row) {
  for (const view of running) {
    const start = row.ts - (row.ts % view.sizeMs);
    let groups = view.windows.get(start);
    if (groups === undefined) {
      groups = new Map();
      view.windows.set(start, groups);
    }
    const key = view.key(row);
    let group = groups.get(key);
    if (group === undefined) {
      group = view.create();
      groups.set(key, group);
    }
    view.add(group, row);
  }
}

function complete(view, start, groups) {
  for (const [key, group] of groups) view.write.row(start, key, view.result(group));
  view.write.flush();
  view.results += groups.size;
  view.windows.delete(start);
}

function completeUpTo(watermark) {
  for (const view of running) {
    for (const [start, groups] of view.windows)
      if (start + view.sizeMs <= watermark) complete(view, start, groups);
  }
}

let rows = 0;
let newest = -Infinity;
function foldRecord(text) {
  const row = JSON.parse(text);
  if (row.ts > newest) newest = row.ts;
  fold(row);
  rows++;
}

/** Folds the whole lines of bytes [0, length); returns how many bytes they take. */
function foldLines(bytes, length) {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(10, at);
    if (end < 0 || end >= length) return at;
    foldRecord(bytes.latin1Slice(at, end));
    at = end + 1;
  }
}

function foldFile(input) {
  const buffer = Buffer.alloc(2 * READ_BYTES);
  let kept = 0;
  for (;;) {
    const read = readSync(input, buffer, kept, READ_BYTES, null);
    if (read === 0) return;
    const length = kept + read;
    const used = foldLines(buffer, length);
    buffer.copy(buffer, 0, used, length);
    kept = length - used;
    completeUpTo(newest - DISORDER_MS);
  }
}

function foldRecords({ bytes, ends, count }) {
  for (let record = 0, start = 0; record < count; record++) {
    foldRecord(bytes.latin1Slice(start, ends[record]));
    start = ends[record] + 1;
    if (record % RECORDS_AT_ONCE === 0) completeUpTo(newest - DISORDER_MS);
  }
}

/** After a warm-up over all records: row i is due i / rate seconds after the begin. Times from due to folded. */
function foldPaced(records, rows, rate) {
  foldRecords(records);
  const { bytes, ends, count } = records;
  const sleep = new Int32Array(new SharedArrayBuffer(4));
  const begin = performance.now() + 100;
  for (let row = 0; row < rows; row++) {
    const due = begin + (row * 1000) / rate;
    while (performance.now() < due) Atomics.wait(sleep, 0, 0, 1);
    const record = row % count;
    foldRecord(bytes.latin1Slice(record === 0 ? 0 : ends[record - 1] + 1, ends[record]));
    latencies.add((performance.now() - due) * 1000);
  }
}

const latencies = new LatencyHistogram();
const input = from === 'file' ? openSync(file, 'r') : loadRecords(file);
const begun = process.hrtime.bigint();
const cpuBegun = process.cpuUsage();
if (from === 'file') foldFile(input);
else if (inMemory) foldRecords(input);
else foldPaced(input, Number(pacedRows), Number(rowsPerSecond));
completeUpTo(Infinity);
for (const view of running) view.write.close();
const { user, system } = process.cpuUsage(cpuBegun);
const summary = {
  rows,
  seconds: Number(process.hrtime.bigint() - begun) / 1e9,
  cpu_seconds: (user + system) / 1e6,
  peak_rss_mib: peakMemoryMib(),
  views: running.map(({ name, results, write: { sums } }) => ({
    view: name,
    result_rows: results,
    sums,
  })),
  latencies: { histogram: latencies.sparse(), max_us: latencies.maxUs },
};
process.stdout.write(`${JSON.stringify(summary)}\n`);
