/** Makes result batches of groups: full values, columnar, in arrays of their own that can be transferred. */
import type { Json } from '../runtime/json.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';
import type { Params } from '../views/aggregations/contract.ts';
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
    markTruncated(batch.truncated, row, table, groups);
    for (const group of groups) batch.rows[row++] = cells[group * stride]!;
  }
  return batch;
}

/** Marks rows of groups whose results leave something out. */
function markTruncated(
  truncated: Uint8Array,
  from: number,
  table: GroupTable,
  groups: Uint32Array,
): void {
  for (const slot of table.layout.outputs) {
    const definition = slot?.plan?.definition;
    if (slot === null || definition?.truncated === undefined) continue;
    const cells = table.slotCells[slot.index]!;
    for (let i = 0; i < groups.length; i++) {
      if (definition.truncated(cells, groups[i]! * table.stride)) truncated[from + i] = 1;
    }
  }
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

interface Output {
  readonly index: number;
  /** Its own parameters: the slot may have been made for another output of equal state. */
  readonly params: Params;
}

function valuesOf(
  plan: ViewPlan,
  index: number,
  segments: readonly Segment[],
  count: number,
  counters: Counters,
): Float64Array | Json[] {
  const output = { index, params: plan.aggregations[index]!.params };
  const { type } = plan.schema.values[index]!;
  if (type === 'json') return jsonOf(output, segments, count, counters);
  const notFiniteBefore = counters.notFinite;
  const values = new Float64Array(count);
  let row = 0;
  for (const { table, groups } of segments) {
    if (!writeNumbers(values, row, output, table, groups, counters)) {
      counters.notFinite = notFiniteBefore;
      return jsonOf(output, segments, count, counters);
    }
    row += groups.length;
  }
  return values;
}

function jsonOf(
  output: Output,
  segments: readonly Segment[],
  count: number,
  counters: Counters,
): Json[] {
  const values = new Array<Json>(count);
  let row = 0;
  for (const { table, groups } of segments) {
    writeJson(values, row, output, table, groups, counters);
    row += groups.length;
  }
  return values;
}

/** False when it met a result that is neither a number nor null. */
function writeNumbers(
  values: Float64Array,
  from: number,
  { index, params }: Output,
  table: GroupTable,
  groups: Uint32Array,
  counters: Counters,
): boolean {
  const slot = table.layout.outputs[index]!;
  if (slot === null) {
    values.fill(Number.NaN, from, from + groups.length);
    return true;
  }
  const { definition } = slot.plan!;
  const { stride, heap } = table;
  const cells = table.slotCells[slot.index]!;
  for (let i = 0; i < groups.length; i++) {
    const result = definition.result(cells, groups[i]! * stride, heap, params);
    if (typeof result === 'number' && Number.isFinite(result)) {
      values[from + i] = result;
    } else {
      if (result !== null && typeof result !== 'number') return false;
      values[from + i] = Number.NaN;
      if (result !== null) counters.notFinite++;
    }
  }
  return true;
}

function writeJson(
  values: Json[],
  from: number,
  { index, params }: Output,
  table: GroupTable,
  groups: Uint32Array,
  counters: Counters,
): void {
  const slot = table.layout.outputs[index]!;
  if (slot === null) {
    values.fill(null, from, from + groups.length);
    return;
  }
  const { definition } = slot.plan!;
  const { stride, heap } = table;
  const cells = table.slotCells[slot.index]!;
  for (let i = 0; i < groups.length; i++) {
    const result = definition.result(cells, groups[i]! * stride, heap, params);
    const isLost = typeof result === 'number' && !Number.isFinite(result);
    values[from + i] = isLost ? null : result;
    if (isLost) counters.notFinite++;
  }
}
