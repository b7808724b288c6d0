import { check } from '../../runtime/errors.ts';
import type {
  PartitionInfo,
  PartitionReader,
  RecordBatch,
  Source,
  SourceContext,
  Start,
} from '../contract.ts';
import { connectorError } from '../errors.ts';
import { createPacer, PacedReader, type Pacer } from '../rate.ts';
import type { GeneratorOptions } from './options.ts';
import { RECORD_BYTES_MAX, RecordGenerator, type RecordParts, recordParts } from './records.ts';

const PARTITION = 'generator';
const BATCH_RECORDS_MAX = 8192;

export const openGeneratorSource = async (options: GeneratorOptions, context: SourceContext) =>
  new GeneratorSource(options, context);

/** One bounded partition of `rows` records; any offset is reached by drawing up to it again. */
export class GeneratorSource implements Source {
  readonly #options: GeneratorOptions;
  readonly #eventTime: SourceContext['eventTime'];
  readonly #pacer: Pacer | null;
  #parts: RecordParts | undefined;

  constructor(options: GeneratorOptions, context: SourceContext) {
    this.#options = options;
    this.#eventTime = context.eventTime;
    this.#pacer = createPacer(options.rate, context.clock, context.eventTime);
  }

  async partitions(): Promise<readonly PartitionInfo[]> {
    return [{ id: PARTITION, bounded: true }];
  }

  async resolveStart(partition: string, start: Start): Promise<number> {
    if (start === 'earliest') return 0;
    if (start === 'latest') return this.#options.rows;
    const reader = this.#reader(partition, 0);
    const { signal } = new AbortController();
    for (;;) {
      const batch = await reader.read(BATCH_RECORDS_MAX, signal);
      if (batch === 'end') return this.#options.rows;
      for (let row = 0; row < batch.count; row++) {
        const record = batch.bytes.subarray(batch.starts[row], batch.ends[row]);
        if (this.#eventTime(record) >= start.timeMs) return batch.firstOffset + row;
      }
    }
  }

  async open(
    partition: string,
    offset: number,
    fingerprint: string | null,
  ): Promise<PartitionReader> {
    const now = this.#optionsText();
    if (fingerprint !== null && fingerprint !== now) {
      throw connectorError('LA_GENERATOR_CHANGED', { was: fingerprint, now });
    }
    const reader = this.#reader(partition, offset);
    return this.#pacer === null ? reader : new PacedReader(reader, this.#pacer);
  }

  #reader(partition: string, offset: number): GeneratorReader {
    check(partition === PARTITION, 'the generator has one partition');
    const { rows } = this.#options;
    if (offset > rows) throw connectorError('LA_OFFSET_PAST_END', { partition, end: rows, offset });
    this.#parts ??= recordParts(this.#options);
    return new GeneratorReader(this.#parts, offset);
  }

  async fingerprint(): Promise<string> {
    return this.#optionsText();
  }

  /** What the records depend on: the first k of them do not depend on `rows`. */
  #optionsText(): string {
    const { seed, clients, aps, sites, orgs, disorder_ms, rows_per_min, start_ms } = this.#options;
    return JSON.stringify({ seed, clients, aps, sites, orgs, disorder_ms, rows_per_min, start_ms });
  }

  async close(): Promise<void> {
    this.#parts = undefined;
  }
}

class GeneratorReader implements PartitionReader {
  readonly #rows: number;
  readonly #generator: RecordGenerator;
  #bytes = Buffer.alloc(0);
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #closed = false;

  constructor(parts: RecordParts, offset: number) {
    this.#rows = parts.options.rows;
    this.#generator = new RecordGenerator(parts);
    this.#generator.skip(offset);
  }

  async read(maxRecords: number, signal: AbortSignal): Promise<RecordBatch | 'end'> {
    signal.throwIfAborted();
    check(!this.#closed, 'read after close');
    const firstOffset = this.#generator.row;
    const count = Math.min(maxRecords, BATCH_RECORDS_MAX, this.#rows - firstOffset);
    if (count === 0) return 'end';
    this.#reserve(count);
    const [bytes, starts, ends] = [this.#bytes, this.#starts, this.#ends];
    let at = 0;
    for (let row = 0; row < count; row++) {
      starts[row] = at;
      at = this.#generator.write(bytes, at);
      ends[row] = at;
    }
    const nextOffset = firstOffset + count;
    const none = { offsets: null, timestamps: null, timeShiftMs: 0 };
    return { count, bytes, starts, ends, firstOffset, nextOffset, ...none };
  }

  #reserve(records: number): void {
    if (this.#starts.length >= records) return;
    this.#bytes = Buffer.allocUnsafeSlow(records * RECORD_BYTES_MAX);
    this.#starts = new Uint32Array(records);
    this.#ends = new Uint32Array(records);
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
