import { Buffer } from 'node:buffer';
import type { Chunk, ChunkColumn } from '../runtime/chunk.ts';
import type { DictionaryWriter } from '../runtime/dictionary-writer.ts';
import { SPOT_INTS } from '../runtime/dictionary-writer.ts';
import { check } from '../runtime/errors.ts';
import { KERNEL_BYTES } from '../runtime/lane.ts';
import { type Block, writeColumn } from './column-writer.ts';
import type { DecoderBatch } from './decoder-batch.ts';
import type { EventTimeUnit } from './event-time.ts';
import { liesIn } from './input-memory.ts';
import { DEPTH_MAX, PADDING_BYTES } from './json-scanner.ts';
import { KernelArea } from './kernel-area.ts';
import { BLOCK_ROWS } from './located-values.ts';
import { instantiate } from './modules.ts';
import { RecordScanner } from './record-scanner.ts';

/** Bytes of a block at most; longer records are the twin's. */
const INPUT_BYTES = 256 * 1024;
const SLACK_BYTES = 64;
/** Of a slot's located values, and what all else needs: statics, input, keys. */
const SLOT_BYTES: number = BLOCK_ROWS * (1 + 4 * SPOT_INTS + 8);
const OTHER_BYTES = 2 << 20;

type Kernel = (...numbers: number[]) => number;

/** By unit: a time is an integer x multiplier / divisor, rounded down. */
const unitFactors: Record<EventTimeUnit, readonly [multiplier: number, divisor: number]> = {
  s: [1000, 1],
  ms: [1, 1],
  us: [1, 1000],
  ns: [1, 1_000_000],
  iso8601: [0, 0],
};

/**
 * kernels/c/decode.c over a lane's memory. It locates and writes what is plain, many rows a call; rows and cells that it
 * leaves are done by the TypeScript twin on the same arrays, so that it does not matter which of the two did what.
 */
