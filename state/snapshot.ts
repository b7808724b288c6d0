/**
 * Tables as regions of bytes. A snapshot copies what changed since the one before: the pages whose groups changed, the keys
 * that were added, the heap pages that were written. Numbers are little-endian, as the typed arrays hold them.
 */
import type { Buffers } from '../runtime/buffer-pool.ts';
import type { Json } from '../runtime/json.ts';
import type { RegionWrite, RestoredState, Snapshot } from '../runtime/snapshot.ts';
import { HEAP_PAGE_BYTES } from '../views/aggregations/heap.ts';
import { stateError } from './errors.ts';
import { GroupTable } from './group-table.ts';
import type { Layout } from './layout.ts';

const CELL_PAGE_BYTES = 8 * 1024;

export interface TableMeta {
  readonly id: number;
  /** Index into the unit's list of layouts. */
  readonly layout: number;
  readonly groups: number;
  readonly heapFree: readonly number[];
}

/** A pass over a table: what changed after `since` is copied, and what changes after `round` is left to the next pass. */
export interface TablePass {
  readonly since: number;
  readonly round: number;
  /** Groups that an earlier pass, or the last snapshot, has. */
  readonly known: number;
  /** Groups at the beginning of the pass, and the one to go on from. */
  readonly groups: number;
  at: number;
  heapPage: number;
}

/** Bytes to be copied, still in place. */
interface Part {
  readonly region: string;
  readonly offset: number;
  readonly source: Uint8Array;
}

export const describeTable = (table: GroupTable, layout: number): Json & TableMeta => ({
  id: table.id,
  layout,
  groups: table.count,
  heapFree: table.heap.free,
});

/** Every region of a table and its length. */
export function regionsOf(table: GroupTable): Snapshot['regions'] {
  const { id, count, stride, heap } = table;
  const sizes = { cells: count * stride * 8, changed: count * 4, ends: count * 4 };
  const all = { ...sizes, keys: table.keyBytesUsed, heap: heap.top };
  return Object.entries(all).map(([name, bytes]) => ({ name: `${id}/${name}`, bytes }));
}

/** Collects changed bytes of tables, then copies these in one go. */
export class RegionWriter {
  readonly #buffers: Buffers;
  #parts: Part[] = [];
  bytes = 0;

  constructor(buffers: Buffers) {
    this.#buffers = buffers;
  }

  /** Goes on with the table's pass, or begins one, until so many bytes are collected. Returns whether the pass is over. */
  add(table: GroupTable, round: number, bytesMax: number): boolean {
    table.pass ??= beginPass(table, round);
    const { pass } = table;
    while (pass.at < pass.groups) {
      if (this.bytes >= bytesMax) return false;
      this.#groups(table, pass, bytesMax);
    }
    if (!this.#heap(table, pass, bytesMax)) return false;
    table.frozen = { round: pass.round, groups: pass.groups };
    table.pass = null;
    return true;
  }

  /** Copies what was collected; the writes share one buffer. */
  finish(): RegionWrite[] {
    const buffer = new Uint8Array(this.#buffers.take(this.bytes));
    let at = 0;
    const writes = this.#parts.map(({ region, offset, source }) => {
      const bytes = buffer.subarray(at, at + source.length);
      bytes.set(source);
      at += source.length;
      return { region, offset, bytes };
    });
    this.#parts = [];
    this.bytes = 0;
    return writes;
  }

