import { isUtf8 } from 'node:buffer';
import {
  type Chunk,
  type ColumnSpec,
  RowStatus,
  SAMPLE_BYTES,
  SAMPLE_BYTES_PER_RECORD,
  Tag,
} from '../runtime/chunk.ts';
import type { DictionaryWriter } from '../runtime/dictionary-writer.ts';
import { check } from '../runtime/errors.ts';
import { CANONICAL_BYTES_MAX } from './canonical-number.ts';
import { takeBackTags, writeColumn } from './column-writer.ts';
import { DecodeKernel } from './decode-kernel.ts';
import { type DecoderBatch, offsetOfRecord } from './decoder-batch.ts';
import type { EventTimeUnit } from './event-time.ts';
import { PADDING_BYTES } from './json-scanner.ts';
import { BLOCK_ROWS } from './located-values.ts';
import { kernelsOn } from './modules.ts';
import { isRecordPath, writeRecordColumn } from './record-columns.ts';
import { RecordScanner } from './record-scanner.ts';
import { writeOffsets } from './row-offsets.ts';
import { RowTimes } from './row-times.ts';

export interface JsonDecoderOptions {
  readonly columns: readonly ColumnSpec[];
  readonly eventTime: { readonly path: string; readonly unit: EventTimeUnit };
  /** Longer records are invalid. */
  readonly maxRecordBytes: number;
  /** How far an event time may be beyond the record's own timestamp, where it has one. */
  readonly maxAheadMs: number;
  /** By column index; undefined for kinds without a dictionary. */
  readonly dictionaries: readonly (DictionaryWriter | undefined)[];
  /** The lane's, in which chunks and dictionaries lie: there a kernel does what it can. One decoder a lane at a time. */
  readonly memory?: WebAssembly.Memory;
}

/**
 * Decodes JSON records into the columns of chunks. It takes what JSON.parse takes, of UTF-8 with an object at the top,
 * nested no deeper than DEPTH_MAX; the last of duplicate keys wins, a path through anything but an object is null.
 *
 * Rows are located a block at a time and then written column by column: both loops stay small, and the block's bytes
 * are still in the cache.
 */
export class JsonDecoder {
  readonly #columns: readonly ColumnSpec[];
  /** By column index: its slot, -1 for what the record itself carries. */
  readonly #slots: readonly number[];
  readonly #dictionaries: readonly (DictionaryWriter | undefined)[];
  readonly #maxRecordBytes: number;
  readonly #scanner: RecordScanner;
  readonly #kernel: DecodeKernel | undefined;
  readonly #times: RowTimes;
  readonly #timeSlot: number;
  readonly #timeUnit: EventTimeUnit;
  /** The last record of a batch, padded. */
  #tail: Uint8Array = new Uint8Array(1024);
  #source: Uint8Array = new Uint8Array(0);
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #dictionaryFull = false;

  constructor(options: JsonDecoderOptions) {
    const { columns, eventTime, dictionaries, maxRecordBytes } = options;
    check(maxRecordBytes < 1 << 29, 'json decoder: maxRecordBytes below 512 MiB');
    for (const dictionary of dictionaries) {
      if (dictionary === undefined) continue;
      // Else a value might not even fit into an empty dictionary, and decoding would not get past it.
      const { bytesMax, entriesMax } = dictionary.dictionary.limits;
      const bytesNeeded = Math.max(maxRecordBytes, CANONICAL_BYTES_MAX);
      check(
        bytesMax >= bytesNeeded && entriesMax > 0,
        'json decoder: a dictionary holds any value',
      );
    }
    const paths = [eventTime.path, ...columns.map(({ path }) => path)];
    const located = [...new Set(paths.filter((path) => !isRecordPath(path)))];
    this.#columns = columns;
    this.#slots = columns.map(({ path }) => located.indexOf(path));
    this.#dictionaries = dictionaries;
    this.#maxRecordBytes = maxRecordBytes;
    const slot = located.indexOf(eventTime.path);
    check(slot >= 0 || eventTime.path === '$timestamp', 'json decoder: event time of a record');
    this.#times = new RowTimes({ slot, unit: eventTime.unit, maxAheadMs: options.maxAheadMs });
    this.#timeSlot = slot;
    this.#timeUnit = eventTime.unit;
    const { memory } = options;
    if (kernelsOn && memory !== undefined) {
      this.#kernel = DecodeKernel.open(memory, located, maxRecordBytes);
    }
    this.#scanner = this.#kernel?.scanner ?? new RecordScanner(located);
  }

