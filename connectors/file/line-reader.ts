import type { InputMemory } from '../../kernels/input-memory.ts';
import { check } from '../../runtime/errors.ts';
import type { PartitionReader, RecordBatch } from '../contract.ts';
import { isBlank } from './blank-line.ts';
import type { Blocks } from './blocks.ts';

const HEADROOM_BYTES = 16 * 1024;
const RECORDS_MAX = 65_536;
const NEWLINE = 10;
const SPACE = 32;

export interface LineReaderOptions {
  readonly maxRecordBytes: number;
  /** Line number and byte position at which the blocks begin. */
  readonly line: number;
  readonly position: number;
  /** Whether more lines may come: then the end is `idle`, and a line without its newline is not yet one. */
  readonly follow: boolean;
  /** Where buffers come from while it has room, so that the kernel reaches them. */
  readonly memory?: InputMemory | undefined;
  /** Bytes asked for at once. */
  readonly blockBytes: number;
  /** Told after each batch: line `line` begins at byte `position`. */
  onPosition(line: number, position: number): void;
}

interface MutableBatch {
  count: number;
  bytes: Uint8Array;
  starts: Uint32Array;
  ends: Uint32Array;
  firstOffset: number;
  nextOffset: number;
  offsets: Float64Array | null;
  readonly timestamps: null;
  readonly timeShiftMs: 0;
}

/**
 * Lines of a file as records, their offsets the line numbers; blank ones (up to maxRecordBytes) are passed over. Two
 * buffers take turns: while the records of one are in use the next block is read into the other, behind a headroom into
 * which the unfinished last line is copied: the only bytes ever copied. A line longer than maxRecordBytes keeps its
 * first maxRecordBytes + 1 bytes (so that the decoder calls it too large) and the rest is dropped block by block, so
 * buffers never grow beyond a block and one record.
 */
