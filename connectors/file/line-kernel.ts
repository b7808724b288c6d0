/**
 * The kernel that writes result lines (kernels/c/format.c): rows of a batch are copied into its memory, and lines come out a
 * piece at a time. Who writes a piece keeps its slot meanwhile; the memory never grows, so that views of it stay valid.
 */
import { instantiate } from '../../kernels/modules.ts';
import { check } from '../../runtime/errors.ts';
import type { ResultBatch } from '../../runtime/result-batch.ts';
import type { Constant } from './json-bytes.ts';
import type { LineConstants, LineVersion } from './line-constants.ts';

const PAGE_BYTES = 65_536;
/** Only slots that were ever in use at once are resident. */
const SLOTS = 16;
const INPUT_BYTES = 256 * 1024;
const OUTPUT_BYTES = 512 * 1024;
/** Bytes that the kernel may read or write past the end of anything, and more than it does. */
const SLACK_BYTES = 64;

/** Words of `job` in format.c; the constants follow as pairs of place and length. */
const WORDS = 16;
const NEXT_ROW = 0;

interface Instance {
  readonly memory: WebAssembly.Memory;
  readonly format: (memory: number, job: number) => number;
  readonly free: LineSlot[];
}

let instance: Instance | undefined;

/** A place in the memory of this thread's kernel; null while all are in use. */
export function takeLineSlot(): LineSlot | null {
  instance ??= instantiated();
  return instance.free.pop() ?? null;
}

function instantiated(): Instance {
  const bytes = SLOTS * (INPUT_BYTES + OUTPUT_BYTES + SLACK_BYTES);
  // Statics and stack are far below the first 2 pages' end; heapBase tells.
  const pages = Math.ceil(bytes / PAGE_BYTES) + 4;
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  const { heapBase, formatLines } = instantiate('format', memory);
  check(isFunction(heapBase) && isFunction(formatLines), 'the kernel is of this build');
  const start = Math.ceil(heapBase() / SLACK_BYTES) * SLACK_BYTES;
  check(start + bytes + SLACK_BYTES <= pages * PAGE_BYTES, 'the slots fit the memory');
  const free: LineSlot[] = [];
  const made = { memory, format: formatLines, free };
  for (let slot = SLOTS - 1; slot >= 0; slot--) {
    free.push(new LineSlot(made, start + slot * (INPUT_BYTES + OUTPUT_BYTES + SLACK_BYTES)));
  }
  return made;
}

const isFunction = (value: unknown): value is (...numbers: number[]) => number =>
  typeof value === 'function';

export class LineSlot {
  readonly #instance: Instance;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #floats: Float64Array;
  readonly #job: number;
  readonly #out: number;
  #rows = 0;
  /** Where the next array goes. */
  #at = 0;
  #word = 0;

  constructor(instance: Instance, at: number) {
    const { buffer } = instance.memory;
    this.#instance = instance;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#floats = new Float64Array(buffer);
    this.#job = at;
    this.#out = at + INPUT_BYTES;
  }

  /** Takes as many rows from `first` on as fit; returns their number. Values are numbers. */
  load(
    batch: ResultBatch,
    constants: LineConstants,
    version: LineVersion,
    first: number,
    completeOnly: boolean,
  ): number {
    const texts = [
      ...[constants.windowStartHead, constants.windowEndHead, version.rowsHead],
      ...[...version.tails, ...constants.keyHeads, ...constants.valueHeads],
    ];
    const columns = batch.values.filter((column) => column instanceof Float64Array);
    const head = (WORDS + 2 * texts.length + columns.length) * 4 + SLACK_BYTES;
    const textBytes = texts.reduce((sum, { words }) => sum + words.byteLength, 0);
    const rows = rowsThatFit(batch, first, columns.length, INPUT_BYTES - head - textBytes);
    if (rows === 0) return 0;
    const to = first + rows;
    this.#rows = rows;
    this.#at = this.#job + Math.ceil(head / 8) * 8;
    this.#word = this.#job / 4 + WORDS;
    for (const text of texts) this.#text(text);
    for (const column of columns) {
      this.#words[this.#word++] = this.#floatsOf(column.subarray(first, to));
    }
    const { keyStarts, windowStart, windowEnd, complete, truncated, gap, rows: counts } = batch;
    const keysFrom = keyStarts[first]!;
    const words = [
      ...[0, rows, completeOnly ? 1 : 0, this.#out, this.#out + OUTPUT_BYTES],
      ...[constants.lineBytesMax, constants.keyHeads.length, columns.length],
      0,
      this.#words4(keyStarts.subarray(first, to + 1)),
      this.#floatsOf(windowStart.subarray(first, to)),
      this.#floatsOf(windowEnd.subarray(first, to)),
      this.#floatsOf(counts.subarray(first, to)),
      ...[complete, truncated, gap].map((flags) => this.#bytesOf(flags.subarray(first, to))),
    ];
    // Starts stay as they are in the batch.
    words[8] = this.#bytesOf(batch.keyBytes.subarray(keysFrom, keyStarts[to])) - keysFrom;
    this.#words.set(words, this.#job / 4);
    return rows;
  }

  /** The next lines of the rows loaded, valid until the next call; null when there are no more. */
  next(): Uint8Array | null {
    const job = this.#job / 4;
    while (this.#words[job + NEXT_ROW]! < this.#rows) {
      const before = this.#words[job + NEXT_ROW]!;
      const length = this.#instance.format(0, this.#job);
      if (length > 0) return this.#bytes.subarray(this.#out, this.#out + length);
      check(this.#words[job + NEXT_ROW]! > before, 'the output has room for any line');
    }
    return null;
  }

  release(): void {
    this.#instance.free.push(this);
  }

  #text({ words, length }: Constant): void {
    this.#words[this.#word++] = this.#floatsOf(words);
    this.#words[this.#word++] = length;
  }

  #floatsOf(array: Float64Array): number {
    const at = Math.ceil(this.#at / 8) * 8;
    this.#floats.set(array, at / 8);
    this.#at = at + array.byteLength;
    return at;
  }

  #words4(array: Uint32Array): number {
    const at = Math.ceil(this.#at / 4) * 4;
    this.#words.set(array, at / 4);
    this.#at = at + array.byteLength;
    return at;
  }

  #bytesOf(array: Uint8Array): number {
    const at = this.#at;
    this.#bytes.set(array, at);
    this.#at = at + array.length;
    return at;
  }
}

/** Rows from `first` on whose arrays take at most so many bytes, alignment included. */
function rowsThatFit(batch: ResultBatch, first: number, values: number, bytes: number): number {
  const { keyStarts, count } = batch;
  const rowBytes = (values + 3) * 8 + 4 + 3;
  const keysFrom = keyStarts[first]!;
  const needed = (rows: number) => rows * rowBytes + keyStarts[first + rows]! - keysFrom + 16;
  let rows = Math.min(count - first, Math.floor(bytes / rowBytes));
  while (rows > 0 && needed(rows) > bytes) rows >>>= 1;
  return rows;
}