  /** Records and values that the kernel has left to its twin so far. */
  get left(): { readonly rows: number; readonly cells: number } {
    return { rows: this.#kernel?.rowsLeft ?? 0, cells: this.#kernel?.cellsLeft ?? 0 };
  }

  /**
   * Whether the last `decode` stopped because a dictionary is full. Then: publish the chunk if it has rows; wait until
   * every cursor has passed the lane's last chunk, for entries of the old epoch are about to be overwritten; `startEpoch`;
   * reset the next chunk with the next epoch; decode on from the record that was returned.
   */
  get dictionaryFull(): boolean {
    return this.#dictionaryFull;
  }

  /** Empties all dictionaries. */
  startEpoch(): void {
    for (const dictionary of this.#dictionaries) dictionary?.reset();
  }

  /**
   * Decodes records from index `from` on into the chunk's free rows, until records or rows run out or a dictionary is
   * full, and returns the index of the next record. The chunk covers offsets up to `nextOffset` afterwards; the caller
   * publishes it. (Once in a blue moon it stops earlier, before a gap of 2^32 offsets: publish and go on.)
   */
  decode(batch: DecoderBatch, from: number, chunk: Chunk): number {
    this.#setSource(batch.bytes);
    this.#dictionaryFull = false;
    let record = from;
    let sampleRoom = SAMPLE_BYTES;
    while (record < batch.count && chunk.rows < chunk.rowsMax) {
      const wanted = Math.min(BLOCK_ROWS, batch.count - record, chunk.rowsMax - chunk.rows);
      const count = this.#decodeBlock(batch, record, chunk, wanted);
      if (count === 0) break;
      sampleRoom = this.#addSamples(batch, record, chunk, count, sampleRoom);
      chunk.rows += count;
      record += count;
      chunk.nextOffset = offsetOfRecord(batch, record - 1) + 1;
    }
    if (record === batch.count) chunk.nextOffset = Math.max(chunk.nextOffset, batch.nextOffset);
    return record;
  }

  #setSource(bytes: Uint8Array): void {
    if (bytes === this.#source) return;
    this.#source = bytes;
    // Of one class, whatever the source made: subclasses would make every access polymorphic.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Returns the rows decoded, at most `wanted`. Nothing of the chunk's header but `flagged` and times has changed. */
  #decodeBlock(batch: DecoderBatch, from: number, chunk: Chunk, wanted: number): number {
    let count = writeOffsets(batch, from, chunk, wanted);
    if (count === 0) return 0;
    const scanner = this.#scanner;
    scanner.values.clear(count);
    const kernel = this.#kernel?.reaches(chunk) ? this.#kernel : undefined;
    const loaded = kernel?.load(batch, from, count) ?? 0;
    if (kernel !== undefined && loaded > 0) {
      return this.#decodeByKernel(kernel, batch, from, chunk, loaded);
    }
    scanner.setSource(this.#bytes, this.#view);
    count = this.#locate(batch, from, count);
    let bytes = this.#bytes;
    if (count === 0) {
      bytes = this.#locateLast(batch, from);
      count = 1;
    }
    this.#times.read(batch, from, count, scanner.values, bytes);
    count = this.#writeColumns(undefined, bytes, batch, from, chunk, count);
    this.#times.write(chunk, count);
    return count;
  }

  /** The same for rows that the kernel has loaded. */
  #decodeByKernel(
    kernel: DecodeKernel,
    batch: DecoderBatch,
    from: number,
    chunk: Chunk,
    count: number,
  ): number {
    const { input, starts, ends, first } = kernel;
    this.#scanner.setSource(input, kernel.inputView);
    const { status } = this.#times;
    status.fill(RowStatus.OK, 0, count);
    let allOk = true;
    for (let row = kernel.locate(0, count); row < count; row = kernel.locate(row + 1, count)) {
      this.#scanner.values.clearRow(row);
      this.#scan(input, starts[first + row]!, ends[first + row]!, row);
      allOk &&= status[row] === RowStatus.OK;
    }
    const plain = allOk && batch.timestamps === null && this.#timeSlot >= 0;
    const writeTimes = (rows: number) =>
      kernel.writeTimes(this.#timeSlot, rows, chunk, this.#timeUnit, batch.timeShiftMs);
    const timed = plain && writeTimes(count);
    if (!timed) this.#times.read(batch, from, count, this.#scanner.values, input);
    const written = this.#writeColumns(kernel, input, batch, from, chunk, count);
    if (!timed) {
      this.#times.write(chunk, written);
      return written;
    }
    if (written < count) writeTimes(written);
    chunk.timeMin = kernel.range[0]!;
    chunk.timeMax = kernel.range[1]!;
    if (chunk.flagged) chunk.status.fill(RowStatus.OK, chunk.rows, chunk.rows + written);
    return written;
  }

  /** Returns the rows written: fewer than `count` when a dictionary is full. */
  #writeColumns(
    kernel: DecodeKernel | undefined,
    bytes: Uint8Array,
    batch: DecoderBatch,
    from: number,
    chunk: Chunk,
    wanted: number,
  ): number {
    const { values } = this.#scanner;
    const firstRow = chunk.rows;
    let count = wanted;
    for (let index = 0; index < chunk.columns.length; index++) {
      const column = chunk.columns[index]!;
      const slot = this.#slots[index]!;
      const dictionary = this.#dictionaries[index];
      const block = { values, bytes, firstRow, from: 0, count };
      let written: number;
      if (slot < 0) {
        const isOk = (i: number) => this.#times.status[i] === RowStatus.OK;
        written = writeRecordColumn({ batch, from, firstRow, count }, column, dictionary, isOk);
      } else if (kernel === undefined) written = writeColumn(block, slot, column, dictionary);
      else written = kernel.writeColumn(block, slot, column, dictionary);
      if (written < count) this.#dictionaryFull = true;
      count = written;
    }
    if (count < wanted) for (const column of chunk.columns) takeBackTags(column, firstRow + count);
    return count;
  }

  /** Scans records up to the first that ends too near the end of the bytes to be read in words. */
  #locate(batch: DecoderBatch, from: number, count: number): number {
    const { starts, ends } = batch;
    const endMax = this.#bytes.length - PADDING_BYTES;
    for (let i = 0; i < count; i++) {
      const end = ends[from + i]!;
      if (end > endMax) return i;
      this.#scan(this.#bytes, starts[from + i]!, end, i);
    }
    return count;
  }

  /** Scans one record in a padded copy, which it returns. */
  #locateLast(batch: DecoderBatch, record: number): Uint8Array {
    const start = batch.starts[record]!;
    const length = Math.min(batch.ends[record]! - start, this.#maxRecordBytes + 1);
    const needed = length + PADDING_BYTES;
    if (this.#tail.length < needed) this.#tail = new Uint8Array(2 * needed);
    const tail = this.#tail;
    tail.set(this.#bytes.subarray(start, start + length));
    this.#scanner.setSource(tail, new DataView(tail.buffer));
    this.#scan(tail, 0, length, 0);
    return tail;
  }

  #scan(bytes: Uint8Array, start: number, end: number, row: number): void {
    let status: number = RowStatus.TOO_LARGE;
    if (end - start <= this.#maxRecordBytes) {
      status = this.#scanner.scan(start, end, row);
      if (status === RowStatus.OK) {
        this.#times.status[row] = status;
        return;
      }
      const isText = status !== RowStatus.MALFORMED || isUtf8(bytes.slice(start, end));
      if (!isText) status = RowStatus.INVALID_UTF8;
    }
    this.#times.status[row] = status;
    this.#scanner.values.clearRow(row);
  }

  /** Keeps heads of records that are invalid or whose values some view cannot take. Returns the room left for more. */
  #addSamples(
    batch: DecoderBatch,
    from: number,
    chunk: Chunk,
    count: number,
    room: number,
  ): number {
    const tagged = chunk.columns.filter((column) => column.tagged);
    if (!chunk.flagged && tagged.length === 0) return room;
    let left = room;
    for (let i = 0; i < count && left > 0; i++) {
      const row = chunk.rows + i;
      let refused = this.#times.status[i] !== RowStatus.OK;
      for (const column of tagged) refused ||= column.tags[row]! >= Tag.TEXT;
      if (!refused) continue;
      const record = this.#bytes.subarray(batch.starts[from + i]!, batch.ends[from + i]!);
      chunk.addSample(row, record);
      left -= 8 + Math.min(record.length, SAMPLE_BYTES_PER_RECORD);
    }
    return left;
  }
}
