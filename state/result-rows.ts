/** Makes result batches of groups: full values, columnar, all in one buffer that can be transferred. */
import type { Buffers } from '../runtime/buffer-pool.ts';
import type { Json } from '../runtime/json.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';
import type { Params } from '../views/aggregations/contract.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { Counters } from './counters.ts';
import type { GroupTable } from './group-table.ts';
import type { WindowState } from './windows-state.ts';

/** Keys of neighbouring groups are copied together, and below this many bytes one by one. */
const COPY_BYTES_MIN = 256;

/** Groups of one window whose rows are emitted together. */
export interface Segment {
  readonly window: WindowState;
  readonly complete: boolean;
  readonly table: GroupTable;
  /** Ascending. */
  readonly groups: Uint32Array;
}

export interface BatchHead {
  readonly generation: number;
  readonly claim: number;
  readonly batch: number;
}

/** What batches are counted and made with. */
export interface BatchMeans {
  readonly counters: Counters;
  readonly buffers: Buffers;
}

interface Columns {
  readonly numbers: Float64Array[];
  readonly keyStarts: Uint32Array;
  readonly flags: Uint8Array[];
  readonly keyBytes: Uint8Array;
}

export function resultBatch(
  plan: ViewPlan,
  head: BatchHead,
  segments: readonly Segment[],
  { counters, buffers }: BatchMeans,
): ResultBatch {
  const count = segments.reduce((sum, { groups }) => sum + groups.length, 0);
  const keysLength = segments.reduce((sum, segment) => sum + keyBytesOf(segment), 0);
  const numeric = plan.schema.values.map(({ type }) => type !== 'json');
  const { numbers, flags, keyStarts, keyBytes } = columnsFor(count, keysLength, numeric, buffers);
  const [windowStart, windowEnd, rows, ...values] = numbers;
  const [complete, truncated, gap] = flags;
  const batch = {
    view: plan.view,
    ...head,
    count,
    ...{ keyBytes, keyStarts },
    ...{ windowStart: windowStart!, windowEnd: windowEnd!, rows: rows! },
    ...{ complete: complete!, truncated: truncated!, gap: gap! },
    values: new Array<Float64Array | Json[]>(numeric.length),
  };
  const cellsOf = segments.map(({ table, groups }) => firstCells(table, groups));
  let row = 0;
  for (const [index, { window, complete, table, groups }] of segments.entries()) {
    const end = row + groups.length;
    batch.windowStart.fill(window.start, row, end);
    batch.windowEnd.fill(window.end, row, end);
    batch.complete.fill(complete ? 1 : 0, row, end);
    batch.truncated.fill(window.truncated ? 1 : 0, row, end);
    batch.gap.fill(window.gap ? 1 : 0, row, end);
    markTruncated(batch.truncated, row, table, groups);
    writeKeys(batch, row, table, groups);
    gather(batch.rows.subarray(row, end), table.cells, cellsOf[index]!);
    row = end;
  }
  for (let output = 0; output < numeric.length; output++) {
    const params = plan.aggregations[output]!.params;
    const column = numeric[output] === true ? values.shift()! : null;
    batch.values[output] = valuesOf({ output, params, segments, cellsOf, count, counters }, column);
  }
  return batch;
}

/** Arrays for so many rows, in one buffer; what is in them is arbitrary. */
function columnsFor(
  count: number,
  keysLength: number,
  numeric: readonly boolean[],
  buffers: Buffers,
): Columns {
  const floats = 3 + numeric.filter(Boolean).length;
  const startsAt = 8 * floats * count;
  const flagsAt = startsAt + 4 * (count + 1);
  const keysAt = flagsAt + 3 * count;
  const buffer = buffers.take(keysAt + keysLength);
  return {
    numbers: Array.from(
      { length: floats },
      (_, index) => new Float64Array(buffer, 8 * index * count, count),
    ),
    keyStarts: new Uint32Array(buffer, startsAt, count + 1),
    flags: [0, 1, 2].map((index) => new Uint8Array(buffer, flagsAt + index * count, count)),
    keyBytes: new Uint8Array(buffer, keysAt, keysLength),
  };
}

function firstCells({ stride }: GroupTable, groups: Uint32Array): Uint32Array {
  const at = new Uint32Array(groups.length);
  for (let i = 0; i < groups.length; i++) at[i] = groups[i]! * stride;
  return at;
}

