/**
 * What a unit costs: ns a row for views of LA-8 over chunks that are decoded already, bytes a group, and how long a freeze
 * holds it up. node --expose-gc bench/unit.ts [--rows 2000000] [--rounds 5]
 */
import { parseArgs } from 'node:util';
import type { Chunk, ColumnSpec } from '../runtime/chunk.ts';
import { EntryType } from '../runtime/dictionary.ts';
import { DictionaryWriter } from '../runtime/dictionary-writer.ts';
import { hash64, hashed } from '../runtime/hash.ts';
import { Lane } from '../runtime/lane.ts';
import { Unit } from '../state/unit.ts';
import { type AggregationName, aggregations } from '../views/aggregations/registry.ts';
import type { AggregationPlan, InputPlan, ViewPlan } from '../views/plan.ts';
import { compileWindow } from '../views/windows.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '5' },
  },
});
const ROWS = Number(options.rows);
const ROUNDS = Number(options.rounds);
const CHUNK_ROWS = 4096;
const START_MS = 1_767_225_600_000;

const columns: ColumnSpec[] = [
  { kind: 'dict32', path: 'site' },
  { kind: 'dict32', path: 'ap' },
  { kind: 'dict32', path: 'client' },
  { kind: 'dict32', path: 'band' },
  { kind: 'f64', path: 'rssi' },
  { kind: 'f64', path: 'bytes_tx' },
  { kind: 'f64', path: 'bytes_rx' },
  { kind: 'hash64', path: 'client' },
];

const hex = (n: number, width: number) => n.toString(16).padStart(width, '0');

/** Names as `generate.mjs` of the workload gives them, as bytes; each made once. */
function namer(name: (index: number) => string): (index: number) => Uint8Array {
  const encoder = new TextEncoder();
  const names: (Uint8Array | undefined)[] = [];
  return (index) => {
    const known = names[index];
    if (known !== undefined) return known;
    const bytes = encoder.encode(name(index));
    names[index] = bytes;
    return bytes;
  };
}

const siteName = namer((site) => `site-${String(site).padStart(4, '0')}`);
const apName = namer((ap) => `5c5b35-ap-${String(ap).padStart(5, '0')}`);
const bandName = namer((band) => ['2.4', '5', '6'][band]!);
const clientName = namer((client) => {
  const h = hex(client, 8);
  const parts = [hex(client & 255, 2), h.slice(0, 2), h.slice(2, 4), h.slice(4, 6), h.slice(6)];
  return `02:${parts.join(':')}`;
});

function randomNumbers(): () => number {
  let seed = 1;
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rows as `generate.mjs` distributes them. */
function fill(clients: number, rowsPerMinute: number): { lane: Lane; chunks: Chunk[] } {
  const count = Math.ceil(ROWS / CHUNK_ROWS);
  const lane = Lane.create({
    columns,
    chunkRows: CHUNK_ROWS,
    slots: 2 ** Math.ceil(Math.log2(count)),
    dictionary: { entriesMax: 1 << 21, bytesMax: 1 << 26 },
  });
  const writers = lane.dictionaries.map((dictionary) =>
    dictionary === undefined ? undefined : new DictionaryWriter(dictionary),
  );
  const random = randomNumbers();
  const chunks: Chunk[] = [];
  for (let index = 0; index < count; index++) {
    const chunk = lane.chunkAt(index);
    chunk.reset(0, index * CHUNK_ROWS, 1);
    chunk.rows = Math.min(CHUNK_ROWS, ROWS - index * CHUNK_ROWS);
    chunk.nextOffset = chunk.firstOffset + chunk.rows;
    for (let row = 0; row < chunk.rows; row++) {
      const spanMs = ((chunk.firstOffset + row) * 60_000) / rowsPerMinute;
      writeRow(chunk, row, writers, clients, START_MS + Math.floor(spanMs), random);
    }
    chunks.push(chunk);
  }
  return { lane, chunks };
}

function writeRow(
  chunk: Chunk,
  row: number,
  writers: readonly (DictionaryWriter | undefined)[],
  clients: number,
  now: number,
  random: () => number,
): void {
  const x = random();
  const client = Math.floor(clients * x * x);
  const ap = random() < 0.9 ? (client * 7919) % 5000 : Math.floor(random() * 5000);
  const band = random();
  const time = now - Math.floor(random() ** 4 * 5000);
  chunk.time[row] = time;
  chunk.timeMin = Math.min(chunk.timeMin, time);
  chunk.timeMax = Math.max(chunk.timeMax, time);
  const bands = bandName(band < 0.2 ? 0 : band < 0.75 ? 1 : 2);
  for (const [column, bytes] of [
    siteName(ap % 500),
    apName(ap),
    clientName(client),
    bands,
  ].entries()) {
    chunk.columns[column]!.codes[row] = writers[column]!.intern(
      EntryType.TEXT,
      bytes,
      0,
      bytes.length,
    );
  }
  const bytes = clientName(client);
  hash64(EntryType.TEXT, bytes, 0, bytes.length);
  chunk.columns[7]!.hashLow[row] = hashed.low;
  chunk.columns[7]!.hashHigh[row] = hashed.high;
  chunk.columns[4]!.numbers[row] = -35 - Math.floor((random() + random() + random()) * 20);
  chunk.columns[5]!.numbers[row] = 60 + Math.floor(random() ** 3 * 200_000);
  chunk.columns[6]!.numbers[row] = 60 + Math.floor(random() ** 3 * 2_000_000);
}

type Entry = readonly [AggregationName, string?];

function plan(keys: readonly string[], sizeMs: number, entries: readonly Entry[]): ViewPlan {
  const index = (path: string, kind: string) =>
    columns.findIndex((column) => column.path === path && column.kind === kind);
  const plans = entries.map(([aggregation, path]): AggregationPlan => {
    const definition = aggregations[aggregation];
    const inputs: Record<string, InputPlan> = {};
    for (const [name, kind] of Object.entries(definition.inputs)) {
      inputs[name] =
        kind === 'time'
          ? { from: 'time' }
          : { from: 'column', index: index(path!, kind === 'hash' ? 'hash64' : 'f64') };
    }
    const name = `${aggregation}_${path}`;
    const cells = typeof definition.cells === 'function' ? definition.cells({}) : definition.cells;
    return {
      name,
      aggregation,
      definition,
      params: {},
      inputs,
      filter: null,
      cells,
      signature: name,
      meaning: name,
    };
  });
  return {
    view: 'v',
    stream: 's',
    columns,
    keys: keys.map((name) => ({ name, source: { from: 'column', index: index(name, 'dict32') } })),
    derived: [],
    filter: null,
    window: compileWindow({ sizeMs, hopMs: sizeMs, timezone: null }),
    aggregations: plans,
    schema: {
      view: 'v',
      keys,
      values: plans.map(({ name, definition }) => ({ name, type: definition.result_type })),
    },
    allowedLatenessMs: 60_000,
    writeIntervalMs: null,
    checkpointIntervalMs: 15_000,
    sinks: [],
    limits: { groups: 1e8, memoryBytes: 2 ** 40 },
    lagSloMs: null,
    delayMs: 10_000,
    idleAfterMs: 60_000,
    generationHash: '',
  };
}

const views: Record<string, ViewPlan> = {
  V2: plan(['site'], 60_000, [['count'], ['avg', 'rssi'], ['min', 'rssi'], ['max', 'rssi']]),
  V3: plan(['ap'], 60_000, [['count'], ['sum', 'bytes_tx'], ['sum', 'bytes_rx']]),
  V4: plan(['ap', 'band'], 60_000, [['count'], ['avg', 'rssi']]),
  V7: plan(['client'], 600_000, [
    ['sum', 'bytes_tx'],
    ['max', 'rssi'],
    ['last', 'rssi'],
  ]),
  V8: plan([], 10_000, [['count'], ['sum', 'bytes_tx'], ['sum', 'bytes_rx']]),
};

const cpuMs = (since: NodeJS.CpuUsage) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
};

