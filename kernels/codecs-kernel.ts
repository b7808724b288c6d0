import { check } from '../runtime/errors.ts';
import type { BlockCodecs, BlockRange } from './codecs-blocks.ts';
import { instantiate } from './modules.ts';

const PAGE_BYTES = 65536;
/** Room for the statics and one piece of a CRC's input. */
const PAGES_MIN = 4;
/** A CRC's input is copied in pieces that the second cache level still has when the kernel reads them. */
const CRC_PIECE_BYTES = 65536;
/** A memory cannot shrink: one that grew beyond this is replaced at the next input. */
const KEPT_BYTES_MAX = 64 * 2 ** 20;

type Exports = {
  heapBase(): number;
  crc32cInit(): void;
  crc32c(before: number, bytes: number, length: number): number;
  xxHash32(bytes: number, length: number): number;
  lz4Block(from: number, to: number, window: number, out: number, outEnd: number): number;
  snappyBlock(from: number, to: number, out: number, outEnd: number): number;
};

/** Blocks decoded by kernels/c/codecs.c, in a memory of its own: statics, the input, the output. */
export class KernelCodecs implements BlockCodecs {
  #memory = new WebAssembly.Memory({ initial: PAGES_MIN });
  #kernel = load(this.#memory);
  #bytes = new Uint8Array(this.#memory.buffer);
  readonly #input = alignUp(this.#kernel.heapBase());
  #output = this.#input;

  constructor() {
    check(this.#input + CRC_PIECE_BYTES <= this.#bytes.length, 'codecs: the statics leave room');
  }

  crc32c(bytes: Uint8Array): number {
    let crc = 0;
    for (let from = 0; from < bytes.length; from += CRC_PIECE_BYTES) {
      const to = Math.min(from + CRC_PIECE_BYTES, bytes.length);
      this.#bytes.set(bytes.subarray(from, to), this.#input);
      crc = this.#kernel.crc32c(crc, this.#input, to - from);
    }
    return crc >>> 0;
  }

  begin(input: Uint8Array): void {
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#replace();
    this.#output = alignUp(this.#input + input.length);
    this.reserve(0);
    this.#bytes.set(input, this.#input);
  }

  reserve(bytes: number): void {
    const missing = this.#output + bytes - this.#bytes.length;
    if (missing <= 0) return;
    this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  lz4Block({ from, to, out, outEnd }: BlockRange, window: number): number {
    const input = this.#input;
    const output = this.#output;
    return this.#kernel.lz4Block(
      input + from,
      input + to,
      output + window,
      output + out,
      output + outEnd,
    );
  }

  snappyBlock({ from, to, out, outEnd }: BlockRange): number {
    const input = this.#input;
    const output = this.#output;
    return this.#kernel.snappyBlock(input + from, input + to, output + out, output + outEnd);
  }

  copy({ from, to, out }: BlockRange): void {
    this.#bytes.copyWithin(this.#output + out, this.#input + from, this.#input + to);
  }

  hashInput(from: number, to: number): number {
    return this.#kernel.xxHash32(this.#input + from, to - from) >>> 0;
  }

  hashOutput(from: number, to: number): number {
    return this.#kernel.xxHash32(this.#output + from, to - from) >>> 0;
  }

  take(bytes: number): Uint8Array {
    return this.#bytes.slice(this.#output, this.#output + bytes);
  }

  #replace(): void {
    this.#memory = new WebAssembly.Memory({ initial: PAGES_MIN });
    this.#kernel = load(this.#memory);
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }
}

const alignUp = (place: number) => (place + 15) & ~15;

function load(memory: WebAssembly.Memory): Exports {
  const kernel = instantiate('codecs', memory) as Exports;
  kernel.crc32cInit();
  return kernel;
}
