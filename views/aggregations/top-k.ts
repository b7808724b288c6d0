import { check } from '../../runtime/errors.ts';
import { aggregation, type Params } from './contract.ts';
import {
  type Counters,
  countItem,
  countOfItem,
  floorOf,
  hashNumber,
  hashText,
  type Item,
  itemsOf,
  replaceItems,
  spaceSavingCells,
} from './space-saving.ts';
import { compareText, readSpan } from './text-block.ts';

const COUNTERS_PER_RESULT = 8;

type Counted = Item & { count: number };

function kOf({ k }: Params): number {
  check(typeof k === 'number', 'top_k has k');
  return k;
}

/** Count falling, then numbers before text, numbers rising, text by bytes. */
function compare(a: Counted, b: Counted): number {
  if (a.count !== b.count) return b.count - a.count;
  if (a.text === undefined) return b.text === undefined ? a.number - b.number : -1;
  return b.text === undefined ? 1 : compareText(a.text, b.text);
}

export const topK = aggregation({
  doc: 'The most frequent values with their counts, most frequent first.',
  error:
    'exact to 8 k different values; beyond, counts are never too low and too high by at most rows / (8 k), and ' +
    'what is near the last place depends on order (space-saving)',
  empty: [],
  result_type: 'json',
  inputs: { x: 'value' },
  params: { k: { type: 'integer', min: 1, max: 1000, default: 10, doc: 'values to list' } },
  cells: spaceSavingCells,
  version: 1,
  fold(cells, at, { x }, count, heap, params) {
    const { numbers, codes, texts } = x;
    const counters: Counters = { heap, cells, cell: 0, max: COUNTERS_PER_RESULT * kOf(params) };
    const item: Item = { number: 0, text: undefined, hash: 0 };
    const text = { bytes: texts?.bytes ?? new Uint8Array(0), start: 0, length: 0 };
    for (let row = 0; row < count; row++) {
      counters.cell = at[row]!;
      const code = codes === undefined ? 0 : codes[row]!;
      if (code === 0 || texts === undefined) {
        item.number = numbers[row]!;
        item.text = undefined;
        item.hash = hashNumber(item.number);
      } else {
        text.start = texts.starts[code]!;
        text.length = texts.lengths[code]!;
        item.text = text;
        item.hash = hashText(text);
      }
      countItem(counters, item, 1);
    }
  },
  merge(into, at, from, fromAt, heap, fromHeap, params) {
    const max = COUNTERS_PER_RESULT * kOf(params);
    const target: Counters = { heap, cells: into, cell: at, max };
    const source: Counters = { heap: fromHeap, cells: from, cell: fromAt, max };
    const ours = itemsOf(target);
    const theirs = itemsOf(source);
    const floor = floorOf(target);
    const otherFloor = floorOf(source);
    const added = theirs.filter((item) => countOfItem(target, item) === 0);
    if (floor + otherFloor === 0 && ours.length + added.length <= max) {
      for (const item of theirs) countItem(target, item, item.count);
      return;
    }
    for (const item of ours) item.count += countOfItem(source, item) || otherFloor;
    for (const item of added) item.count += floor;
    const kept = [...ours, ...added].sort(compare).slice(0, max);
    replaceItems(target, kept, kept.at(-1)!.count);
  },
  result(cells, at, heap, params) {
    const counters: Counters = { heap, cells, cell: at, max: COUNTERS_PER_RESULT * kOf(params) };
    return itemsOf(counters)
      .sort(compare)
      .slice(0, kOf(params))
      .map(({ count, number, text }) => ({
        value: text === undefined ? number : readSpan(text),
        count,
      }));
  },
});
