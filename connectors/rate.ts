/** How fast a replayed source goes: as fast as it can, in step with event time, or so many rows a second. */
import { z } from 'zod';
import type { Clock } from '../runtime/clock.ts';
import type { PartitionReader, RecordBatch } from './contract.ts';

const pattern = /^(?:max|(\d+(?:\.\d+)?)(x|\/s))$/;

export const rateOption = z
  .string()
  .regex(
    pattern,
    'a rate is "max", a multiple of event time such as "60x", or rows such as "500/s"',
  )
  .refine((text) => !/^[0.]+(x|\/s)$/.test(text), 'a rate must be above 0')
  .default('max')
  .describe(
    '"max", a multiple of event time ("60x"), or rows a second over all partitions ("500/s").',
  );

/** Seconds of unused rows that a source may catch up with at once, after it was held back. */
const BURST_SECONDS = 1;

/** Decides how many of a batch's records, from `from` on, are due. Shared by the partitions of one source. */
export interface Pacer {
  due(batch: RecordBatch, from: number, maxRecords: number): number;
}

/** Null for "max". Event times are those of `eventTime` plus the batch's shift. */
export function createPacer(
  rate: string,
  clock: Clock,
  eventTime: (record: Uint8Array) => number,
): Pacer | null {
  const [, amount, unit] = pattern.exec(rate) ?? [];
  if (amount === undefined) return null;
  return unit === 'x'
    ? eventTimePacer(Number(amount), clock, eventTime)
    : rowPacer(Number(amount), clock);
}

function rowPacer(rowsPerSecond: number, clock: Clock): Pacer {
  let last = clock.mono();
  let allowance = 0;
  return {
    due(batch, from, maxRecords) {
      const now = clock.mono();
      allowance += ((now - last) / 1000) * rowsPerSecond;
      allowance = Math.min(allowance, Math.max(1, rowsPerSecond * BURST_SECONDS));
      last = now;
      const count = Math.min(Math.floor(allowance), batch.count - from, maxRecords);
      allowance -= count;
      return count;
    },
  };
}

/** The first event time that any partition shows stands for the moment it was seen; records without one are due. */
function eventTimePacer(
  factor: number,
  clock: Clock,
  eventTime: (record: Uint8Array) => number,
): Pacer {
  let startMono = 0;
  let startTime = Number.NaN;
  return {
    due(batch, from, maxRecords) {
      const until = Math.min(batch.count, from + maxRecords);
      for (let row = from; row < until; row++) {
        const record = batch.bytes.subarray(batch.starts[row]!, batch.ends[row]!);
        const time = eventTime(record) + batch.timeShiftMs;
        if (Number.isNaN(startTime)) {
          startTime = time;
          startMono = clock.mono();
        }
        if (time > startTime + (clock.mono() - startMono) * factor) return row - from;
      }
      return until - from;
    },
  };
}

/** Hands out of `reader` what is due; `idle` while nothing is. */
export class PacedReader implements PartitionReader {
  readonly #reader: PartitionReader;
  readonly #pacer: Pacer;
  #batch: RecordBatch | null = null;
  #from = 0;

  constructor(reader: PartitionReader, pacer: Pacer) {
    this.#reader = reader;
    this.#pacer = pacer;
  }

  async read(maxRecords: number, signal: AbortSignal): Promise<RecordBatch | 'idle' | 'end'> {
    signal.throwIfAborted();
    if (this.#batch === null) {
      const batch = await this.#reader.read(maxRecords, signal);
      if (batch === 'idle' || batch === 'end') return batch;
      if (batch.count === 0) return batch;
      this.#batch = batch;
      this.#from = 0;
    }
    const batch = this.#batch;
    const from = this.#from;
    const count = this.#pacer.due(batch, from, maxRecords);
    if (count === 0) return 'idle';
    this.#from = from + count;
    if (this.#from === batch.count) this.#batch = null;
    return sliceOf(batch, from, this.#from);
  }

  /** What holds it back is time, once it has records. */
  get tells(): boolean {
    return this.#batch === null && this.#reader.tells !== false;
  }

  close(): Promise<void> {
    this.#batch = null;
    return this.#reader.close();
  }
}

function sliceOf(batch: RecordBatch, from: number, to: number): RecordBatch {
  const offsetOf = (row: number) => batch.offsets?.[row] ?? batch.firstOffset + row;
  return {
    ...batch,
    count: to - from,
    starts: batch.starts.subarray(from, to),
    ends: batch.ends.subarray(from, to),
    firstOffset: from === 0 ? batch.firstOffset : offsetOf(from),
    nextOffset: to === batch.count ? batch.nextOffset : offsetOf(to),
    offsets: batch.offsets?.subarray(from, to) ?? null,
    timestamps: batch.timestamps?.subarray(from, to) ?? null,
  };
}
