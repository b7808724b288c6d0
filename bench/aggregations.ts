/**
 * What does the fold of each registered aggregation cost a row? 8,192 rows a chunk, 64 different chunks; the median CPU
 * time of several rounds. `--groups 1000`, `--window` chunks after which all groups begin anew (64), `--values` different
 * hashes (2^32); `--json` for machines, names to choose. LA-8's V1 is like `--groups 50 --window 6 --values 600`.
 */
import { parseArgs } from 'node:util';
import type { Aggregation, InputKind, ParamSpec, Params } from '../views/aggregations/contract.ts';
import { Heap } from '../views/aggregations/heap.ts';
import { aggregations } from '../views/aggregations/registry.ts';

const ROWS = 8192;
const CHUNKS = 64;
const ROUNDS = 7;
const TEXTS = 500;

const { values: options, positionals: wanted } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '1000' },
    window: { type: 'string', default: String(CHUNKS) },
    values: { type: 'string', default: String(2 ** 32) },
    json: { type: 'boolean', default: false },
  },
});
const GROUPS = Number(options.groups);
const WINDOW = Number(options.window);
const VALUES = Number(options.values);

interface Measurement {
  readonly name: string;
  readonly ns_per_row: number;
  /** Cells and blocks after all chunks. */
  readonly bytes_per_group: number;
}

let state = 1;
/** Uniform in [0, below), the same in every run. */
function random(below: number): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}

const number = () => Float64Array.from({ length: ROWS }, () => random(60) - 90);
/** Hashes of so many values, in halves. */
function hash() {
  const values = Uint32Array.from({ length: ROWS }, () => random(VALUES));
  const low = values.map((value) => Math.imul(value ^ (value >>> 15), 0x2c1b3c6d));
  const mixed = low.map((half) => Math.imul(half ^ (half >>> 12), 0x297a2d39));
  return { low, high: mixed.map((half) => half ^ (half >>> 15)) };
}

const texts = (() => {
  const bytes = new TextEncoder().encode(
    Array.from({ length: TEXTS }, (_, index) => `client-${String(index).padStart(5, '0')}`).join(
      '',
    ),
  );
  const starts = Uint32Array.from({ length: TEXTS + 1 }, (_, code) => Math.max(0, code - 1) * 12);
  return { bytes, starts, lengths: new Uint32Array(TEXTS + 1).fill(12) };
})();

let chunksMade = 0;
/** One chunk's array for each kind of input: signal strengths, texts, hashes, times in slight disorder. */
const makeInput: Record<InputKind, () => unknown> = {
  number,
  value: () => ({
    numbers: number(),
    codes: Uint32Array.from({ length: ROWS }, () => 1 + random(TEXTS)),
    texts,
  }),
  hash,
  time: () => {
    chunksMade++;
    return Float64Array.from({ length: ROWS }, (_, row) => chunksMade * ROWS + row - random(500));
  },
  condition: () => undefined,
};

function paramsOf(definition: Aggregation): Params {
  const params: Record<string, number | number[]> = {};
  const specs: [string, ParamSpec][] = Object.entries(definition.params ?? {});
  for (const [name, spec] of specs) {
    if (spec.type === 'numbers') params[name] = [-80, -70, -60, -50, -40];
    else if (spec.type === 'number' || spec.type === 'integer') {
      params[name] = spec.default ?? (spec.min + spec.max) / 2;
    }
  }
  return params;
}

function inputsOf(definition: Aggregation): Record<string, unknown> {
  const kinds: [string, InputKind][] = Object.entries(definition.inputs);
  return Object.fromEntries(kinds.map(([input, kind]) => [input, makeInput[kind]()]));
}

function measure(name: string, definition: Aggregation): Measurement {
  const params = paramsOf(definition);
  const { cells: start } = definition;
  const initial = typeof start === 'function' ? start(params) : start;
  const chunks = Array.from({ length: CHUNKS }, () => ({
    at: Uint32Array.from({ length: ROWS }, () => random(GROUPS) * initial.length),
    inputs: inputsOf(definition),
  }));
  let bytes = 0;
  const times = Array.from({ length: ROUNDS }, () => {
    let cells = new Float64Array(0);
    let heap = new Heap();
    const begin = process.cpuUsage();
    for (const [chunk, { at, inputs }] of chunks.entries()) {
      if (chunk % WINDOW === 0) {
        cells = new Float64Array(initial.length * GROUPS);
        for (let group = 0; group < GROUPS; group++) cells.set(initial, group * initial.length);
        heap = new Heap();
      }
      definition.fold(cells, at, inputs, ROWS, heap, params);
    }
    const { user, system } = process.cpuUsage(begin);
    bytes = cells.byteLength + heap.top - 16;
    return ((user + system) * 1000) / (ROWS * CHUNKS);
  });
  const median = times.sort((a, b) => a - b)[ROUNDS >> 1]!;
  return {
    name,
    ns_per_row: Math.round(median * 100) / 100,
    bytes_per_group: Math.round(bytes / GROUPS),
  };
}

const measurements = Object.entries(aggregations)
  .filter(([name]) => wanted.length === 0 || wanted.includes(name))
  .map(([name, definition]) => measure(name, definition));

if (options.json) {
  console.log(JSON.stringify(measurements));
} else {
  console.log(`${'aggregation'.padEnd(22)}${'ns/row'.padStart(8)}${'B/group'.padStart(9)}`);
  for (const { name, ns_per_row, bytes_per_group } of measurements) {
    const columns = [ns_per_row.toFixed(2).padStart(8), String(bytes_per_group).padStart(9)];
    console.log(name.padEnd(22) + columns.join(''));
  }
}