function run(view: ViewPlan, lane: Lane, chunks: readonly Chunk[]) {
  const unit = new Unit({
    plan: view,
    generation: 8,
    claim: 1,
    cutover: { from: null, until: null },
    start: [{ partition: 'p', nextOffset: 0, timeMax: null, floor: null }],
  });
  unit.bind(lane);
  unit.partition(0, 'p');
  const spent = { fold: 0, emit: 0 };
  let results = 0;
  const start = process.cpuUsage();
  for (const chunk of chunks) {
    unit.process(chunk);
    if (!unit.hasCompleted) continue;
    const began = process.cpuUsage();
    for (const batch of unit.emit({ updates: false })) {
      results += batch.count;
      unit.acked(batch.batch);
    }
    unit.evict();
    spent.emit += cpuMs(began);
  }
  spent.fold = cpuMs(start) - spent.emit;
  return { unit, spent, results };
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

function measureFolds(): void {
  const { lane, chunks } = fill(200_000, 50_000);
  for (const [name, view] of Object.entries(views)) {
    const rounds = Array.from({ length: ROUNDS + 1 }, () => run(view, lane, chunks)).slice(1);
    const folds = rounds.map(({ spent }) => (spent.fold * 1e6) / ROWS);
    const results = rounds[0]!.results;
    const emit = median(rounds.map(({ spent }) => (spent.emit * 1e6) / Math.max(1, results)));
    console.log(
      `${name}: ${median(folds).toFixed(1)} ns a row (best ${Math.min(...folds).toFixed(1)}), ` +
        `${emit.toFixed(0)} ns a result row (${results} of them)`,
    );
  }
}

function measureGroups(): void {
  const { lane, chunks } = fill(1_000_000, 10_000_000);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  const began = process.cpuUsage();
  const { unit } = run(views.V7!, lane, chunks);
  const folded = (cpuMs(began) * 1e6) / ROWS;
  globalThis.gc?.();
  const rss = process.memoryUsage.rss() - before;
  const { groups, memoryBytes } = unit;
  console.log(
    `S-1M: ${groups} groups, ${folded.toFixed(1)} ns a row, bytes a group: ` +
      `${(memoryBytes / groups).toFixed(1)} by own account, ${(rss / groups).toFixed(1)} by RSS`,
  );
  freeze(unit, 'full', true);
  freeze(unit, 'delta of nothing', false);
  const chunk = chunks[0]!;
  chunk.reset(0, ROWS, 1);
  chunk.rows = 1000;
  chunk.nextOffset = ROWS + 1000;
  chunk.timeMin = START_MS;
  chunk.timeMax = START_MS;
  chunk.time.fill(START_MS);
  unit.process(chunk);
  freeze(unit, 'delta of 1000 rows', false);
}

function freeze(unit: Unit, what: string, full: boolean): void {
  let longest = 0;
  const timed = <T>(work: () => T): T => {
    const start = performance.now();
    const made = work();
    longest = Math.max(longest, performance.now() - start);
    return made;
  };
  let steps = 1;
  while (!timed(() => unit.copyAhead(full))) steps++;
  const { writes } = timed(() => unit.freeze(full));
  const bytes = writes.reduce((sum, write) => sum + write.bytes.length, 0);
  console.log(
    `freeze, ${what}: ${steps} steps, the longest ${longest.toFixed(1)} ms, ` +
      `${(bytes / 2 ** 20).toFixed(1)} MiB in ${writes.length} writes`,
  );
}

measureGroups();
measureFolds();