export class LineReader implements PartitionReader {
  readonly #blocks: Blocks;
  readonly #options: LineReaderOptions;
  #headroom: number;
  /** Bytes [from, to) of `current` are not split yet; byte `at` of it is at position `base + at` of the file. */
  #current: Buffer;
  #other: Buffer;
  #from = 0;
  #to = 0;
  #base: number;
  #line: number;
  /** Block being read into `other`, behind the headroom. */
  #pending: Promise<number> | null = null;
  #bomPassed: boolean;
  #ended = false;
  #closed = false;
  #sparse: Float64Array | null = null;
  readonly #batch: MutableBatch = {
    count: 0,
    bytes: new Uint8Array(0),
    starts: new Uint32Array(0),
    ends: new Uint32Array(0),
    firstOffset: 0,
    nextOffset: 0,
    offsets: null,
    timestamps: null,
    timeShiftMs: 0,
  };

  constructor(blocks: Blocks, options: LineReaderOptions) {
    this.#blocks = blocks;
    this.#options = options;
    this.#headroom = Math.min(HEADROOM_BYTES, options.blockBytes);
    this.#current = Buffer.alloc(0);
    this.#other = Buffer.alloc(0);
    this.#base = options.position;
    this.#line = options.line;
    this.#bomPassed = options.position > 0;
  }

  /** Line number of the next record. */
  get line(): number {
    return this.#line;
  }

  /** Byte position of that line. */
  get position(): number {
    return this.#base + this.#from;
  }

  async read(maxRecords: number, signal: AbortSignal): Promise<RecordBatch | 'idle' | 'end'> {
    signal.throwIfAborted();
    check(!this.#closed, 'read after close');
    const batch = this.#batch;
    this.#reserve(Math.min(maxRecords, RECORDS_MAX));
    batch.firstOffset = this.#line;
    batch.count = 0;
    batch.offsets = null;
    for (;;) {
      this.#split(Math.min(maxRecords, RECORDS_MAX));
      if (batch.count > 0) break;
      if (await this.#nextBlock()) {
        signal.throwIfAborted();
        continue;
      }
      this.#endOfFile();
      break;
    }
    batch.nextOffset = this.#line;
    if (batch.nextOffset === batch.firstOffset) return this.#options.follow ? 'idle' : 'end';
    this.#options.onPosition(this.#line, this.position);
    return batch;
  }

  /** Passes lines without looking at them; how many there were, `lines` unless the file ends before. */
  async skip(lines: number): Promise<number> {
    const until = this.#line + lines;
    const start = this.#line;
    while (this.#line < until) {
      this.#passBom();
      const block = this.#current.subarray(0, this.#to);
      const newline = block.indexOf(NEWLINE, this.#from);
      if (newline >= 0) {
        this.#from = newline + 1;
        this.#line += 1;
        this.#bomPassed = true;
      } else if (!(await this.#nextBlock())) {
        if (this.#from < this.#to && !this.#options.follow) this.#line += 1;
        this.#from = this.#to;
        break;
      }
    }
    return this.#line - start;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#pending?.catch(() => 0);
    this.#give(this.#current, this.#other, this.#batch.starts, this.#batch.ends);
    await this.#blocks.close();
  }

  /** Appends to the batch the whole lines of the current block. */
  #split(maxRecords: number): void {
    this.#passBom();
    const batch = this.#batch;
    batch.bytes = this.#current;
    const { memory, maxRecordBytes } = this.#options;
    if (batch.offsets === null && memory?.reaches(batch) === true) {
      const [count, from] = [batch.count, this.#from];
      const split = memory.splitLines(batch, { from, to: this.#to, maxRecords, maxRecordBytes });
      batch.count = split.count;
      this.#from = split.from;
      this.#line += split.count - count;
      if (!split.atBlank) return;
    }
    this.#splitByTwin(maxRecords);
  }

  #splitByTwin(maxRecords: number): void {
    const batch = this.#batch;
    const { starts, ends } = batch;
    const block = this.#current.subarray(0, this.#to);
    const { maxRecordBytes } = this.#options;
    let from = this.#from;
    let line = this.#line;
    let count = batch.count;
    while (count < maxRecords) {
      const newline = block.indexOf(NEWLINE, from);
      if (newline < 0) break;
      const large = newline - from > maxRecordBytes;
      if (large || (newline > from && (block[from]! > SPACE || !isBlank(block, from, newline)))) {
        starts[count] = from;
        ends[count] = large ? from + maxRecordBytes + 1 : newline;
        if (batch.offsets !== null) batch.offsets[count] = line;
        count += 1;
      } else if (batch.offsets === null) {
        batch.offsets = this.#makeSparse(count);
      }
      line += 1;
      from = newline + 1;
    }
    batch.count = count;
    this.#from = from;
    this.#line = line;
  }

  #makeSparse(count: number): Float64Array {
    const { starts, firstOffset } = this.#batch;
    if (this.#sparse === null || this.#sparse.length < starts.length) {
      this.#sparse = new Float64Array(starts.length);
    }
    for (let row = 0; row < count; row++) this.#sparse[row] = firstOffset + row;
    return this.#sparse;
  }

  #passBom(): void {
    if (this.#bomPassed || this.#to - this.#from < 3) return;
    const at = this.#from;
    const block = this.#current;
    if (block[at] === 0xef && block[at + 1] === 0xbb && block[at + 2] === 0xbf) this.#from += 3;
    this.#bomPassed = true;
  }

  /** The last line of a bounded file counts without its newline. */
  #endOfFile(): void {
    const { follow, maxRecordBytes } = this.#options;
    const [from, to] = [this.#from, this.#to];
    this.#ended = !follow;
    if (follow || from === to) return;
    const batch = this.#batch;
    if (to - from > maxRecordBytes || !isBlank(this.#current, from, to)) {
      batch.bytes = this.#current;
      batch.starts[batch.count] = from;
      batch.ends[batch.count] = Math.min(to, from + maxRecordBytes + 1);
      if (batch.offsets !== null) batch.offsets[batch.count] = this.#line;
      batch.count += 1;
    }
    this.#from = to;
    this.#line += 1;
  }

  /** Makes the next block the current one, with the unfinished line before it; false when there is none (now). */
  async #nextBlock(): Promise<boolean> {
    if (this.#ended) return false;
    const early = this.#pending !== null;
    let bytes = await this.#take();
    // A block asked for earlier may have met an end that has moved on since.
    if (bytes === 0 && early) bytes = await this.#take();
    if (bytes === 0) return false;
    this.#carry(bytes);
    this.#pending = this.#request();
    return true;
  }

  async #take(): Promise<number> {
    this.#pending ??= this.#request();
    const bytes = await this.#pending;
    this.#pending = null;
    check(!this.#closed, 'closed while reading');
    return bytes;
  }

  #request(): Promise<number> {
    const bytes = this.#headroom + this.#options.blockBytes;
    if (this.#other.length < bytes) {
      this.#give(this.#other);
      this.#other = this.#allocate(bytes);
    }
    const pending = this.#blocks.read(this.#other, this.#headroom, this.#options.blockBytes);
    pending.catch(() => {});
    return pending;
  }

  /** Copies the unfinished line, or as much of it as is kept, before the block of `bytes` in `other`; swaps the two. */
  #carry(bytes: number): void {
    const blockPosition = this.#base + this.#to;
    const tail = Math.min(this.#to - this.#from, this.#options.maxRecordBytes + 1);
    if (tail > this.#headroom) this.#growHeadroom(tail, bytes);
    const from = this.#headroom - tail;
    this.#current.copy(this.#other, from, this.#from, this.#from + tail);
    [this.#current, this.#other] = [this.#other, this.#current];
    this.#base = blockPosition - this.#headroom;
    this.#from = from;
    this.#to = this.#headroom + bytes;
  }

  #growHeadroom(tail: number, bytes: number): void {
    const headroom = Math.max(tail, Math.min(2 * tail, this.#options.maxRecordBytes + 1));
    const grown = this.#allocate(headroom + this.#options.blockBytes);
    this.#other.copy(grown, headroom, this.#headroom, this.#headroom + bytes);
    this.#give(this.#other);
    this.#other = grown;
    this.#headroom = headroom;
  }

  #reserve(records: number): void {
    if (this.#batch.starts.length >= records) return;
    const { memory } = this.#options;
    this.#give(this.#batch.starts, this.#batch.ends);
    this.#batch.starts = memory?.takeWords(records) ?? new Uint32Array(records);
    this.#batch.ends = memory?.takeWords(records) ?? new Uint32Array(records);
  }

  #give(...arrays: (Buffer | Uint32Array)[]): void {
    for (const array of arrays) this.#options.memory?.give(array);
  }

  #allocate(bytes: number): Buffer {
    return this.#options.memory?.take(bytes) ?? Buffer.allocUnsafeSlow(bytes);
  }
}
