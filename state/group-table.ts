/**
 * The groups of one pane (or, for hopping windows, of what came late to one window): keys, cells and the round in which
 * each group last changed. Arrays grow and are dropped whole, so that memory goes back with the table. The first touch of a
 * page costs far more than its use: arrays are made large at once, since what is not touched costs address space only, and
 * those of a table that is gone serve the next one.
 */
import { check } from '../runtime/errors.ts';
import { freeArrays } from '../runtime/free-arrays.ts';
import { Heap } from '../views/aggregations/heap.ts';
import { CodeLookup } from './code-lookup.ts';
import { KeyIndex } from './key-index.ts';
import type { Layout } from './layout.ts';
import type { TablePass } from './snapshot.ts';

const GROUPS_MIN = 16;
const KEY_BYTES_MIN = 256;
/** How much arrays grow: little is copied, but from here on old and new ones side by side weigh. */
const GROWTH = 4;
const GROWTH_LARGE = 2;
const LARGE_BYTES = 32 * 1024 * 1024;
/** Arrays of which a table used less than one part in so many are not kept for the next. */
const SPARE_PARTS = 4;
/** Of the size of the table like it: windows that follow each other are about equally large. */
const EXPECTED = 1.1;
const KEY_BYTES_MAX = 2 ** 32 - 1;

/** What a restored table begins with. */
export interface TableContents {
  readonly groups: number;
  readonly cells: Float64Array;
  readonly changed: Uint32Array;
  readonly keyBytes: Uint8Array;
  readonly keyStarts: Uint32Array;
  readonly heap: { readonly bytes: Uint8Array; readonly free: readonly number[] };
}

export interface TableSize {
  readonly count: number;
  readonly keyBytesUsed: number;
}

/** The arrays of a table that is gone. */
export interface SpareArrays {
  /** Cells of a group. */
  readonly stride: number;
  readonly cells: Float64Array;
  readonly changed: Uint32Array;
  readonly keyStarts: Uint32Array;
  readonly keyBytes: Uint8Array;
  /** Groups that were ever written to them. */
  readonly touched: number;
  /** What of them is resident. */
  readonly bytes: number;
}

export interface TableOrigin {
  readonly contents?: TableContents;
  /** The size that the table is expected to reach. */
  readonly like?: TableSize | undefined;
  readonly spare?: SpareArrays | undefined;
}

export class GroupTable implements TableSize {
  /** Names the table's regions in snapshots; unique within the unit's life, restarts included. */
  readonly id: number;
  readonly layout: Layout;
  readonly stride: number;
  count = 0;
  cells: Float64Array;
  /** The cells from each slot's offset on, as aggregations take them. */
  slotCells: Float64Array[] = [];
  /** Round in which each group last changed. */
  changed: Uint32Array;
  /** Largest of `changed`. */
  changedMax = 0;
  keyBytes: Uint8Array;
  /** Key g is bytes [keyStarts[g], keyStarts[g + 1]). */
  keyStarts: Uint32Array;
  readonly heap: Heap;
  /** Codes of the lane in use → groups; see `forgetCodes`. */
  lookup: CodeLookup;
  /** What the last snapshot holds of it; see snapshot.ts. */
  frozen: { round: number; groups: number } | null = null;
  /** Of a snapshot in the making. */
  pass: TablePass | null = null;
  #index: KeyIndex | null = null;
  /** Groups that the index holds: those before it. */
  #indexed = 0;
  /** Groups that tables before it wrote to the arrays. */
  readonly #touched: number;

  constructor(id: number, layout: Layout, { contents, like, spare: offered }: TableOrigin = {}) {
    this.id = id;
    this.layout = layout;
    this.stride = layout.stride;
    const spare = offered?.stride === layout.stride ? offered : undefined;
    const groups = contents?.groups ?? 0;
    const expected = Math.max(groups, Math.ceil((like?.count ?? 0) * EXPECTED));
    const capacity = Math.max(GROUPS_MIN, expected);
    const keyCapacity =
      contents?.keyBytes.length ?? Math.ceil((like?.keyBytesUsed ?? 0) * EXPECTED);
    this.cells = spare?.cells ?? new Float64Array(capacity * layout.stride);
    this.changed = spare?.changed ?? new Uint32Array(capacity);
    this.keyStarts = spare?.keyStarts ?? new Uint32Array(capacity + 1);
    this.keyBytes = spare?.keyBytes ?? new Uint8Array(Math.max(KEY_BYTES_MIN, keyCapacity));
    this.#touched = spare?.touched ?? 0;
    this.heap = new Heap(contents?.heap);
    if (contents !== undefined) {
      this.count = groups;
      this.cells.set(contents.cells);
      this.changed.set(contents.changed);
      this.keyStarts.set(contents.keyStarts);
      this.keyBytes.set(contents.keyBytes);
      for (const round of contents.changed) this.changedMax = Math.max(this.changedMax, round);
    }
    this.lookup = new CodeLookup(expected);
    this.#slice();
  }

  get keyBytesUsed(): number {
    return this.keyStarts[this.count]!;
  }

  /** What the table keeps in use; capacity that was never written is not counted, since it is not resident. */
  get memoryBytes(): number {
    const index = this.#index?.memoryBytes ?? 0;
    const groups = Math.max(this.count, this.#touched) * this.#groupBytes;
    return groups + this.keyBytesUsed + this.heap.top + this.lookup.memoryBytes + index;
  }

  get #groupBytes(): number {
    return this.stride * 8 + 4 + 4;
  }

