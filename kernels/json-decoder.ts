import { isUtf8 } from 'node:buffer';
import {
  type Chunk,
  type ColumnSpec,
  RowStatus,
  SAMPLE_BYTES,
  SAMPLE_BYTES_PER_RECORD,
  Tag,
} from '../runtime/chunk.ts';
import {
  type DictionaryWriter,
  SPOT_INTS,
  SPOT_LENGTH,
  SPOT_START,
} from '../runtime/dictionary-writer.ts';
import { check } from '../runtime/errors.ts';
import { CANONICAL_BYTES_MAX, numberText } from './canonical-number.ts';
import { writeColumn } from './column-writer.ts';
import { type DecoderBatch, offsetOfRecord } from './decoder-batch.ts';
import {
  type EventTimeUnit,
  integerToEpochMs,
  iso8601ToEpochMs,
  numberToEpochMs,
  safeTime,
} from './event-time.ts';
import { PADDING_BYTES } from './json-scanner.ts';
import { unescaped, unescapeText } from './json-text.ts';
import { BLOCK_ROWS, ValueKind } from './located-values.ts';
import { isRecordPath, writeRecordColumn } from './record-columns.ts';
import { RecordScanner } from './record-scanner.ts';

export interface JsonDecoderOptions {
  readonly columns: readonly ColumnSpec[];
  readonly eventTime: { readonly path: string; readonly unit: EventTimeUnit };
  /** Longer records are invalid. */
  readonly maxRecordBytes: number;
  /** How far an event time may be beyond the record's own timestamp, where it has one. */
  readonly maxAheadMs: number;
  /** By column index; undefined for kinds without a dictionary. */
  readonly dictionaries: readonly (DictionaryWriter | undefined)[];
}

