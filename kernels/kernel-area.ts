import { check } from '../runtime/errors.ts';
import { KERNEL_BYTES } from '../runtime/lane.ts';

/** Where arrays come from that a kernel shares with its twin. All are zero at first. */
export interface Arrays {
  bytes(count: number): Uint8Array;
  ints(count: number): Int32Array;
  words(count: number): Uint32Array;
  floats(count: number): Float64Array;
}

export const heapArrays: Arrays = {
  bytes: (count) => new Uint8Array(count),
  ints: (count) => new Int32Array(count),
  words: (count) => new Uint32Array(count),
  floats: (count) => new Float64Array(count),
};

/** Statics and stack of a module lie below. */
const AREA_BEGIN = 128 * 1024;

/** Arrays from the bottom of a lane's memory, one after the other; whoever had it before is gone. */
export class KernelArea implements Arrays {
  readonly memory: WebAssembly.Memory;
  #at = AREA_BEGIN;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  bytes(count: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.#take(count), count).fill(0);
  }

  ints(count: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.#take(4 * count), count).fill(0);
  }

  words(count: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.#take(4 * count), count).fill(0);
  }

  floats(count: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.#take(8 * count), count).fill(0);
  }

  #take(bytes: number): number {
    const at = this.#at;
    this.#at = (at + bytes + 63) & ~63;
    check(this.#at <= KERNEL_BYTES, 'kernel area: as much as a lane leaves free');
    return at;
  }
}
