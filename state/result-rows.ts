/** Makes result batches of groups: full values, columnar, in arrays of their own that can be transferred. */
import type { Json } from '../runtime/json.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { Counters } from './counters.ts';
import type { GroupTable } from './group-table.ts';
import type { WindowState } from './windows-state.ts';

/** Groups of one window whose rows are emitted together. */
export interface Segment {
  readonly window: WindowState;
  readonly complete: boolean;
  readonly table: GroupTable;
  readonly groups: Uint32Array;
}

export interface BatchHead {
  readonly generation: number;
  readonly claim: number;
  readonly batch: number;
}

export function resultBatch(
  plan: ViewPlan,
  head: BatchHead,
  segments: readonly Segment[],
  counters: Counters,
): ResultBatch {
  const count = segments.reduce((sum, { groups }) => sum + groups.length, 0);
  const batch = {
    view: plan.view,
    ...head,
    count,
    ...keysOf(segments, count),
    windowStart: new Float64Array(count),
    windowEnd: new Float64Array(count),
    rows: new Float64Array(count),
    complete: new Uint8Array(count),
    truncated: new Uint8Array(count),
    gap: new Uint8Array(count),
    values: plan.aggregations.map((_, output) => valuesOf(plan, output, segments, count, counters)),
  };
  let row = 0;
  for (const { window, complete, table, groups } of segments) {
    const end = row + groups.length;
    batch.windowStart.fill(window.start, row, end);
    batch.windowEnd.fill(window.end, row, end);
    batch.complete.fill(complete ? 1 : 0, row, end);
    batch.truncated.fill(window.truncated ? 1 : 0, row, end);
    batch.gap.fill(window.gap ? 1 : 0, row, end);
    const { cells, stride } = table;
    for (const group of groups) batch.rows[row++] = cells[group * stride]!;
  }
  return batch;
}

function keysOf(segments: readonly Segment[], count: number) {
  const keyStarts = new Uint32Array(count + 1);
  let end = 0;
  let row = 0;
  for (const { table, groups } of segments) {
    for (const group of groups) {
      end += table.keyStarts[group + 1]! - table.keyStarts[group]!;
      keyStarts[++row] = end;
    }
  }
  const keyBytes = new Uint8Array(end);
  row = 0;
  for (const { table, groups } of segments) {
    const from = table.keyBytes;
    for (const group of groups) {
      const start = table.keyStarts[group]!;
      const to = keyStarts[row]!;
      const length = keyStarts[++row]! - to;
      for (let i = 0; i < length; i++) keyBytes[to + i] = from[start + i]!;
    }
  }
  return { keyBytes, keyStarts };
}

function valuesOf(
  plan: ViewPlan,
  output: number,
  segments: readonly Segment[],
  count: number,
  counters: Counters,
): Float64Array | Json[] {
  const type = plan.schema.values[output]!.type;
  const isNumber = type === 'number' || type === 'integer';
  const values = isNumber ? new Float64Array(count) : new Array<Json>(count);
  let row = 0;
  for (const { table, groups } of segments) {
    if (values instanceof Float64Array) writeNumbers(values, row, output, table, groups, counters);
    else writeJson(values, row, output, table, groups, counters);
    row += groups.length;
  }
  return values;
}

function writeNumbers(
  values: Float64Array,
  from: number,
  output: number,
  table: GroupTable,
  groups: Uint32Array,
  counters: Counters,
): void {
  const slot = table.layout.outputs[output]!;
  if (slot === null) {
    values.fill(Number.NaN, from, from + groups.length);
    return;
  }
  const { definition, params } = slot.plan!;
  const { stride, heap } = table;
  const cells = table.slotCells[slot.index]!;
  for (let i = 0; i < groups.length; i++) {
    const result = definition.result(cells, groups[i]! * stride, heap, params);
    if (typeof result === 'number' && Number.isFinite(result)) {
      values[from + i] = result;
    } else {
      values[from + i] = Number.NaN;
      if (result !== null) counters.notFinite++;
    }
  }
}

function writeJson(
  values: Json[],
  from: number,
  output: number,
  table: GroupTable,
  groups: Uint32Array,
  counters: Counters,
): void {
  const slot = table.layout.outputs[output]!;
  if (slot === null) {
    values.fill(null, from, from + groups.length);
    return;
  }
  const { definition, params } = slot.plan!;
  const { stride, heap } = table;
  const cells = table.slotCells[slot.index]!;
  for (let i = 0; i < groups.length; i++) {
    const result = definition.result(cells, groups[i]! * stride, heap, params);
    const isLost = typeof result === 'number' && !Number.isFinite(result);
    values[from + i] = isLost ? null : result;
    if (isLost) counters.notFinite++;
  }
}
