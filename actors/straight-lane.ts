import type { DecoderBatch } from '../kernels/decoder-batch.ts';
import { JsonDecoder } from '../kernels/json-decoder.ts';
import type { Chunk } from '../runtime/chunk.ts';
import type { DictionaryLimits } from '../runtime/dictionary.ts';
import { DictionaryWriter } from '../runtime/dictionary-writer.ts';
import { Lane } from '../runtime/lane.ts';
import { unionColumns } from '../views/columns.ts';
import type { ViewPlan } from '../views/plan.ts';
import type { StreamSpec } from '../views/spec.ts';

const CHUNK_ROWS = 4096;
const ENTRIES_MAX = 1 << 20;
const BYTES_MAX = 32 << 20;

export interface StraightLaneOptions {
  readonly stream: StreamSpec;
  readonly plans: readonly ViewPlan[];
  /** Rows of a chunk at most. */
  readonly chunkRows?: number;
  readonly dictionary?: DictionaryLimits;
}

/**
 * A stream's lane with one slot, decoded into by whoever reads from it. It outlives runs: shared memory is dear to make.
 */
export class StraightLane {
  readonly lane: Lane;
  readonly #decoder: JsonDecoder;
  #epoch = 1;

  constructor({ stream, plans, chunkRows = CHUNK_ROWS, dictionary }: StraightLaneOptions) {
    // A dictionary holds any one value.
    const bytesMax = Math.max(BYTES_MAX, stream.maxRecordBytes);
    this.lane = Lane.create({
      columns: unionColumns(plans.map(({ columns }) => columns)),
      chunkRows,
      slots: 1,
      dictionary: dictionary ?? { entriesMax: ENTRIES_MAX, bytesMax },
    });
    this.#decoder = new JsonDecoder({
      columns: this.lane.options.columns,
      eventTime: stream.eventTime,
      maxRecordBytes: stream.maxRecordBytes,
      maxAheadMs: stream.watermark.maxAheadMs,
      dictionaries: this.lane.dictionaries.map((shared) =>
        shared === undefined ? undefined : new DictionaryWriter(shared),
      ),
      memory: this.lane.memory,
    });
  }

  /** Decodes the batch into chunk after chunk; each is `take`n before the next is made. */
  decode(partition: number, batch: DecoderBatch, take: (chunk: Chunk) => void): void {
    const chunk = this.lane.chunkAt(0);
    let record = 0;
    let position = batch.firstOffset;
    while (record < batch.count || position < batch.nextOffset) {
      chunk.reset(partition, position, this.#epoch);
      record = this.#decoder.decode(batch, record, chunk);
      position = chunk.nextOffset;
      if (chunk.rows > 0 || position > chunk.firstOffset) take(chunk);
      if (this.#decoder.dictionaryFull) this.#newEpoch();
    }
  }

  /** What codes meant so far is forgotten. */
  #newEpoch(): void {
    this.#decoder.startEpoch();
    this.#epoch++;
  }
}