  /** The next run of pages in which a group changed: their cells, and the keys of those that are new. */
  #groups(table: GroupTable, pass: TablePass, bytesMax: number): void {
    const { id, stride, cells, changed, keyStarts, keyBytes } = table;
    const perPage = Math.max(1, Math.floor(CELL_PAGE_BYTES / (stride * 8)));
    const pagesMax = Math.ceil((bytesMax - this.bytes) / CELL_PAGE_BYTES);
    const from = nextChanged(table, pass, perPage);
    let to = from;
    for (let pages = 0; pages < pagesMax && to < pass.groups; pages++) {
      const end = Math.min(pass.groups, to + perPage);
      if (!isChanged(changed, to, end, pass.since)) break;
      to = end;
    }
    pass.at = to;
    if (to === from) return;
    this.#part(`${id}/cells`, from * stride * 8, cells.subarray(from * stride, to * stride));
    this.#part(`${id}/changed`, from * 4, changed.subarray(from, to));
    const fresh = Math.max(from, pass.known);
    if (fresh >= to) return;
    this.#part(`${id}/ends`, fresh * 4, keyStarts.subarray(fresh + 1, to + 1));
    const keysFrom = keyStarts[fresh]!;
    this.#part(`${id}/keys`, keysFrom, keyBytes.subarray(keysFrom, keyStarts[to]!));
  }

  /** Whether the end of the heap was reached. */
  #heap(table: GroupTable, pass: TablePass, bytesMax: number): boolean {
    const { id, heap } = table;
    const pages = Math.ceil(heap.top / HEAP_PAGE_BYTES);
    const { dirty } = heap;
    const all = pass.since < 0;
    for (; pass.heapPage < pages; pass.heapPage++) {
      const page = pass.heapPage;
      if (!all && dirty[page] === 0) continue;
      if (this.bytes >= bytesMax) return false;
      dirty[page] = 0;
      const start = page * HEAP_PAGE_BYTES;
      const end = Math.min(heap.top, start + HEAP_PAGE_BYTES);
      this.#part(`${id}/heap`, start, heap.bytes.subarray(start, end));
    }
    return true;
  }

  #part(region: string, offset: number, values: ArrayBufferView): void {
    if (values.byteLength === 0) return;
    const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#parts.push({ region, offset, source });
    this.bytes += source.length;
  }
}

function beginPass({ frozen, count }: GroupTable, round: number): TablePass {
  const { round: since, groups: known } = frozen ?? { round: -1, groups: 0 };
  return { since, round, known, groups: count, at: 0, heapPage: 0 };
}

/** First group of the next page in which one changed; the end of the pass where there is none. */
function nextChanged(table: GroupTable, { since, at, groups }: TablePass, perPage: number): number {
  if (since >= 0 && table.changedMax <= since) return groups;
  let page = at;
  while (page < groups) {
    const end = Math.min(groups, page + perPage);
    if (isChanged(table.changed, page, end, since)) return page;
    page = end;
  }
  return groups;
}

function isChanged(changed: Uint32Array, from: number, to: number, since: number): boolean {
  if (since < 0) return true;
  for (let group = from; group < to; group++) if (changed[group]! > since) return true;
  return false;
}

/** @throws LA_STATE_DAMAGED */
export function restoreTable(
  meta: TableMeta,
  layout: Layout,
  view: string,
  regions: RestoredState['regions'],
): GroupTable {
  const { id, groups } = meta;
  const region = (name: string, bytes: number) => {
    const found = regions.get(`${id}/${name}`) ?? new Uint8Array(0);
    if (found.length >= bytes) return found.slice(0, bytes);
    throw stateError('LA_STATE_DAMAGED', {
      view,
      region: `${id}/${name}`,
      bytes: bytes - found.length,
    });
  };
  const cells = new Float64Array(region('cells', groups * layout.stride * 8).buffer);
  const changed = new Uint32Array(region('changed', groups * 4).buffer);
  const keyStarts = new Uint32Array(groups + 1);
  keyStarts.set(new Uint32Array(region('ends', groups * 4).buffer), 1);
  const keyBytes = region('keys', keyStarts[groups]!);
  const heap = {
    bytes: region('heap', regions.get(`${id}/heap`)?.length ?? 0),
    free: meta.heapFree,
  };
  const contents = { groups, cells, changed, keyBytes, keyStarts, heap };
  return new GroupTable(id, layout, { contents });
}