function gather(into: Float64Array, cells: Float64Array, at: Uint32Array): void {
  for (let i = 0; i < at.length; i++) into[i] = cells[at[i]!]!;
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

// ---- Keys ------------------------------------------------------------------------------------------------------------

/** Bytes of the segment's keys. */
export function keyBytesOf({ table: { keyStarts }, groups }: Segment): number {
  let sum = 0;
  for (let i = 0; i < groups.length; ) {
    const end = runEnd(groups, i);
    sum += keyStarts[groups[end - 1]! + 1]! - keyStarts[groups[i]!]!;
    i = end;
  }
  return sum;
}

/** End of the groups from `from` on that follow each other without a gap; at once for all of a window. */
function runEnd(groups: Uint32Array, from: number): number {
  const last = groups.length - 1;
  if (groups[last]! - groups[from]! === last - from) return last + 1;
  let end = from + 1;
  while (groups[end] === groups[end - 1]! + 1) end++;
  return end;
}

function writeKeys(
  { keyBytes, keyStarts }: Pick<ResultBatch, 'keyBytes' | 'keyStarts'>,
  row: number,
  table: GroupTable,
  groups: Uint32Array,
): void {
  const { keyStarts: starts, keyBytes: bytes } = table;
  // The keys of the rows before end here; the first of all begin at 0.
  let at = row === 0 ? 0 : keyStarts[row]!;
  keyStarts[row] = at;
  for (let i = 0; i < groups.length; ) {
    const end = runEnd(groups, i);
    const start = starts[groups[i]!]!;
    const length = starts[groups[end - 1]! + 1]! - start;
    if (length >= COPY_BYTES_MIN) keyBytes.set(bytes.subarray(start, start + length), at);
    else for (let byte = 0; byte < length; byte++) keyBytes[at + byte] = bytes[start + byte]!;
    const moved = at - start;
    for (; i < end; i++) keyStarts[row + i + 1] = starts[groups[i]! + 1]! + moved;
    at += length;
  }
}

// ---- Values ----------------------------------------------------------------------------------------------------------

interface Output {
  readonly output: number;
  /** Its own parameters: the slot may have been made for another output of equal state. */
  readonly params: Params;
  readonly segments: readonly Segment[];
  /** First cell of each group, by segment. */
  readonly cellsOf: readonly Uint32Array[];
  readonly count: number;
  readonly counters: Counters;
}

/** Numbers go to `column`; null where there may be others. */
function valuesOf(output: Output, column: Float64Array | null): Float64Array | Json[] {
  if (column === null) return jsonOf(output);
  const { segments, cellsOf, counters } = output;
  const notFiniteBefore = counters.notFinite;
  let row = 0;
  for (const [index, { table, groups }] of segments.entries()) {
    const end = row + groups.length;
    if (!writeNumbers(column.subarray(row, end), output, table, cellsOf[index]!)) {
      counters.notFinite = notFiniteBefore;
      return jsonOf(output);
    }
    row = end;
  }
  return column;
}

function jsonOf(output: Output): Json[] {
  const values = new Array<Json>(output.count);
  let row = 0;
  for (const [index, { table, groups }] of output.segments.entries()) {
    writeJson(values, row, output, table, output.cellsOf[index]!);
    row += groups.length;
  }
  return values;
}

/** False when it met a result that is neither a number nor null. */
function writeNumbers(
  out: Float64Array,
  { output, params, counters }: Output,
  table: GroupTable,
  at: Uint32Array,
): boolean {
  const slot = table.layout.outputs[output]!;
  if (slot === null) {
    out.fill(Number.NaN);
    return true;
  }
  const { definition } = slot.plan!;
  const { heap } = table;
  const cells = table.slotCells[slot.index]!;
  let nulls = 0;
  if (definition.results === undefined) {
    for (let i = 0; i < at.length; i++) {
      const result = definition.result(cells, at[i]!, heap, params);
      if (result !== null && typeof result !== 'number') return false;
      out[i] = result ?? Number.NaN;
      if (result === null) nulls++;
    }
  } else {
    nulls = definition.results(cells, at, at.length, out, heap, params);
    if (nulls < 0) return false;
  }
  counters.notFinite += withoutNumber(out) - nulls;
  return true;
}

/** Makes all that is not finite NaN, which stands for null, and counts it. */
function withoutNumber(values: Float64Array): number {
  let without = 0;
  for (let i = 0; i < values.length; i++) {
    if (Math.abs(values[i]!) < Number.POSITIVE_INFINITY) continue;
    values[i] = Number.NaN;
    without++;
  }
  return without;
}

function writeJson(
  values: Json[],
  from: number,
  { output, params, counters }: Output,
  table: GroupTable,
  at: Uint32Array,
): void {
  const slot = table.layout.outputs[output]!;
  if (slot === null) {
    values.fill(null, from, from + at.length);
    return;
  }
  const { definition } = slot.plan!;
  const { heap } = table;
  const cells = table.slotCells[slot.index]!;
  for (let i = 0; i < at.length; i++) {
    const result = definition.result(cells, at[i]!, heap, params);
    const isLost = typeof result === 'number' && !Number.isFinite(result);
    values[from + i] = isLost ? null : result;
    if (isLost) counters.notFinite++;
  }
}
