/** What decoders read: consecutive records of one partition as bytes, as sources deliver them. */
export interface DecoderBatch {
  readonly count: number;
  /** Somewhat faster when 16 more bytes follow the last record: without them it is copied. */
  readonly bytes: Uint8Array;
  /** Record r is bytes [starts[r], ends[r]). */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Offset of the first position covered and the one after the last, records or not. */
  readonly firstOffset: number;
  readonly nextOffset: number;
  /** Offset of each record; null when record r is at firstOffset + r. */
  readonly offsets: Float64Array | null;
  /** The records' own timestamps, epoch ms; null where the source has none. */
  readonly timestamps: Float64Array | null;
  /** Added to every event time. */
  readonly timeShiftMs: number;
  /** The partition's id, for `$partition`; null there when it is not given. */
  readonly partition?: string;
}

export const offsetOfRecord = (batch: DecoderBatch, record: number): number =>
  batch.offsets === null ? batch.firstOffset + record : batch.offsets[record]!;
