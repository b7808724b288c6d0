import { type Chunk, RowStatus } from '../runtime/chunk.ts';
import { SPOT_INTS, SPOT_LENGTH, SPOT_START } from '../runtime/dictionary-writer.ts';
import { numberText } from './canonical-number.ts';
import type { DecoderBatch } from './decoder-batch.ts';
import {
  type EventTimeUnit,
  integerToEpochMs,
  iso8601ToEpochMs,
  numberToEpochMs,
  safeTime,
} from './event-time.ts';
import { unescaped, unescapeText } from './json-text.ts';
import { BLOCK_ROWS, type LocatedValues, ValueKind } from './located-values.ts';

export interface RowTimesOptions {
  /** Slot of the event time; -1: it is the record's own timestamp. */
  readonly slot: number;
  readonly unit: EventTimeUnit;
  readonly maxAheadMs: number;
}

/** Event times and statuses of a block's rows. */
export class RowTimes {
  /** RowStatus of each row: of its record first, after `read` of its time as well. */
  readonly status: Uint8Array = new Uint8Array(BLOCK_ROWS);
  readonly #times = new Float64Array(BLOCK_ROWS);
  readonly #options: RowTimesOptions;

  constructor(options: RowTimesOptions) {
    this.#options = options;
  }

  /** Reads the times of rows that are OK. Rows that are so no longer lose their values. */
  read(batch: DecoderBatch, from: number, count: number, values: LocatedValues, bytes: Uint8Array) {
    const { timestamps, timeShiftMs } = batch;
    const { slot, maxAheadMs } = this.#options;
    const { status } = this;
    for (let i = 0; i < count; i++) {
      this.#times[i] = NaN;
      if (status[i] !== RowStatus.OK) continue;
      const timestamp = timestamps === null ? NaN : timestamps[from + i]!;
      const cell = slot * BLOCK_ROWS + i;
      const read = slot < 0 ? Math.floor(timestamp) : this.#readTime(values, cell, bytes);
      const time = safeTime(read + timeShiftMs);
      if (Number.isNaN(time)) {
        const isMissing = slot < 0 || values.kinds[cell] === ValueKind.NULL;
        status[i] = isMissing ? RowStatus.TIME_MISSING : RowStatus.TIME_UNREADABLE;
      } else if (time - timestamp > maxAheadMs) {
        status[i] = RowStatus.TIME_AHEAD;
      } else {
        this.#times[i] = time;
        continue;
      }
      values.clearRow(i);
    }
  }

  /** Writes the block's first `count` rows to the chunk's next ones. */
  write(chunk: Chunk, count: number): void {
    const first = chunk.rows;
    const { status } = this;
    let { timeMin, timeMax, flagged } = chunk;
    for (let i = 0; i < count; i++) {
      const time = this.#times[i]!;
      chunk.time[first + i] = time;
      if (time < timeMin) timeMin = time;
      if (time > timeMax) timeMax = time;
      if (status[i] !== RowStatus.OK && !flagged) {
        chunk.status.fill(RowStatus.OK, 0, first + i);
        flagged = true;
      }
      if (flagged) chunk.status[first + i] = status[i]!;
    }
    chunk.timeMin = timeMin;
    chunk.timeMax = timeMax;
    chunk.flagged = flagged;
  }

  #readTime({ kinds, spots, numbers }: LocatedValues, cell: number, bytes: Uint8Array): number {
    const { unit } = this.#options;
    const start = spots[cell * SPOT_INTS + SPOT_START]!;
    const end = start + spots[cell * SPOT_INTS + SPOT_LENGTH]!;
    switch (kinds[cell]) {
      case ValueKind.INTEGER:
        return integerToEpochMs(numbers[cell]!, unit);
      case ValueKind.DECIMAL:
      case ValueKind.NUMBER:
        return numberToEpochMs(numberText(bytes, start, end), unit);
      case ValueKind.TEXT:
        return unit === 'iso8601' ? iso8601ToEpochMs(bytes, start, end) : NaN;
      case ValueKind.ESCAPED_TEXT: {
        const length = unescapeText(bytes, start, end);
        return unit === 'iso8601' ? iso8601ToEpochMs(unescaped, 0, length) : NaN;
      }
      default:
        return NaN;
    }
  }
}
