/**
 * What does a result row cost as a JSON line? Rows of LA-8's shapes, by the kernel and by its twin, beside JSON.stringify of the
 * same rows that stand ready as objects; in turns, medians of CPU time. `--json` for machines, `--rounds N`.
 */
import { parseArgs } from 'node:util';
import { ResultLines } from '../connectors/file/result-lines.ts';
import type { Json } from '../runtime/json.ts';
import type { ResultBatch, ResultSchema, ResultType } from '../runtime/result-batch.ts';

const ROWS = 16_384;
const REPEATS = 4;
const START_MS = 1_767_225_600_000;
const WINDOW_MS = 60_000;
const ROWS_A_WINDOW = 5000;

let state = 1;
/** Uniform in [0, below), the same in every run. */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const number = (digits: number, value: number) => String(value).padStart(digits, '0');
const count = () => 1 + random(200);
const bytes = () => random(20_000_000);
const signal = () => -35 - random(55);
function average(): number {
  const rows = count();
  return -(35 * rows + random(30 * rows)) / rows;
}

type Maker = () => number;
interface Shape {
  readonly keys: readonly (readonly [string, () => Json])[];
  readonly values: readonly (readonly [string, ResultType, Maker])[];
}

const access = ['ap', () => `ap-${number(5, random(5000))}`] as const;
const site = ['site', () => `site-${number(4, random(500))}`] as const;
const client = ['client', () => `c-${number(6, random(200_000))}`] as const;
const band = ['band', () => ['2.4', '5', '6'][random(3)]!] as const;
const shapes: Readonly<Record<string, Shape>> = {
  'ap: count, two sums': {
    keys: [access],
    values: [
      ['cnt', 'integer', count],
      ['tx', 'number', bytes],
      ['rx', 'number', bytes],
    ],
  },
  'site: count, average, min, max': {
    keys: [site],
    values: [
      ['cnt', 'integer', count],
      ['avg_rssi', 'number', average],
      ['min_rssi', 'number', signal],
      ['max_rssi', 'number', signal],
    ],
  },
  'ap and band: count, average': {
    keys: [access, band],
    values: [
      ['cnt', 'integer', count],
      ['avg_rssi', 'number', average],
    ],
  },
  'client: sum, max, last': {
    keys: [client],
    values: [
      ['tx', 'number', bytes],
      ['max_rssi', 'number', signal],
      ['last_rssi', 'value', signal],
    ],
  },
};

function batchOf(shape: Shape): ResultBatch {
  const keys = Array.from({ length: ROWS }, () =>
    Buffer.from(JSON.stringify(shape.keys.map(([, make]) => make()))),
  );
  const keyStarts = new Uint32Array(ROWS + 1);
  for (const [row, key] of keys.entries()) keyStarts[row + 1] = keyStarts[row]! + key.length;
  const start = (_: unknown, row: number) => START_MS + WINDOW_MS * Math.floor(row / ROWS_A_WINDOW);
  return {
    view: 'v',
    generation: 8,
    claim: 1,
    batch: 1,
    count: ROWS,
    keyBytes: Uint8Array.from(Buffer.concat(keys)),
    keyStarts,
    windowStart: Float64Array.from({ length: ROWS }, start),
    windowEnd: Float64Array.from({ length: ROWS }, (_, row) => start(_, row) + WINDOW_MS),
    rows: Float64Array.from({ length: ROWS }, count),
    complete: new Uint8Array(ROWS).fill(1),
    truncated: new Uint8Array(ROWS),
    gap: new Uint8Array(ROWS),
    values: shape.values.map(([, type, make]) => {
      const values = Array.from({ length: ROWS }, make);
      return type === 'json' ? values : Float64Array.from(values);
    }),
  };
}

const schemaOf = ({ keys, values }: Shape): ResultSchema => ({
  view: 'v',
  keys: keys.map(([name]) => name),
  values: values.map(([name, type]) => ({ name, type })),
});

function nanosecondsOfRow(work: () => void): number {
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < REPEATS; repeat++) work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / (ROWS * REPEATS);
}

const median = (values: number[]) => values.sort((a, b) => a - b)[values.length >> 1]!;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
  },
});
const prepared = Object.entries(shapes).map(([name, shape]) => {
  const batch = batchOf(shape);
  const lines = new ResultLines(schemaOf(shape));
  const text = Buffer.from(lines.format(batch, false)).toString();
  const objects: object[] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  if (objects.map((row) => `${JSON.stringify(row)}\n`).join('') !== text) {
    throw new Error(`${name}: not what JSON.stringify writes`);
  }
  return {
    name,
    bytes: text.length / ROWS,
    batch,
    lines,
    objects,
    kernel: [0],
    twin: [0],
    theirs: [0],
  };
});
let taken = 0;
for (let round = -2; round < Number(options.rounds); round++) {
  for (const { batch, lines, objects, kernel, twin, theirs } of prepared) {
    const byKernel = nanosecondsOfRow(() => {
      for (const piece of lines.pieces(batch, false)) taken += piece.length;
    });
    const byTwin = nanosecondsOfRow(() => lines.format(batch, false));
    const other = nanosecondsOfRow(() => {
      for (const row of objects) JSON.stringify(row);
    });
    if (round < 0) continue;
    kernel[round] = byKernel;
    twin[round] = byTwin;
    theirs[round] = other;
  }
}
const measured = prepared.map(({ name, bytes: line_bytes, kernel, twin, theirs }) => {
  const [ns, twinNs, stringify] = [median(kernel), median(twin), median(theirs)];
  return {
    name,
    line_bytes: Math.round(line_bytes),
    ns_per_row: Math.round(ns),
    twin_ns_per_row: Math.round(twinNs),
    stringify_ns_per_row: Math.round(stringify),
    ratio: Math.round((stringify / ns) * 10) / 10,
  };
});
if (taken === 0) throw new Error('no lines were made');
if (options.json) console.log(JSON.stringify(measured));
else console.table(Object.fromEntries(measured.map(({ name, ...rest }) => [name, rest])));
