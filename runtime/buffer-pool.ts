/**
 * Buffers that come back. One that is fresh costs a page fault for every 4 KiB that are written to it and, when another thread
 * gives it up, an interrupt of all threads: several times what copying to it costs.
 */
import { freeBuffers } from './free-arrays.ts';

export interface Buffers {
  /** A buffer of at least so many bytes; what is in it is arbitrary. */
  take(bytes: number): ArrayBuffer;
}

export const freshBuffers: Buffers = { take: (bytes) => new ArrayBuffer(bytes) };

/** Smaller ones come from the allocator's own lists, which are cheap. */
export const POOLED_BYTES_MIN = 64 * 1024;
/** Of buffers that wait to be taken. */
export const POOL_BYTES_MAX = 8 * 1024 * 1024;
/** So that batches that differ a little find one another's buffers large enough. */
const STEP_BYTES = 256 * 1024;
const LARGER_MAX = 4;

/** Of one thread. What is taken is usually transferred to another thread, which sends it back. */
export class BufferPool implements Buffers {
  /** The one that was given back last is taken first: it is warm, and those below it may turn out not to be needed. */
  #free: ArrayBuffer[] = [];
  #bytes = 0;
  /** How many waited at least, ever since the pool aged. */
  #unneeded = 0;

  /** Of the buffers that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  take(bytes: number): ArrayBuffer {
    if (bytes < POOLED_BYTES_MIN) return new ArrayBuffer(bytes);
    const size = Math.ceil(bytes / STEP_BYTES) * STEP_BYTES;
    // One that is far too large would weigh more than it holds, and is somebody else's to take.
    const found = this.#free.findLastIndex(
      ({ byteLength }) => byteLength >= bytes && byteLength <= size * LARGER_MAX,
    );
    const [buffer] = found < 0 ? [] : this.#free.splice(found, 1);
    this.#unneeded = Math.min(this.#unneeded, this.#free.length);
    if (buffer === undefined) return new ArrayBuffer(size);
    this.#bytes -= buffer.byteLength;
    return buffer;
  }

  /** Takes buffers that nobody uses any more, whoever made them; those that there is no room for are freed. */
  give(buffers: readonly ArrayBuffer[]): void {
    for (const buffer of buffers) {
      const { byteLength } = buffer;
      if (byteLength < POOLED_BYTES_MIN || this.#bytes + byteLength > POOL_BYTES_MAX)
        freeBuffers(buffer);
      else {
        this.#free.push(buffer);
        this.#bytes += byteLength;
      }
    }
  }

  /** To be called now and then: frees those that nobody needed since the last time. */
  age(): void {
    const unneeded = this.#free.splice(0, this.#unneeded);
    for (const buffer of unneeded) this.#bytes -= buffer.byteLength;
    freeBuffers(...unneeded);
    this.#unneeded = this.#free.length;
  }
}
