/** The description that goes with a snapshot's regions: versioned, because state outlives programs. */
import { check } from '../runtime/errors.ts';
import type { Json } from '../runtime/json.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { Counters } from './counters.ts';
import { stateError } from './errors.ts';
import type { GroupTable } from './group-table.ts';
import type { Spans } from './lateness.ts';
import { describeLayout, type Layout, layoutOf } from './layout.ts';
import type { Partitions } from './partitions.ts';
import { describeTable, restoreTable, type TableMeta } from './snapshot.ts';
import { changedMax, type WindowState, type Windows } from './windows-state.ts';

export const STATE_FORMAT = 1;

interface WindowMeta {
  readonly start: number;
  readonly end: number;
  readonly complete: boolean;
  readonly acked: number;
  readonly ackedComplete: number;
  readonly truncated: boolean;
  readonly gap: boolean;
  readonly late: TableMeta | null;
}

interface UnitMeta {
  readonly format: typeof STATE_FORMAT;
  readonly round: number;
  readonly nextTable: number;
  readonly counters: Record<string, number> & { invalidByReason: Record<string, number> };
  readonly layouts: readonly (readonly { signature: string; width: number }[])[];
  readonly panes: readonly { readonly start: number; readonly table: TableMeta }[];
  readonly windows: readonly WindowMeta[];
  readonly gone: readonly string[];
  readonly evictedEnd: number | null;
  readonly gaps: readonly { partition: string; after: number | null; until: number | null }[];
}

/** What of a unit is in its description. */
export interface UnitState {
  readonly plan: ViewPlan;
  readonly spans: Spans;
  readonly windows: Windows;
  readonly partitions: Partitions;
  readonly counters: Counters;
  round: number;
  nextTable: number;
}

export function describeUnit(state: UnitState): Json {
  const layouts: Layout[] = [];
  const table = (described: GroupTable) => {
    const known = layouts.indexOf(described.layout);
    return describeTable(described, known < 0 ? layouts.push(described.layout) - 1 : known);
  };
  const { windows, partitions, counters } = state;
  const panes = Array.from(windows.panes.values(), (pane) => ({
    start: pane.span.start,
    table: table(pane.table),
  }));
  const windowMetas = Array.from(windows.windows.values(), (window) => ({
    ...windowMeta(window),
    late: window.late === null ? null : table(window.late),
  }));
  return {
    format: STATE_FORMAT,
    round: state.round,
    nextTable: state.nextTable,
    counters: counters.describe(),
    layouts: layouts.map(describeLayout),
    panes,
    windows: windowMetas,
    gone: Array.from(partitions.all).flatMap(({ id, state }) => (state === 'gone' ? [id] : [])),
    evictedEnd: finite(windows.evictedEnd),
    gaps: windows.gaps.all.map(({ partition, after, until }) => ({
      partition,
      after: finite(after),
      until,
    })),
  };
}

/** JSON has no infinities: null stands for -Infinity. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const windowMeta = (window: WindowState) => ({
  start: window.start,
  end: window.end,
  complete: window.complete && !window.provisional,
  acked: window.acked,
  ackedComplete: window.ackedComplete,
  truncated: window.truncated,
  gap: window.gap,
});

/**
 * Puts a restored description into effect. Windows that the cut-over took from this generation meanwhile are left out.
 * @throws LA_STATE_FORMAT, LA_STATE_DAMAGED
 */
export function restoreUnit(
  state: UnitState,
  json: Json,
  regions: ReadonlyMap<string, Uint8Array>,
): void {
  const { plan, spans, windows, partitions, counters } = state;
  const meta = readMeta(json, plan.view);
  state.round = meta.round + 1;
  state.nextTable = meta.nextTable;
  const { invalidByReason, ...numbers } = meta.counters;
  counters.restore(numbers, invalidByReason);
  windows.evictedEnd = meta.evictedEnd ?? Number.NEGATIVE_INFINITY;
  windows.gaps.restore(
    meta.gaps.map((gap) => ({ ...gap, after: gap.after ?? Number.NEGATIVE_INFINITY })),
  );
  for (const partition of partitions.all) {
    if (meta.gone.includes(partition.id)) partition.state = 'gone';
  }
  const layouts = meta.layouts.map((described) => layoutOf(plan, described));
  const table = (described: TableMeta) => {
    const layout = layouts[described.layout];
    check(layout !== undefined, 'a table names one of the layouts');
    const restored = restoreTable(described, layout, plan.view, regions);
    restored.frozen = { round: meta.round, groups: restored.count };
    windows.adopt(restored);
    return restored;
  };
  for (const described of meta.windows) {
    if (!spans.owns(described.start)) continue;
    const window = windows.adoptWindow(described.start, described.end);
    window.late = described.late === null ? null : table(described.late);
    restoreWindow(window, described);
  }
  for (const { start, table: described } of meta.panes) {
    const span = spans.of(start);
    if (span.starts.length > 0) windows.adoptPane({ span, table: table(described) });
  }
  for (const window of windows.windows.values()) {
    window.completionPending = window.complete && window.acked < changedMax(window);
  }
}

function restoreWindow(window: WindowState, meta: WindowMeta): void {
  window.complete = meta.complete;
  window.acked = meta.acked;
  window.emitted = meta.acked;
  window.ackedComplete = meta.ackedComplete;
  window.truncated = meta.truncated;
  window.gap = meta.gap;
}

function readMeta(json: Json, view: string): UnitMeta {
  const format =
    typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  if (format !== STATE_FORMAT) {
    throw stateError('LA_STATE_FORMAT', {
      view,
      format: typeof format === 'number' ? format : 'unknown',
      supported: STATE_FORMAT,
    });
  }
  // Written by `describeUnit` and guarded by the checkpoint's checksums.
  return json as unknown as UnitMeta;
}