export class DecodeKernel {
  readonly scanner: RecordScanner;
  /** Bytes of the block, and a view of the same bytes. */
  input: Uint8Array;
  inputView: DataView;
  /** Record of row i of the block is bytes [starts[first + i], ends[first + i]) of the input. */
  starts: Uint32Array;
  ends: Uint32Array;
  first = 0;
  /** Smallest and largest time that `writeTimes` wrote. */
  readonly range: Float64Array;
  /** Rows and cells left to the twin so far. */
  rowsLeft = 0;
  cellsLeft = 0;
  readonly #memory: WebAssembly.Memory;
  /** What records are copied to that do not lie in this memory. */
  readonly #copy: {
    readonly input: Uint8Array;
    readonly view: DataView;
    readonly starts: Uint32Array;
    readonly ends: Uint32Array;
  };
  /** The bytes that `input` shows. */
  #source: Uint8Array | undefined;
  readonly #decoder: Uint32Array;
  readonly #hashed: Uint32Array;
  readonly #column: Uint32Array;
  readonly #locate: Kernel;
  readonly #writeTimes: Kernel;
  readonly #writers: Record<ChunkColumn['kind'], Kernel>;

  /** Undefined when so many paths do not fit into what a lane leaves to kernels. */
  static open(memory: WebAssembly.Memory, paths: readonly string[], maxRecordBytes: number) {
    const steps = paths.reduce((sum, path) => sum + path.split('.').length, 0);
    const bytes = OTHER_BYTES + (paths.length + 1) * SLOT_BYTES + steps * 1024;
    return bytes > KERNEL_BYTES ? undefined : new DecodeKernel(memory, paths, maxRecordBytes);
  }

  private constructor(
    memory: WebAssembly.Memory,
    paths: readonly string[],
    maxRecordBytes: number,
  ) {
    const area = new KernelArea(memory);
    this.#memory = memory;
    this.scanner = new RecordScanner(paths, area);
    this.input = area.bytes(INPUT_BYTES + SLACK_BYTES);
    this.inputView = new DataView(memory.buffer, this.input.byteOffset, this.input.length);
    this.starts = area.words(BLOCK_ROWS);
    this.ends = area.words(BLOCK_ROWS);
    const { input, inputView: view, starts, ends } = this;
    this.#copy = { input, view, starts, ends };
    this.range = area.floats(2);
    this.#hashed = area.words(paths.length + 1);
    this.#column = area.words(7);
    const { values, graph } = this.scanner;
    const { objects, objectSlots } = graph.tables(area);
    // As struct Decoder in kernels/c/located.h has it.
    this.#decoder = area.words(16);
    this.#decoder.set([
      values.kinds.byteOffset,
      values.spots.byteOffset,
      values.numbers.byteOffset,
      graph.nodes.byteOffset,
      graph.alternative,
      paths.length,
      objects.byteOffset,
      objectSlots.byteOffset,
      this.input.byteOffset,
      this.starts.byteOffset,
      this.ends.byteOffset,
      maxRecordBytes,
      this.#hashed.byteOffset,
      // Longer than it need be: a step too far meets nobody's bytes, and the sanitizers' eye.
      area.words(DEPTH_MAX + 16).byteOffset,
      area.bytes(DEPTH_MAX).byteOffset,
    ]);
    const { locate, writeTimes, writeNumbers, writeHashes, writeCodes, writeValues } = instantiate(
      'decode',
      memory,
    ) as Record<string, Kernel>;
    check(locate !== undefined && writeTimes !== undefined, 'decode kernel: its exports');
    check(writeNumbers !== undefined && writeHashes !== undefined, 'decode kernel: its exports');
    check(writeCodes !== undefined && writeValues !== undefined, 'decode kernel: its exports');
    this.#locate = locate;
    this.#writeTimes = writeTimes;
    this.#writers = {
      f64: writeNumbers,
      hash64: writeHashes,
      dict32: writeCodes,
      value: writeValues,
    };
  }

  /** Whether the chunk lies where the kernel can write it. */
  reaches(chunk: Chunk): boolean {
    return chunk.time.buffer === this.#memory.buffer;
  }

  /** Takes up to `count` records as a block; returns how many: none when the first is too long, or they lie out of order. */
  load(batch: DecoderBatch, from: number, count: number): number {
    const isHere = liesIn(this.#memory, batch);
    const taken = isHere
      ? this.#loadInPlace(batch, from, count)
      : this.#loadCopy(batch, from, count);
    if (taken === 0) return 0;
    const decoder = this.#decoder;
    decoder[8] = this.input.byteOffset;
    decoder[9] = this.starts.byteOffset + 4 * this.first;
    decoder[10] = this.ends.byteOffset + 4 * this.first;
    this.#hashed.fill(0);
    return taken;
  }

  #loadInPlace(batch: DecoderBatch, from: number, count: number): number {
    const { bytes, starts, ends } = batch;
    if (this.#source !== bytes) {
      this.#source = bytes;
      const { buffer } = this.#memory;
      this.input = new Uint8Array(buffer, bytes.byteOffset, bytes.length + PADDING_BYTES);
      this.inputView = new DataView(buffer, bytes.byteOffset, bytes.length + PADDING_BYTES);
    }
    this.starts = starts;
    this.ends = ends;
    this.first = from;
    let wrong = 0;
    for (let record = from; record < from + count; record++) {
      const end = ends[record]!;
      wrong |= (end - starts[record]!) | (bytes.length - end);
    }
    check(wrong >= 0, 'decode kernel: records lie in their bytes');
    return count;
  }

  #loadCopy(batch: DecoderBatch, from: number, count: number): number {
    const { input, view, starts, ends } = this.#copy;
    const base = batch.starts[from]!;
    let last = 0;
    let taken = 0;
    for (; taken < count; taken++) {
      const start = batch.starts[from + taken]! - base;
      const end = batch.ends[from + taken]! - base;
      if (start < last || end < start || end > INPUT_BYTES - PADDING_BYTES) break;
      starts[taken] = start;
      ends[taken] = end;
      last = end;
    }
    // Twice as fast as `set`, which copies into shared memory word by word.
    if (taken > 0) Buffer.prototype.copy.call(batch.bytes, input, 0, base, base + last);
    this.#source = undefined;
    this.input = input;
    this.inputView = view;
    this.starts = starts;
    this.ends = ends;
    this.first = 0;
    return taken;
  }

  /** Locates rows from `from` on; returns the first that is left to the twin, its cells in any state, or `count`. */
  locate(from: number, count: number): number {
    const row = this.#locate(this.#decoder.byteOffset, from, count);
    if (row < count) this.rowsLeft++;
    return row;
  }

  /** The same as `writeColumn`, for a block that lies in the input. */
  writeColumn(
    block: Block,
    slot: number,
    column: ChunkColumn,
    dictionary: DictionaryWriter | undefined,
  ): number {
    const { count, firstRow } = block;
    const write = this.#writers[column.kind];
    const { codes, numbers, hashLow, hashHigh, tags } = column;
    const target = this.#column;
    target[0] = numbers.byteOffset + 8 * firstRow;
    target[1] = codes.byteOffset + 4 * firstRow;
    target[2] = hashLow.byteOffset + 4 * firstRow;
    target[3] = hashHigh.byteOffset + 4 * firstRow;
    target[4] = tags.byteOffset + firstRow;
    target[6] = dictionary === undefined ? 0 : dictionary.dictionary.state.byteOffset;
    for (let row = block.from; ; row++) {
      target[5] = column.tagged ? 1 : 0;
      row = write(this.#decoder.byteOffset, slot, row, count, target.byteOffset);
      if (row >= count) return count;
      this.cellsLeft++;
      const written = writeColumn(
        { ...block, from: row, count: row + 1 },
        slot,
        column,
        dictionary,
      );
      if (written === row) return row;
    }
  }

  /**
   * Writes the event times of rows that are all OK to the chunk's next rows, when the slot holds nothing but integers. Returns
   * whether it did; then `range` is widened to them.
   */
  writeTimes(slot: number, count: number, chunk: Chunk, unit: EventTimeUnit, shiftMs: number) {
    if (unit === 'iso8601') return false;
    const [multiplier, divisor] = unitFactors[unit];
    const { range } = this;
    range[0] = chunk.timeMin;
    range[1] = chunk.timeMax;
    const times = chunk.time.byteOffset + 8 * chunk.rows;
    const [decoder, to] = [this.#decoder.byteOffset, range.byteOffset];
    return this.#writeTimes(decoder, slot, count, times, multiplier, divisor, shiftMs, to) !== 0;
  }
}
