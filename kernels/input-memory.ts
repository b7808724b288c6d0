import { Buffer } from 'node:buffer';
import { check } from '../runtime/errors.ts';
import { INPUT_BYTES, KERNEL_BYTES } from '../runtime/lane.ts';
import { PADDING_BYTES } from './json-scanner.ts';
import { instantiate, kernelsOn } from './modules.ts';

/** Words of struct Lines in kernels/c/lines.h. */
const LINES_WORDS = 7;

interface Gap {
  at: number;
  bytes: number;
}

/** Where records lie, as a batch says it. */
export interface InputRecords {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Whether the records lie in the memory, where its kernels reach them. */
export const liesIn = ({ buffer }: WebAssembly.Memory, records: InputRecords): boolean =>
  records.bytes.buffer === buffer &&
  records.starts.buffer === buffer &&
  records.ends.buffer === buffer;

export interface LineRange {
  /** Bytes [from, to) are split. */
  readonly from: number;
  readonly to: number;
  readonly maxRecords: number;
  readonly maxRecordBytes: number;
}

/**
 * The part of a lane's memory that sources read into: from there the decode kernel takes records without a copy. It is
 * handed out while there is room; who gets none uses memory of its own, which is as good but for the copy.
 */
export class InputMemory {
  readonly #memory: WebAssembly.Memory;
  /** Free, by address, never next to each other. */
  readonly #gaps: Gap[] = [{ at: KERNEL_BYTES, bytes: INPUT_BYTES }];
  readonly #lines: Uint32Array;
  readonly #splitLines: (...numbers: number[]) => number;
  readonly #place = { count: 0, from: 0, atBlank: false };

  /** Undefined while kernels are off. */
  static open(memory: WebAssembly.Memory): InputMemory | undefined {
    return kernelsOn ? new InputMemory(memory) : undefined;
  }

  private constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    const { splitLines } = instantiate('decode', memory);
    check(typeof splitLines === 'function', 'decode kernel: its exports');
    this.#splitLines = splitLines as (...numbers: number[]) => number;
    const lines = this.takeWords(LINES_WORDS);
    check(lines !== undefined, 'input memory: room for its own');
    this.#lines = lines;
  }

  /** Bytes with any contents; undefined when there is no room. */
  take(bytes: number): Buffer | undefined {
    const at = this.#take(bytes);
    // Buffer.from of shared memory is a Buffer over it.
    return at < 0 ? undefined : Buffer.from(this.#memory.buffer, at, bytes);
  }

  takeWords(count: number): Uint32Array | undefined {
    const at = this.#take(4 * count);
    return at < 0 ? undefined : new Uint32Array(this.#memory.buffer, at, count);
  }

  /** What was taken is not used any more; anything else is ignored. */
  give(array: Uint8Array | Uint32Array): void {
    if (array.buffer !== this.#memory.buffer || array.length === 0) return;
    const gap = { at: array.byteOffset, bytes: sizeOf(array.byteLength) };
    const next = this.#gaps.findIndex(({ at }) => at > gap.at);
    const index = next < 0 ? this.#gaps.length : next;
    const before = this.#gaps[index - 1];
    const after = this.#gaps[index];
    check(before === undefined || before.at + before.bytes <= gap.at, 'given back once');
    this.#gaps.splice(index, 0, gap);
    if (after !== undefined && gap.at + gap.bytes === after.at) this.#merge(index);
    if (before !== undefined && before.at + before.bytes === gap.at) this.#merge(index - 1);
  }

  /** Whether kernels reach the records. */
  reaches(records: InputRecords): boolean {
    return liesIn(this.#memory, records);
  }

  /**
   * Appends whole lines to the records, up to the first blank one (`atBlank`), until lines or `maxRecords` end. Returns how
   * many records there are and where to go on; the object is the same at every call.
   */
  splitLines(records: InputRecords, { from, to, maxRecords, maxRecordBytes }: LineRange) {
    const lines = this.#lines;
    const { bytes, starts, ends } = records;
    check(to <= bytes.length && maxRecords <= starts.length, 'lines of the block');
    lines[0] = from;
    lines[1] = to;
    lines[2] = records.count;
    lines[3] = maxRecords;
    lines[4] = maxRecordBytes;
    lines[5] = starts.byteOffset;
    lines[6] = ends.byteOffset;
    const place = this.#place;
    place.atBlank = this.#splitLines(bytes.byteOffset, lines.byteOffset) !== 0;
    place.from = lines[0]!;
    place.count = lines[2]!;
    return place;
  }

  /** First fit: buffers are few and large. */
  #take(count: number): number {
    const bytes = sizeOf(count);
    const index = this.#gaps.findIndex((gap) => gap.bytes >= bytes);
    const gap = this.#gaps[index];
    if (gap === undefined) return -1;
    const { at } = gap;
    gap.at += bytes;
    gap.bytes -= bytes;
    if (gap.bytes === 0) this.#gaps.splice(index, 1);
    return at;
  }

  #merge(index: number): void {
    this.#gaps[index]!.bytes += this.#gaps[index + 1]!.bytes;
    this.#gaps.splice(index + 1, 1);
  }
}

/** With what kernels and twin read past the end. */
const sizeOf = (bytes: number): number => (bytes + 4 * PADDING_BYTES + 63) & ~63;
