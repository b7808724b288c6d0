/** The workload that speed is judged on: its records, made once and kept, and its eight views as a project folder. */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generatorOptions } from '../connectors/generator/options.ts';
import { RECORD_BYTES_MAX, RecordGenerator, recordParts } from '../connectors/generator/records.ts';

export interface BenchCase {
  readonly views: readonly ViewNumber[];
  readonly rows: number;
  /** Options of the generator beside `rows`. */
  readonly shape: Readonly<Record<string, number>>;
}

export type ViewNumber = keyof typeof views;

const entry = (aggregation: string, col_name: string, name: string, params?: object) => ({
  aggregation,
  col_name,
  aggregated_col_name: name,
  ...(params === undefined ? {} : { params }),
});
const count = { aggregation: 'count', aggregated_col_name: 'cnt' };
const sent = entry('sum', 'bytes_tx', 'tx');
const received = entry('sum', 'bytes_rx', 'rx');
const clients = entry('count_distinct', 'client', 'clients');
const averageSignal = entry('avg', 'rssi', 'avg_rssi');

const views = {
  1: { grouping_cols: ['org', { time: '1m' }], aggregation_info: [count, sent, clients] },
  2: {
    grouping_cols: ['site', { time: '1m' }],
    aggregation_info: [
      count,
      averageSignal,
      entry('min', 'rssi', 'min_rssi'),
      entry('max', 'rssi', 'max_rssi'),
    ],
  },
  3: { grouping_cols: ['ap', { time: '1m' }], aggregation_info: [count, sent, received] },
  4: { grouping_cols: ['ap', 'band', { time: '1m' }], aggregation_info: [count, averageSignal] },
  5: {
    grouping_cols: ['org', 'band', { time: '10m' }],
    aggregation_info: [
      count,
      entry('percentile', 'rssi', 'p50', { p: 50 }),
      entry('percentile', 'rssi', 'p95', { p: 95 }),
    ],
  },
  6: { grouping_cols: ['site', { time: '10m' }], aggregation_info: [clients] },
  7: {
    grouping_cols: ['client', { time: '10m' }],
    aggregation_info: [sent, entry('max', 'rssi', 'max_rssi'), entry('last', 'rssi', 'last_rssi')],
  },
  8: { grouping_cols: [{ time: '10s' }], aggregation_info: [count, sent, received] },
} as const;

export const benchCases: Readonly<Record<string, BenchCase>> = {
  'LA-8': { views: [1, 2, 3, 4, 5, 6, 7, 8], rows: 2_000_000, shape: {} },
  'LA-1': { views: [3], rows: 2_000_000, shape: {} },
  'S-1M': {
    views: [7],
    rows: 5_000_000,
    shape: { clients: 1_000_000, rows_per_min: 500_000 },
  },
};

const WRITE_BYTES = 1 << 20;

/** The file with these records, made where it is not there yet. */
export function recordFile(rows: number, shape: BenchCase['shape']): string {
  const name = Object.entries({ rows, ...shape })
    .flat()
    .join('-');
  const dir = join(tmpdir(), 'live-aggregators-bench');
  const path = join(dir, `${name}.ndjson`);
  if (existsSync(path)) return path;
  mkdirSync(dir, { recursive: true });
  const generator = new RecordGenerator(
    recordParts(generatorOptions.parse({ type: 'generator', rows, ...shape })),
  );
  const unfinished = `${path}.${process.pid}`;
  const file = openSync(unfinished, 'w');
  const buffer = Buffer.alloc(WRITE_BYTES + RECORD_BYTES_MAX);
  let at = 0;
  while (generator.row < rows) {
    at = generator.write(buffer, at);
    buffer[at++] = 0x0a;
    if (at < WRITE_BYTES && generator.row < rows) continue;
    writeSync(file, buffer, 0, at);
    at = 0;
  }
  closeSync(file);
  renameSync(unfinished, path);
  return path;
}

export interface ProjectOptions {
  /** Connectors of the bench's own where they are to be others (inside/register.ts). */
  readonly source?: Readonly<Record<string, unknown>>;
  readonly sink?: Readonly<Record<string, unknown>>;
  readonly checkpointInterval?: string;
  readonly aggregatorThreads?: number;
  /** How often each view stands in the project. */
  readonly copies?: number;
}

/** Writes the project into `dir`; its results go to `dir`/out/v1.ndjson …, final rows only. */
export function writeProject(
  dir: string,
  records: string,
  numbers: readonly ViewNumber[],
  options: ProjectOptions = {},
): void {
  const { copies = 1, checkpointInterval = '15s', aggregatorThreads, sink, source } = options;
  const number = 'number';
  const text = 'text';
  const project = {
    streams: {
      wifi: {
        source: { ...(source ?? { type: 'file', path: records }), start: 'earliest' },
        columns: {
          ...{ org: text, site: text, ap: text, client: text, band: text },
          ...{ rssi: number, bytes_tx: number, bytes_rx: number },
        },
        event_time: { col_name: 'ts', unit: 'ms' },
        watermark: { delay: '5s' },
      },
    },
    sinks: { results: sink ?? { type: 'file', path: 'out/{view}.ndjson', mode: 'final' } },
    checkpoints: { type: 'file', path: 'state/checkpoints', interval: checkpointInterval },
    ...(aggregatorThreads === undefined
      ? {}
      : { engine: { aggregator_threads: aggregatorThreads } }),
  };
  mkdirSync(join(dir, 'views'), { recursive: true });
  mkdirSync(join(dir, 'out'));
  writeFileSync(join(dir, 'la.json'), JSON.stringify(project, null, 2));
  for (const number of numbers) {
    for (let copy = 0; copy < copies; copy++) {
      const view = copy === 0 ? `v${number}` : `v${number}_${copy}`;
      const spec = { view, stream: 'wifi', ...views[number] };
      const rest = { write_interval: 'final', sinks: ['results'] };
      const interval = { checkpoint_interval: checkpointInterval };
      const text = JSON.stringify({ ...spec, ...rest, ...interval }, null, 2);
      writeFileSync(join(dir, 'views', `${view}.json`), text);
    }
  }
}
