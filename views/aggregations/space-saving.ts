/**
 * Space-saving (Metwally et al. 2005): a bounded number of counters for the most frequent values. While the counters
 * suffice counts are exact; then a new value takes over the smallest counter with its count, so that counts are never
 * too low and too high by at most rows / counters.
 *
 * Slots of four f64 in a heap block, open addressing, at most three quarters full: count (0: empty), hash, kind, and the
 * number or the text's block. Cells: block; counters in use; floor: 0 until a value lost its counter, then at most
 * the smallest count; cursor: the slot where the search for the smallest goes on.
 */
import type { Heap } from './heap.ts';
import {
  fillText,
  releaseText,
  reserveText,
  type TextSpan,
  textEquals,
  textSpan,
} from './text-block.ts';

export const spaceSavingCells: readonly number[] = [0, 0, 0, 0];

const USED = 1;
const FLOOR = 2;
const CURSOR = 3;

const SLOT_FLOATS = 4;
const SLOT_BYTES = 8 * SLOT_FLOATS;
const SLOTS_MIN = 4;
const HASH = 1;
const KIND = 2;
const VALUE = 3;
const NUMBER = 1;
const TEXT = 2;

/** A value to count: the text where there is one, otherwise the number. */
export interface Item {
  number: number;
  text: TextSpan | undefined;
  hash: number;
}

/** One group's counters: where they are and how many there may be. */
export interface Counters {
  readonly heap: Heap;
  readonly cells: Float64Array;
  cell: number;
  readonly max: number;
}

const slotsFor = (used: number): number =>
  Math.max(SLOTS_MIN, 1 << (32 - Math.clz32(Math.ceil((used * 4) / 3) - 1)));

const slotsOf = ({ cells, cell }: Counters): number => slotsFor(cells[cell + USED]!);

const numbers = new Float64Array(1);
const numberWords = new Uint32Array(numbers.buffer);

function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (once ^ (once >>> 13)) >>> 0;
}

export function hashNumber(value: number): number {
  numbers[0] = value + 0;
  return mix(numberWords[0]! ^ Math.imul(numberWords[1]!, 0x9e3779b1));
}

export function hashText({ bytes, start, length }: TextSpan): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < start + length; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  return mix(hash);
}

/** Counts `item` `count` times more. */
export function countItem(counters: Counters, item: Item, count: number): void {
  const { heap, cells, cell, max } = counters;
  const used = cells[cell + USED]!;
  if (used === 0) cells[cell] = heap.allocate(SLOTS_MIN * SLOT_BYTES);
  const at = find(counters, item);
  if (heap.floats[at] !== 0) {
    heap.floats[at]! += count;
    heap.touch(8 * at, 8);
  } else if (used < max) {
    if (slotsFor(used + 1) !== slotsFor(used)) grow(counters);
    cells[cell + USED] = used + 1;
    insert(counters, item, count);
  } else {
    const freed = remove(counters, findSmallest(counters));
    insert(counters, item, cells[cell + FLOOR]! + count, freed);
  }
}

/** The count of `item`, 0 when it has no counter. */
export function countOfItem(counters: Counters, item: Item): number {
  if (counters.cells[counters.cell + USED] === 0) return 0;
  return counters.heap.floats[find(counters, item)]!;
}

/** Float index of the item's slot, or of the empty one where it belongs. */
function find({ heap, cells, cell }: Counters, { hash, text, number }: Item): number {
  const { floats } = heap;
  const mask = slotsFor(cells[cell + USED]!) - 1;
  const base = cells[cell]! / 8;
  for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
    const at = base + SLOT_FLOATS * slot;
    if (floats[at] === 0) return at;
    if (floats[at + HASH] !== hash) continue;
    if (text === undefined) {
      if (floats[at + KIND] === NUMBER && floats[at + VALUE] === number) return at;
    } else if (floats[at + KIND] === TEXT && textEquals(heap, floats[at + VALUE]!, text)) {
      return at;
    }
  }
}

/** Gives a new item a slot; its text may take the block `freed` of another. */
function insert(counters: Counters, item: Item, count: number, freed = 0): void {
  const { heap } = counters;
  const at = find(counters, item);
  let value = item.number + 0;
  if (item.text !== undefined) {
    value = reserveText(heap, freed, item.text.length);
    fillText(heap, value, item.text.bytes, item.text.start);
  } else if (freed !== 0) {
    releaseText(heap, freed);
  }
  const { floats } = heap;
  floats[at] = count;
  floats[at + HASH] = item.hash;
  floats[at + KIND] = item.text === undefined ? NUMBER : TEXT;
  floats[at + VALUE] = value;
  heap.touch(8 * at, SLOT_BYTES);
}