  /** The arrays, for the table after this one, which is gone; null when they are much larger than tables are by now. */
  spare(): SpareArrays | null {
    const touched = Math.max(this.count, this.#touched);
    if (this.count * SPARE_PARTS < touched) return null;
    const { stride, cells, changed, keyStarts, keyBytes } = this;
    const bytes = touched * this.#groupBytes + this.keyBytesUsed;
    return { stride, cells, changed, keyStarts, keyBytes, touched, bytes };
  }

  /** Gives back the memory of a table that is gone, but for arrays that the next one is to use. */
  giveBack(spare: SpareArrays | null): void {
    this.heap.giveBack();
    this.lookup.giveBack();
    this.dropIndex();
    if (spare?.cells !== this.cells) {
      freeArrays(this.cells, this.changed, this.keyStarts, this.keyBytes);
    }
  }

  /** Codes mean something else from now on: the lane or its dictionary epoch changed. */
  forgetCodes(): void {
    this.lookup = new CodeLookup(this.count);
  }

  /** The group with the key; -1 when there is none. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#indexTo(this.count).find(this, bytes, start, end);
  }

  /** Whether the look-up has every group: an unknown code is a new one then. */
  get isKnown(): boolean {
    return this.lookup.known >= this.count;
  }

  /**
   * Puts at most `groupsMax` further groups into the index that `find` goes by, which takes long for all of a large table. Whether
   * `find` is cheap now, and stays so while as many groups are added.
   */
  prepareFind(groupsMax: number): boolean {
    if (this.count <= groupsMax || this.isKnown) return true;
    const room = this.count + groupsMax;
    if (this.#index?.hasRoomFor(room) === false) this.dropIndex();
    this.#indexTo(Math.min(this.count, this.#indexed + groupsMax), room);
    return this.#indexed === this.count;
  }

  #indexTo(end: number, expected = this.count): KeyIndex {
    if (this.#index === null) {
      this.#index = new KeyIndex();
      this.#index.reserve(this, 2 * expected);
    }
    for (; this.#indexed < end; this.#indexed++) this.#index.add(this, this.#indexed);
    return this.#index;
  }

  /** Gives the index's memory back; the next `find` makes it anew. */
  dropIndex(): void {
    this.#index = null;
    this.#indexed = 0;
  }

  /** Room for a key of so many bytes behind the keys that are used; returns where it begins. */
  reserveKey(bytes: number): number {
    const from = this.keyBytesUsed;
    this.reserveKeyAt(from, bytes);
    return from;
  }

  /** The same for a key that is to begin at `from`, behind keys whose groups are being made. */
  reserveKeyAt(from: number, bytes: number): void {
    if (from + bytes > this.keyBytes.length) this.#growKeys(from + bytes);
  }

  /**
   * Adds `count` groups with initial cells and returns the first; their keys, which are new and not in the index, are
   * the caller's to write, behind one another, their ends to `keyStarts`.
   */
  reserveGroups(count: number): number {
    const first = this.count;
    const { stride } = this;
    const { initial } = this.layout;
    for (let made = 0; made < count; ) {
      if (this.count === this.changed.length) this.#growGroups();
      const take = Math.min(count - made, this.changed.length - this.count);
      const { cells } = this;
      const at = this.count * stride;
      const end = at + take * stride;
      for (let cell = 0; cell < stride; cell++) cells[at + cell] = initial[cell]!;
      for (let done = at + stride; done < end; done += done - at) {
        cells.copyWithin(done, at, Math.min(done, at + end - done));
      }
      this.changed.fill(0, this.count, this.count + take);
      this.count += take;
      made += take;
    }
    return first;
  }

  /** Adds a group whose key, bytes [start, end) of another array, is new to the table. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const from = this.reserveKey(end - start);
    const { keyBytes } = this;
    for (let i = start; i < end; i++) keyBytes[from + i - start] = bytes[i]!;
    return this.addReserved(from + end - start);
  }

  /** Adds a group with initial cells. Its key, which is new, was written from `reserveKey` to `end`. */
  addReserved(end: number): number {
    const group = this.reserveGroups(1);
    this.keyStarts[group + 1] = end;
    // A part of an index goes on where it ends.
    if (this.#index !== null && this.#indexed === group) this.#indexTo(group + 1);
    return group;
  }

  #growGroups(): void {
    const capacity = this.count * growthOf(this.cells.byteLength);
    check(capacity * this.stride < 2 ** 32, 'the cells of a table are named by 32 bits');
    this.cells = grown(this.cells, new Float64Array(capacity * this.stride));
    this.changed = grown(this.changed, new Uint32Array(capacity));
    this.keyStarts = grown(this.keyStarts, new Uint32Array(capacity + 1));
    this.#slice();
  }

  #growKeys(bytes: number): void {
    check(bytes <= KEY_BYTES_MAX, 'the keys of a table are named by 32 bits');
    this.keyBytes = grown(this.keyBytes, new Uint8Array(bytes * growthOf(bytes)));
  }

  #slice(): void {
    this.slotCells = this.layout.slots.map(({ offset }) => this.cells.subarray(offset));
  }
}

const growthOf = (bytes: number) => (bytes < LARGE_BYTES ? GROWTH : GROWTH_LARGE);

function grown<A extends Float64Array | Uint32Array | Uint8Array>(old: A, fresh: A): A {
  fresh.set(old);
  freeArrays(old);
  return fresh;
}
