/** What a view does with real rows: run twice on this thread, once as a live stream and once for the time it takes. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { StraightLane } from '../../actors/straight-lane.ts';
import { type StraightResult, StraightRun } from '../../actors/straight-run.ts';
import { sources } from '../../connectors/registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import { check } from '../../runtime/errors.ts';
import type { PlannedView } from '../testing/view-tests.ts';
import { explainError } from './errors.ts';

export interface Measured {
  readonly rows: number;
  /** Of the rows. */
  readonly shares: {
    readonly filtered: number;
    readonly late: number;
    readonly too_late: number;
    readonly invalid: number;
  };
  readonly invalid_by_reason: Readonly<Record<string, number>>;
  readonly rows_per_cpu_second: number;
  readonly decode_ns_per_row: number;
  readonly fold_ns_per_row: number;
  /** Most groups held at once, in how many windows (panes of hopping ones), and what a group takes. */
  readonly groups_max: number;
  readonly windows_open: number;
  readonly bytes_per_group: number;
  /** Groups of the fullest window. */
  readonly groups_per_window_max: number;
  readonly result_rows: number;
  /** Result rows that windows end with, for each row read; with the updates, were it a live stream. */
  readonly final_rows_per_row: number;
  readonly writes_per_row: number;
  /** Event time from the first row to the last, ms. */
  readonly span_ms: number;
  readonly projected_memory_bytes: number;
}

const ROWS_MAX = 200_000;
const READ_RECORDS = 4096;
/** Small, so that updates are written about as often as their interval says. */
const PACED_CHUNK_ROWS = 64;

/** @throws LA_EXPLAIN_NO_SAMPLE, and what reading a file throws */
export async function measure(
  view: PlannedView,
  path: string,
  openAtOnce: number,
): Promise<Measured> {
  await checkFile(path);
  // Goes first: it also warms up the code for the one that is timed.
  const live = await runOn(view, path, PACED_CHUNK_ROWS);
  const timed = await runOn(view, path, undefined);
  const { counters, measures } = live;
  const rows = counters.read;
  const per = (value: number) => (rows === 0 ? 0 : value / rows);
  const { decodeMs, foldMs, groupsMax, windowsThen, memoryThenBytes } = timed.measures;
  const bytesPerGroup = groupsMax === 0 ? 0 : Math.ceil(memoryThenBytes / groupsMax);
  const groupsPerWindow = fullestWindow(live);
  const cpuSeconds = (decodeMs + foldMs) / 1000;
  return {
    rows,
    shares: {
      filtered: per(counters.filtered),
      late: per(counters.late),
      too_late: per(counters.tooLate),
      invalid: per(counters.invalid),
    },
    invalid_by_reason: Object.fromEntries(counters.invalidByReason),
    rows_per_cpu_second: cpuSeconds === 0 ? 0 : Math.round(rows / cpuSeconds),
    decode_ns_per_row: Math.round(per(decodeMs * 1e6)),
    fold_ns_per_row: Math.round(per(foldMs * 1e6)),
    groups_max: groupsMax,
    windows_open: windowsThen,
    bytes_per_group: bytesPerGroup,
    groups_per_window_max: groupsPerWindow,
    result_rows: measures.finalRows,
    final_rows_per_row: per(measures.finalRows),
    writes_per_row: per(measures.resultRows),
    span_ms: live.spanMs,
    projected_memory_bytes: Math.max(memoryThenBytes, groupsPerWindow * openAtOnce * bytesPerGroup),
  };
}

async function checkFile(path: string): Promise<void> {
  const info = await stat(path).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw explainError('LA_EXPLAIN_NO_SAMPLE', { path, reason }, error);
  });
  if (!info.isFile()) {
    throw explainError('LA_EXPLAIN_NO_SAMPLE', { path, reason: 'it is not a file.' });
  }
}

type Run = StraightResult & { readonly spanMs: number };

/** With small chunks it plays a live stream; without it is timed. */
async function runOn(
  { plan, stream }: PlannedView,
  path: string,
  pacedChunkRows: number | undefined,
): Promise<Run> {
  const paced = pacedChunkRows !== undefined;
  const lane = new StraightLane({
    stream,
    plans: [plan],
    ...(paced ? { chunkRows: pacedChunkRows } : {}),
  });
  const name = basename(path);
  const run = new StraightRun({
    lane,
    plans: [plan],
    partitions: [name],
    paced,
    keepRows: paced,
    cpuMs: () => {
      const { user, system } = process.threadCpuUsage();
      return (user + system) / 1000;
    },
  });
  const source = await sources.file.open(
    { type: 'file', path: name },
    {
      projectDir: dirname(resolve(path)),
      eventTime: () => Number.NaN,
      maxRecordBytes: stream.maxRecordBytes,
      clock: systemClock,
    },
  );
  try {
    const reader = await source.open(name, 0, null);
    const { signal } = new AbortController();
    for (let rows = 0; rows < ROWS_MAX; ) {
      const batch = await reader.read(READ_RECORDS, signal);
      if (batch === 'end' || batch === 'idle') break;
      run.feed(0, batch);
      rows += batch.count;
    }
    await reader.close();
  } finally {
    await source.close();
  }
  const spanMs = run.spanMs;
  const [result] = run.finish({ complete: true });
  check(result !== undefined, 'a run of one view has one result');
  return { ...result, spanMs };
}

function fullestWindow({ rows }: StraightResult): number {
  const groups = new Map<number, number>();
  let most = 0;
  for (const { window_start } of rows) {
    const count = (groups.get(window_start) ?? 0) + 1;
    groups.set(window_start, count);
    most = Math.max(most, count);
  }
  return most;
}
