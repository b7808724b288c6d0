/**
 * One value kept by the order of another column: `first`, `last`, `arg_min`, `arg_max`. Cells: the order's key, whose
 * smallest wins (the order itself, or negated), the value's kind, and the number or the text's block.
 */
import type { Json } from '../../runtime/json.ts';
import type { Results, ValueInput } from './contract.ts';
import type { Heap } from './heap.ts';
import {
  compareText,
  fillText,
  readText,
  releaseText,
  reserveText,
  textSpan,
} from './text-block.ts';

const KIND = 1;
const VALUE = 2;
const NUMBER = 1;
const TEXT = 2;

export interface OrderedRows {
  readonly cells: Float64Array;
  readonly at: Uint32Array;
  readonly order: Float64Array;
  readonly values: ValueInput;
  readonly count: number;
  readonly heap: Heap;
}

/** 1: the smallest wins; -1: the largest. */
export type Wanted = 1 | -1;

export function foldOrdered(rows: OrderedRows, order: Wanted, tie: Wanted): void {
  if (rows.values.codes === undefined) foldNumbers(rows, order, tie);
  else foldMixed(rows, order, tie);
}

function foldNumbers(rows: OrderedRows, order: Wanted, tie: Wanted): void {
  const { cells, at, count, heap, order: orders } = rows;
  const { numbers } = rows.values;
  for (let row = 0; row < count; row++) {
    const cell = at[row]!;
    const key = orders[row]! * order;
    const best = cells[cell]!;
    if (key > best) continue;
    if (key < best || numberWins(cells, cell, numbers[row]!, tie)) {
      setNumber(cells, cell, heap, key, numbers[row]!);
    }
  }
}

function foldMixed(rows: OrderedRows, order: Wanted, tie: Wanted): void {
  const { cells, at, count, heap, order: orders } = rows;
  const { numbers, codes, texts } = rows.values;
  if (codes === undefined) return;
  for (let row = 0; row < count; row++) {
    const cell = at[row]!;
    const key = orders[row]! * order;
    const best = cells[cell]!;
    if (key > best) continue;
    const code = codes[row]!;
    if (code === 0 || texts === undefined) {
      if (key < best || numberWins(cells, cell, numbers[row]!, tie)) {
        setNumber(cells, cell, heap, key, numbers[row]!);
      }
      continue;
    }
    const { bytes } = texts;
    const start = texts.starts[code]!;
    const length = texts.lengths[code]!;
    if (key === best) {
      const isText = cells[cell + KIND] === TEXT;
      const compared = isText
        ? compareText({ bytes, start, length }, textSpan(heap, cells[cell + VALUE]!))
        : 1;
      if (compared * tie >= 0) continue;
    }
    const block = reserveFor(cells, cell, heap, key, length);
    fillText(heap, block, bytes, start);
  }
}

function numberWins(cells: Float64Array, cell: number, value: number, tie: Wanted): boolean {
  if (cells[cell + KIND] === TEXT) return tie === 1;
  return value * tie < cells[cell + VALUE]! * tie;
}

function setNumber(
  cells: Float64Array,
  cell: number,
  heap: Heap,
  key: number,
  value: number,
): void {
  if (cells[cell + KIND] === TEXT) releaseText(heap, cells[cell + VALUE]!);
  cells[cell] = key;
  cells[cell + KIND] = NUMBER;
  cells[cell + VALUE] = value;
}

/** Makes the group's value a text of `length` bytes still to be filled. */
function reserveFor(
  cells: Float64Array,
  cell: number,
  heap: Heap,
  key: number,
  length: number,
): number {
  const old = cells[cell + KIND] === TEXT ? cells[cell + VALUE]! : 0;
  const block = reserveText(heap, old, length);
  cells[cell] = key;
  cells[cell + KIND] = TEXT;
  cells[cell + VALUE] = block;
  return block;
}

type Merge = (
  into: Float64Array,
  at: number,
  from: Float64Array,
  fromAt: number,
  heap: Heap,
  fromHeap: Heap,
) => void;

export const mergeOrdered =
  (tie: Wanted): Merge =>
  (into, at, from, fromAt, heap, fromHeap) => {
    const kind = from[fromAt + KIND]!;
    const key = from[fromAt]!;
    const value = from[fromAt + VALUE]!;
    if (kind === 0 || key > into[at]!) return;
    if (kind === NUMBER) {
      if (key < into[at]! || numberWins(into, at, value, tie))
        setNumber(into, at, heap, key, value);
      return;
    }
    const { length } = textSpan(fromHeap, value);
    if (key === into[at]!) {
      const isText = into[at + KIND] === TEXT;
      const compared = isText
        ? compareText(textSpan(fromHeap, value), textSpan(heap, into[at + VALUE]!))
        : 1;
      if (compared * tie >= 0) return;
    }
    const block = reserveFor(into, at, heap, key, length);
    const { bytes, start } = textSpan(fromHeap, value);
    fillText(heap, block, bytes, start);
  };

function orderedResult(cells: Float64Array, at: number, heap: Heap): Json {
  const kind = cells[at + KIND]!;
  if (kind === 0) return null;
  return kind === TEXT ? readText(heap, cells[at + VALUE]!) : cells[at + VALUE]! + 0;
}

const orderedResults: Results = (cells, at, count, out) => {
  let nulls = 0;
  for (let row = 0; row < count; row++) {
    const cell = at[row]!;
    const kind = cells[cell + KIND]!;
    if (kind === TEXT) return -1;
    out[row] = kind === 0 ? Number.NaN : cells[cell + VALUE]! + 0;
    if (kind === 0) nulls++;
  }
  return nulls;
};

/** What aggregations that keep one value by an order have in common. */
export const ordered = {
  cells: [Infinity, 0, 0],
  result: orderedResult,
  results: orderedResults,
};
