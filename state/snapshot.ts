/**
 * Tables as regions of bytes. A snapshot copies what changed since the one before: the pages whose groups changed, the keys
 * that were added, the heap pages that were written. Numbers are little-endian, as the typed arrays hold them.
 */
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

/** Collects the regions and the changed bytes of tables, then copies these in one go. */
export class RegionWriter {
  readonly regions: Snapshot['regions'][number][] = [];
  readonly #parts: Part[] = [];
  #bytes = 0;

  /** Everything when `full` or when no snapshot has the table. `round` is the last one that the snapshot covers. */
  add(table: GroupTable, full: boolean, round: number): void {
    const { id, count, stride, heap } = table;
    const frozen = full ? null : table.frozen;
    const known = frozen?.groups ?? 0;
    const sizes = { cells: count * stride * 8, changed: count * 4, ends: count * 4 };
    const all = { ...sizes, keys: table.keyBytesUsed, heap: heap.top };
    for (const [name, bytes] of Object.entries(all))
      this.regions.push({ name: `${id}/${name}`, bytes });
    forEachRun(table, frozen?.round ?? -1, (from, to) => {
      this.#part(
        `${id}/cells`,
        from * stride * 8,
        table.cells.subarray(from * stride, to * stride),
      );
      this.#part(`${id}/changed`, from * 4, table.changed.subarray(from, to));
    });
    this.#part(`${id}/ends`, known * 4, table.keyStarts.subarray(known + 1, count + 1));
    const keysFrom = table.keyStarts[known]!;
    this.#part(`${id}/keys`, keysFrom, table.keyBytes.subarray(keysFrom, table.keyBytesUsed));
    this.#heap(table, frozen === null);
    table.frozen = { round, groups: count };
  }

  /** Copies; the writes share one buffer: `into` where it is large enough. */
  finish(into?: ArrayBufferLike): RegionWrite[] {
    const fits = into !== undefined && into.byteLength >= this.#bytes;
    const buffer = fits ? new Uint8Array(into) : new Uint8Array(this.#bytes);
    let at = 0;
    return this.#parts.map(({ region, offset, source }) => {
      const bytes = buffer.subarray(at, at + source.length);
      bytes.set(source);
      at += source.length;
      return { region, offset, bytes };
    });
  }

  #heap({ id, heap }: GroupTable, all: boolean): void {
    const pages = Math.ceil(heap.top / HEAP_PAGE_BYTES);
    const { dirty } = heap;
    for (let page = 0; page < pages; page++) {
      if (!all && dirty[page] === 0) continue;
      const from = page;
      while (page + 1 < pages && (all || dirty[page + 1] !== 0)) page++;
      const start = from * HEAP_PAGE_BYTES;
      const end = Math.min(heap.top, (page + 1) * HEAP_PAGE_BYTES);
      this.#part(`${id}/heap`, start, heap.bytes.subarray(start, end));
    }
    dirty.fill(0);
  }

  #part(region: string, offset: number, values: ArrayBufferView): void {
    if (values.byteLength === 0) return;
    const source = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    this.#parts.push({ region, offset, source });
    this.#bytes += source.length;
  }
}

/** Runs of pages, in groups, in which a group changed after the round. */
function forEachRun(
  table: GroupTable,
  since: number,
  run: (from: number, to: number) => void,
): void {
  const { count, changed } = table;
  if (since < 0) {
    if (count > 0) run(0, count);
    return;
  }
  if (table.changedMax <= since) return;
  const perPage = Math.max(1, Math.floor(CELL_PAGE_BYTES / (table.stride * 8)));
  let start = -1;
  for (let page = 0; page < count; page += perPage) {
    const end = Math.min(count, page + perPage);
    let group = page;
    while (group < end && changed[group]! <= since) group++;
    if (group < end && start < 0) start = page;
    if (group === end && start >= 0) {
      run(start, page);
      start = -1;
    }
  }
  if (start >= 0) run(start, count);
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
