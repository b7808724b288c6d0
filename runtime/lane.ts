/**
 * A lane: one stream's road through shared memory, from one reader to any number of views. Its arena, reserved up
 * front and never grown, holds the ring's cursors, the chunk slots and the dictionaries. The main lane of a stream serves
 * all its views; a catch-up lane is the same thing, smaller, for views that are behind.
 */
import { Chunk, type ColumnSpec, slotBytes } from './chunk.ts';
import { Dictionary, type DictionaryLimits, dictionaryBytes } from './dictionary.ts';
import { RING_BYTES as RING } from './ring.ts';

export interface LaneOptions {
  readonly columns: readonly ColumnSpec[];
  /** Rows of a chunk at most. */
  readonly chunkRows: number;
  /** Slots; a power of two. */
  readonly slots: number;
  readonly dictionary: DictionaryLimits;
}

/** Left free at the bottom for the reader's kernel: its stack, its input, what it located. What is never touched costs no memory. */
export const KERNEL_BYTES: number = 8 << 20;
/** Behind it, for what sources read. */
export const INPUT_BYTES: number = 96 << 20;
const BOTTOM_BYTES = KERNEL_BYTES + INPUT_BYTES;
const RING_BYTES = Math.ceil(RING / 64) * 64;
/** Partitions of a stream at most, and the bytes of their positions. */
export const PARTITIONS_MAX = 2048;
const POSITION_BYTES = 8 * 2048 + 64;
const PAGE_BYTES = 64 * 1024;

/** What crosses threads: structured clone shares the memory. */
export interface LaneHandle {
  readonly options: LaneOptions;
  readonly memory: WebAssembly.Memory;
}

export class Lane {
  readonly options: LaneOptions;
  readonly memory: WebAssembly.Memory;
  readonly ringOffset = BOTTOM_BYTES;
  readonly chunks: readonly Chunk[];
  /** Next offset of each partition after the chunks published so far; written before the publication that they tell of. */
  readonly positions: Float64Array;
  /** [partition, its position before the last one written, 1 + sequence of that chunk]: how a new reader takes back a position
   * whose chunk the one before it did not live to publish. */
  readonly lastPosition: Float64Array;
  /** [records, values] that the kernel has left to its slower twin on this lane so far; zeros while kernels are off. */
  readonly leftToTwin: Float64Array;
  /** By column index; undefined for kinds without a dictionary. */
  readonly dictionaries: readonly (Dictionary | undefined)[];

  private constructor({ options, memory }: LaneHandle) {
    this.options = options;
    this.memory = memory;
    const { columns, chunkRows, slots } = options;
    const bytes = slotBytes(chunkRows, columns);
    let at = BOTTOM_BYTES + RING_BYTES;
    this.positions = new Float64Array(memory.buffer, at, PARTITIONS_MAX);
    this.lastPosition = new Float64Array(memory.buffer, at + 8 * PARTITIONS_MAX, 3);
    this.leftToTwin = new Float64Array(memory.buffer, at + 8 * (PARTITIONS_MAX + 3), 2);
    at += POSITION_BYTES;
    this.chunks = Array.from({ length: slots }, (_, slot) => {
      return new Chunk(memory.buffer, at + slot * bytes, chunkRows, columns);
    });
    at += slots * bytes;
    this.dictionaries = columns.map((column) => {
      if (!hasDictionary(column)) return undefined;
      const dictionary = new Dictionary(memory.buffer, at, options.dictionary);
      at += dictionaryBytes(options.dictionary);
      return dictionary;
    });
  }

  static create(options: LaneOptions): Lane {
    const pages = Math.ceil(laneBytes(options) / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
    return new Lane({ options, memory });
  }

  static attach(handle: LaneHandle): Lane {
    return new Lane(handle);
  }

  get handle(): LaneHandle {
    return { options: this.options, memory: this.memory };
  }

  chunkAt(sequence: number): Chunk {
    return this.chunks[sequence & (this.options.slots - 1)]!;
  }
}

export const hasDictionary = ({ kind }: ColumnSpec): boolean =>
  kind === 'dict32' || kind === 'value';

/** Bytes of address space a lane reserves; what is never touched costs no memory. */
export function laneBytes({ columns, chunkRows, slots, dictionary }: LaneOptions): number {
  const dictionaries = columns.filter(hasDictionary).length * dictionaryBytes(dictionary);
  return (
    BOTTOM_BYTES +
    RING_BYTES +
    POSITION_BYTES +
    slots * slotBytes(chunkRows, columns) +
    dictionaries
  );
}
