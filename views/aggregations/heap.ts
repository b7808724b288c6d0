/**
 * Bytes of variable size for the groups of one table: sketches, exact sets, texts. Blocks are named by their offset,
 * which fits a cell; everything lies in one buffer, so that a snapshot copies dirty pages and dropping the table frees it.
 */
export const HEAP_PAGE_BYTES = 64 * 1024;

const CLASS_MIN = 4; // 16 bytes
const CLASSES = 32;

export class Heap {
  /** The whole heap. Fetch it again after `allocate`, which may move it. */
  bytes: Uint8Array;
  /** Bytes in use, free blocks included: what a snapshot covers. */
  top = 16; // offset 0 means "no block"
  /** 1 for each page written since the last snapshot. */
  dirty: Uint8Array;
  /** Heads of free lists, by size class; a free block's first 8 bytes hold the next free offset. */
  readonly #free = new Float64Array(CLASSES);
  #view: DataView;

  constructor(restored?: { bytes: Uint8Array; free: readonly number[] }) {
    const capacity = Math.max(4096, restored?.bytes.length ?? 0);
    this.bytes = new Uint8Array(capacity);
    if (restored !== undefined) {
      this.bytes.set(restored.bytes);
      this.top = Math.max(this.top, restored.bytes.length);
      this.#free.set(restored.free);
    }
    this.dirty = new Uint8Array(Math.ceil(capacity / HEAP_PAGE_BYTES));
    this.#view = new DataView(this.bytes.buffer);
  }

  get view(): DataView {
    return this.#view;
  }

  /** For the snapshot's description; restored by the constructor. */
  get free(): number[] {
    return [...this.#free];
  }

  /** Bytes that a block asked for with `size` really has. */
  static capacity(size: number): number {
    return 2 ** Heap.#class(size);
  }

  /** A zeroed block of at least `size` bytes, aligned to 16. */
  allocate(size: number): number {
    const sizeClass = Heap.#class(size);
    const capacity = 2 ** sizeClass;
    const reused = this.#free[sizeClass]!;
    if (reused !== 0) {
      this.#free[sizeClass] = this.#view.getFloat64(reused, true);
      this.bytes.fill(0, reused, reused + capacity);
      this.touch(reused, capacity);
      return reused;
    }
    const at = this.top;
    this.#reserve(at + capacity);
    this.top = at + capacity;
    this.touch(at, capacity);
    return at;
  }

  /** Gives back a block that was allocated with `size`. */
  release(at: number, size: number): void {
    const sizeClass = Heap.#class(size);
    this.#view.setFloat64(at, this.#free[sizeClass]!, true);
    this.#free[sizeClass] = at;
    this.touch(at, 8);
  }

  /** A block of `size` with the old one's contents; the old one is released. */
  resize(at: number, oldSize: number, size: number): number {
    if (Heap.#class(oldSize) === Heap.#class(size)) return at;
    const moved = this.allocate(size);
    this.bytes.copyWithin(moved, at, at + Math.min(Heap.capacity(oldSize), Heap.capacity(size)));
    this.release(at, oldSize);
    return moved;
  }

  /** Says that bytes were written: must follow every write, or the next snapshot misses it. */
  touch(at: number, length: number): void {
    const last = Math.floor((at + length - 1) / HEAP_PAGE_BYTES);
    for (let page = Math.floor(at / HEAP_PAGE_BYTES); page <= last; page++) this.dirty[page] = 1;
  }

  static #class(size: number): number {
    return Math.max(CLASS_MIN, Math.ceil(Math.log2(Math.max(1, size))));
  }

  #reserve(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    let capacity = this.bytes.length;
    while (capacity < bytes) capacity *= 2;
    const grown = new Uint8Array(capacity);
    grown.set(this.bytes.subarray(0, this.top));
    const dirty = new Uint8Array(Math.ceil(capacity / HEAP_PAGE_BYTES));
    dirty.set(this.dirty);
    this.bytes = grown;
    this.dirty = dirty;
    this.#view = new DataView(grown.buffer);
  }
}
