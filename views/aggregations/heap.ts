/**
 * Bytes of variable size for the groups of one table: sketches, exact sets, texts. Blocks are named by their offset,
 * which fits a cell; everything lies in one buffer, so that a snapshot copies dirty pages and dropping the table frees it.
 */
import { freeArrays } from '../../runtime/free-arrays.ts';

export const HEAP_PAGE_BYTES = 64 * 1024;

const CAPACITY_MIN = 4096;
const CLASS_MIN = 4; // 16 bytes
const CLASSES = 33;
const PAGES_PER_BYTE = 1 / HEAP_PAGE_BYTES;

const sizeClass = (size: number): number =>
  size <= 16 ? CLASS_MIN : 32 - Math.clz32(Math.ceil(size) - 1);

const classBytes = (index: number): number => (index < 31 ? 1 << index : 2 ** index);

export class Heap {
  /** The whole heap, as bytes, u32 and f64. Fetch them again after `allocate`, which may move it. */
  bytes!: Uint8Array;
  words!: Uint32Array;
  floats!: Float64Array;
  /** Bytes in use, free blocks included: what a snapshot covers. */
  top = 16; // offset 0 means "no block"
  /** 1 for each page written since the last snapshot. */
  dirty!: Uint8Array;
  /** Heads of free lists, by size class; a free block's first 8 bytes hold the next free offset. */
  readonly #free = new Float64Array(CLASSES);
  #view!: DataView;

  constructor(restored?: { bytes: Uint8Array; free: readonly number[] }) {
    const used = restored?.bytes ?? new Uint8Array(0);
    this.#lay(Math.max(CAPACITY_MIN, Math.ceil(used.length / 16) * 16));
    if (restored !== undefined) {
      this.bytes.set(used);
      this.top = Math.max(this.top, used.length);
      this.#free.set(restored.free);
    }
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
    return classBytes(sizeClass(size));
  }

  /** A zeroed block of at least `size` bytes (at most 4 GiB), aligned to 16. */
  allocate(size: number): number {
    const index = sizeClass(size);
    const capacity = classBytes(index);
    const reused = this.#free[index]!;
    if (reused !== 0) {
      this.#free[index] = this.floats[reused / 8]!;
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
    const index = sizeClass(size);
    this.floats[at / 8] = this.#free[index]!;
    this.#free[index] = at;
    this.touch(at, 8);
  }

  /** A block of `size` with the old one's contents; the old one is released. */
  resize(at: number, oldSize: number, size: number): number {
    if (sizeClass(oldSize) === sizeClass(size)) return at;
    const moved = this.allocate(size);
    this.bytes.copyWithin(moved, at, at + Math.min(Heap.capacity(oldSize), Heap.capacity(size)));
    this.release(at, oldSize);
    return moved;
  }

  /** Says that bytes were written: must follow every write, or the next snapshot misses it. */
  touch(at: number, length: number): void {
    const last = Math.floor((at + length - 1) * PAGES_PER_BYTE);
    for (let page = Math.floor(at * PAGES_PER_BYTE); page <= last; page++) this.dirty[page] = 1;
  }

  /** Gives its memory back; it is not used any more. */
  giveBack(): void {
    freeArrays(this.bytes);
  }

  #reserve(bytes: number): void {
    if (bytes <= this.bytes.length) return;
    let capacity = this.bytes.length;
    while (capacity < bytes) capacity *= 2;
    const { bytes: old, dirty } = this;
    this.#lay(capacity);
    this.bytes.set(old.subarray(0, this.top));
    this.dirty.set(dirty);
    freeArrays(old);
  }

  #lay(capacity: number): void {
    const buffer = new ArrayBuffer(capacity);
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.floats = new Float64Array(buffer);
    this.#view = new DataView(buffer);
    this.dirty = new Uint8Array(Math.ceil(capacity / HEAP_PAGE_BYTES));
  }
}