function grow({ heap, cells, cell }: Counters): void {
  const slots = slotsFor(cells[cell + USED]!);
  const old = cells[cell]!;
  const block = heap.allocate(2 * slots * SLOT_BYTES);
  const { floats } = heap;
  const mask = 2 * slots - 1;
  for (let at = old / 8; at < old / 8 + SLOT_FLOATS * slots; at += SLOT_FLOATS) {
    if (floats[at] === 0) continue;
    let slot = floats[at + HASH]! & mask;
    while (floats[block / 8 + SLOT_FLOATS * slot] !== 0) slot = (slot + 1) & mask;
    copySlot(floats, block / 8 + SLOT_FLOATS * slot, at);
  }
  heap.release(old, slots * SLOT_BYTES);
  cells[cell] = block;
}

function copySlot(floats: Float64Array, to: number, from: number): void {
  for (let index = 0; index < SLOT_FLOATS; index++) floats[to + index] = floats[from + index]!;
}

/** Float index of a counter with the smallest count, which becomes the floor. Some other is next in turn. */
function findSmallest(counters: Counters): number {
  const { heap, cells, cell } = counters;
  const { floats } = heap;
  const base = cells[cell]! / 8;
  const slots = slotsOf(counters);
  for (;;) {
    const floor = cells[cell + FLOOR]!;
    let slot = cells[cell + CURSOR]!;
    for (let step = 0; floor > 0 && step < slots; step++) {
      if (floats[base + SLOT_FLOATS * slot] === floor) {
        cells[cell + CURSOR] = slot;
        return base + SLOT_FLOATS * slot;
      }
      slot = slot + 1 === slots ? 0 : slot + 1;
    }
    cells[cell + FLOOR] = smallestCount(counters);
  }
}

function smallestCount(counters: Counters): number {
  const { floats } = counters.heap;
  const base = counters.cells[counters.cell]! / 8;
  const end = base + SLOT_FLOATS * slotsOf(counters);
  let smallest = Infinity;
  for (let at = base; at < end; at += SLOT_FLOATS) {
    if (floats[at] !== 0 && floats[at]! < smallest) smallest = floats[at]!;
  }
  return smallest;
}

/** Empties a slot and moves up those behind it that it kept from their place. The block of its text, 0 for none. */
function remove(counters: Counters, at: number): number {
  const { heap, cells, cell } = counters;
  const { floats } = heap;
  const base = cells[cell]! / 8;
  const mask = slotsOf(counters) - 1;
  const freed = floats[at + KIND] === TEXT ? floats[at + VALUE]! : 0;
  let hole = (at - base) / SLOT_FLOATS;
  for (let next = (hole + 1) & mask; ; next = (next + 1) & mask) {
    const from = base + SLOT_FLOATS * next;
    if (floats[from] === 0) break;
    if (((next - floats[from + HASH]!) & mask) < ((next - hole) & mask)) continue;
    copySlot(floats, base + SLOT_FLOATS * hole, from);
    heap.touch(8 * (base + SLOT_FLOATS * hole), SLOT_BYTES);
    hole = next;
  }
  floats[base + SLOT_FLOATS * hole] = 0;
  heap.touch(8 * (base + SLOT_FLOATS * hole), SLOT_BYTES);
  return freed;
}

/** At most so often was a value counted that has no counter. */
export const floorOf = (counters: Counters): number =>
  counters.cells[counters.cell + FLOOR] === 0 ? 0 : smallestCount(counters);

/** Every item and its count. Texts are valid until the heap changes. */
export function itemsOf(counters: Counters): (Item & { count: number })[] {
  const { heap, cells, cell } = counters;
  const { floats } = heap;
  const items: (Item & { count: number })[] = [];
  if (cells[cell + USED] === 0) return items;
  const base = cells[cell]! / 8;
  for (let at = base; at < base + SLOT_FLOATS * slotsOf(counters); at += SLOT_FLOATS) {
    if (floats[at] === 0) continue;
    const isText = floats[at + KIND] === TEXT;
    items.push({
      count: floats[at]!,
      hash: floats[at + HASH]!,
      number: isText ? 0 : floats[at + VALUE]!,
      text: isText ? textSpan(heap, floats[at + VALUE]!) : undefined,
    });
  }
  return items;
}

/** Replaces all counters by these, of which there are at most `max`; `floor` as in the cells. */
export function replaceItems(
  counters: Counters,
  items: readonly (Item & { count: number })[],
  floor: number,
): void {
  const { heap, cells, cell } = counters;
  const kept = items.map((item) => ({ ...item, text: item.text && copyOf(item.text) }));
  if (cells[cell + USED] !== 0) {
    const slots = slotsOf(counters);
    const base = cells[cell]! / 8;
    for (let at = base; at < base + SLOT_FLOATS * slots; at += SLOT_FLOATS) {
      const { floats } = heap;
      if (floats[at] !== 0 && floats[at + KIND] === TEXT) releaseText(heap, floats[at + VALUE]!);
    }
    heap.release(cells[cell]!, slots * SLOT_BYTES);
  }
  cells.set(spaceSavingCells, cell);
  for (const item of kept) countItem(counters, item, item.count);
  cells[cell + FLOOR] = floor;
}

const copyOf = ({ bytes, start, length }: TextSpan): TextSpan => ({
  bytes: bytes.slice(start, start + length),
  start: 0,
  length,
});