/** Offsets a chunk can span: deltas are 32 bits wide. */
const OFFSET_SPAN = 2 ** 32;

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
  readonly #unit: EventTimeUnit;
  /** -1: the event time is the record's timestamp. */
  readonly #timeSlot: number;
  readonly #maxRecordBytes: number;
  readonly #maxAheadMs: number;
  readonly #scanner: RecordScanner;
  readonly #status = new Uint8Array(BLOCK_ROWS);
  readonly #times = new Float64Array(BLOCK_ROWS);
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
    this.#timeSlot = located.indexOf(eventTime.path);
    this.#dictionaries = dictionaries;
    this.#unit = eventTime.unit;
    this.#maxRecordBytes = maxRecordBytes;
    this.#maxAheadMs = options.maxAheadMs;
    this.#scanner = new RecordScanner(located);
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
    let count = this.#placeOffsets(batch, from, chunk, wanted);
    if (count === 0) return 0;
    const scanner = this.#scanner;
    scanner.values.kinds.fill(ValueKind.NULL);
    scanner.setSource(this.#bytes, this.#view);
    count = this.#locate(batch, from, count);
    let bytes = this.#bytes;
    if (count === 0) {
      bytes = this.#locateLast(batch, from);
      count = 1;
    }
    this.#readTimes(batch, from, count, bytes);
    const firstRow = chunk.rows;
    for (const [index, column] of chunk.columns.entries()) {
      const slot = this.#slots[index]!;
      const dictionary = this.#dictionaries[index];
      const written =
        slot >= 0
          ? writeColumn(
              { values: scanner.values, bytes, firstRow, count },
              slot,
              column,
              dictionary,
            )
          : writeRecordColumn(
              { batch, from, firstRow, count },
              column,
              dictionary,
              (i) => this.#status[i] === RowStatus.OK,
            );
      if (written < count) this.#dictionaryFull = true;
      count = written;
    }
    this.#writeTimes(chunk, count);
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
    const copy = new Uint8Array(length + PADDING_BYTES);
    copy.set(this.#bytes.subarray(start, start + length));
    this.#scanner.setSource(copy, new DataView(copy.buffer));
    this.#scan(copy, 0, length, 0);
    return copy;
  }

  #scan(bytes: Uint8Array, start: number, end: number, row: number): void {
    let status: number = RowStatus.TOO_LARGE;
    if (end - start <= this.#maxRecordBytes) {
      status = this.#scanner.scan(start, end, row);
      if (status === RowStatus.OK) {
        this.#status[row] = status;
        return;
      }
      const isText = status !== RowStatus.MALFORMED || isUtf8(bytes.slice(start, end));
      if (!isText) status = RowStatus.INVALID_UTF8;
    }
    this.#status[row] = status;
    this.#scanner.values.clearRow(row);
  }

  #readTimes(batch: DecoderBatch, from: number, count: number, bytes: Uint8Array): void {
    const { timestamps, timeShiftMs } = batch;
    const status = this.#status;
    const times = this.#times;
    for (let i = 0; i < count; i++) {
      times[i] = NaN;
      if (status[i] !== RowStatus.OK) continue;
      const timestamp = timestamps === null ? NaN : timestamps[from + i]!;
      const read = this.#timeSlot < 0 ? Math.floor(timestamp) : this.#readTime(i, bytes);
      const time = safeTime(read + timeShiftMs);
      if (time - timestamp > this.#maxAheadMs) status[i] = RowStatus.TIME_AHEAD;
      else if (!Number.isNaN(time)) times[i] = time;
      else status[i] = this.#isTimeMissing(i) ? RowStatus.TIME_MISSING : RowStatus.TIME_UNREADABLE;
      if (status[i] !== RowStatus.OK) this.#scanner.values.clearRow(i);
    }
  }

  #isTimeMissing(row: number): boolean {
    const { kinds } = this.#scanner.values;
    return this.#timeSlot < 0 || kinds[this.#timeSlot * BLOCK_ROWS + row] === ValueKind.NULL;
  }

  #readTime(row: number, bytes: Uint8Array): number {
    const { kinds, spots, numbers } = this.#scanner.values;
    const cell = this.#timeSlot * BLOCK_ROWS + row;
    const kind = kinds[cell]!;
    const start = spots[cell * SPOT_INTS + SPOT_START]!;
    const end = start + spots[cell * SPOT_INTS + SPOT_LENGTH]!;
    switch (kind) {
      case ValueKind.INTEGER:
        return integerToEpochMs(numbers[cell]!, this.#unit);
      case ValueKind.DECIMAL:
      case ValueKind.NUMBER:
        return numberToEpochMs(numberText(bytes, start, end), this.#unit);
      case ValueKind.TEXT:
        return this.#unit === 'iso8601' ? iso8601ToEpochMs(bytes, start, end) : NaN;
      case ValueKind.ESCAPED_TEXT: {
        const length = unescapeText(bytes, start, end);
        return this.#unit === 'iso8601' ? iso8601ToEpochMs(unescaped, 0, length) : NaN;
      }
      default:
        return NaN;
    }
  }

  #writeTimes(chunk: Chunk, count: number): void {
    const first = chunk.rows;
    let { timeMin, timeMax, flagged } = chunk;
    for (let i = 0; i < count; i++) {
      const time = this.#times[i]!;
      chunk.time[first + i] = time;
      if (time < timeMin) timeMin = time;
      if (time > timeMax) timeMax = time;
      if (this.#status[i] !== RowStatus.OK && !flagged) {
        chunk.status.fill(RowStatus.OK, 0, first + i);
        flagged = true;
      }
      if (flagged) chunk.status[first + i] = this.#status[i]!;
    }
    chunk.timeMin = timeMin;
    chunk.timeMax = timeMax;
    chunk.flagged = flagged;
  }

  /** Writes offset deltas where they are needed; returns how many of the records the chunk can span. */
  #placeOffsets(batch: DecoderBatch, from: number, chunk: Chunk, wanted: number): number {
    const { rows, firstOffset, offsetDelta } = chunk;
    if (!chunk.sparse) {
      let dense = 0;
      while (dense < wanted && offsetOfRecord(batch, from + dense) - firstOffset === rows + dense) {
        dense++;
      }
      if (dense === wanted) return wanted;
      chunk.sparse = true;
      for (let row = 0; row < rows; row++) offsetDelta[row] = row;
    }
    for (let i = 0; i < wanted; i++) {
      const offset = offsetOfRecord(batch, from + i);
      if (offset - firstOffset >= OFFSET_SPAN) {
        if (i === 0) chunk.nextOffset = offset;
        return i;
      }
      offsetDelta[rows + i] = offset - firstOffset;
    }
    return wanted;
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
      let refused = this.#status[i] !== RowStatus.OK;
      for (const column of tagged) refused ||= column.tags[row]! >= Tag.TEXT;
      if (!refused) continue;
      const record = this.#bytes.subarray(batch.starts[from + i]!, batch.ends[from + i]!);
      chunk.addSample(row, record);
      left -= 8 + Math.min(record.length, SAMPLE_BYTES_PER_RECORD);
    }
    return left;
  }
}
