/** Decodes records for tests: into chunks of a lane, and back into plain values. */

import type { DecoderBatch } from '../../kernels/decoder-batch.ts';
import { JsonDecoder, type JsonDecoderOptions } from '../../kernels/json-decoder.ts';
import type { ChunkColumn, ColumnSpec } from '../../runtime/chunk.ts';
import { rowStatusReasons, Tag } from '../../runtime/chunk.ts';
import { type Dictionary, EntryType } from '../../runtime/dictionary.ts';
import { DictionaryWriter, entryText } from '../../runtime/dictionary-writer.ts';
import { Lane } from '../../runtime/lane.ts';

export interface DecodedRow {
  readonly offset: number;
  readonly status: string;
  readonly time: number;
  readonly values: readonly string[];
}

/** Records with `gap` between them, in one buffer; `padding` more bytes at its end. */
export function batchOf(
  records: readonly (string | Uint8Array)[],
  options: Partial<DecoderBatch> & { gap?: string; padding?: number } = {},
): DecoderBatch {
  const { gap = '', padding = 0, ...rest } = options;
  const encoded = records.map((record) => Buffer.from(record));
  const between = Buffer.from(gap);
  const parts = encoded.flatMap((record) => [record, between]);
  const bytes = Buffer.concat([...parts, Buffer.alloc(padding, 'x')]);
  const starts = new Uint32Array(records.length);
  const ends = new Uint32Array(records.length);
  let at = 0;
  for (const [index, record] of encoded.entries()) {
    starts[index] = at;
    ends[index] = at + record.length;
    at += record.length + between.length;
  }
  const firstOffset = rest.firstOffset ?? 0;
  return {
    count: records.length,
    bytes,
    starts,
    ends,
    firstOffset,
    nextOffset: firstOffset + records.length,
    offsets: null,
    timestamps: null,
    timeShiftMs: 0,
    ...rest,
  };
}

export interface DecodingOptions extends Partial<Omit<JsonDecoderOptions, 'memory'>> {
  /** Given as undefined: by the twin alone. */
  readonly memory?: WebAssembly.Memory | undefined;
  readonly columns: readonly ColumnSpec[];
  readonly chunkRows?: number;
  readonly entriesMax?: number;
  readonly bytesMax?: number;
}

/** A decoder with its lane. */
export function decoding(options: DecodingOptions) {
  const { columns, chunkRows = 64, entriesMax = 4096, bytesMax = 1 << 21, ...rest } = options;
  const dictionary = { entriesMax, bytesMax };
  const lane = Lane.create({ columns, chunkRows, slots: 1, dictionary });
  const dictionaries = lane.dictionaries.map((shared) => shared && new DictionaryWriter(shared));
  const { memory = 'memory' in rest ? undefined : lane.memory, ...others } = rest;
  const decoder = new JsonDecoder({
    eventTime: { path: 'ts', unit: 'ms' },
    maxRecordBytes: 1 << 20,
    maxAheadMs: Infinity,
    dictionaries,
    ...others,
    ...(memory && { memory }),
    columns,
  });
  return { lane, decoder, dictionaries };
}

/** Decodes batches into chunk after chunk, with new epochs where dictionaries are full, and reads all rows back. */
export function decodeAll(options: DecodingOptions, batches: readonly DecoderBatch[]) {
  const { lane, decoder } = decoding(options);
  const chunk = lane.chunkAt(0);
  const rows: DecodedRow[] = [];
  let epochs = 1;
  let chunks = 0;
  const flush = (nextOffset: number) => {
    if (chunk.rows > 0) chunks++;
    for (let row = 0; row < chunk.rows; row++) rows.push(readRow(lane, row));
    chunk.reset(0, nextOffset, epochs);
  };
  chunk.reset(0, batches[0]?.firstOffset ?? 0, epochs);
  for (const batch of batches) {
    for (let record = 0; record < batch.count; ) {
      record = decoder.decode(batch, record, chunk);
      if (record < batch.count) flush(chunk.nextOffset);
      if (decoder.dictionaryFull) {
        decoder.startEpoch();
        epochs++;
        chunk.reset(0, chunk.firstOffset, epochs);
      }
    }
  }
  const nextOffset = chunk.nextOffset;
  flush(nextOffset);
  return { rows, epochs, chunks, nextOffset };
}

function readRow(lane: Lane, row: number): DecodedRow {
  const chunk = lane.chunkAt(0);
  return {
    offset: chunk.offsetOf(row),
    status: rowStatusReasons[chunk.flagged ? chunk.status[row]! : 0]!,
    time: chunk.time[row]!,
    values: chunk.columns.map((column, index) => readValue(column, lane.dictionaries[index], row)),
  };
}

const tagNames = new Map(Object.entries(Tag).map(([name, tag]) => [Number(tag), name]));
const typeNames = new Map(Object.entries(EntryType).map(([name, type]) => [Number(type), name]));

export const showEntry = (dictionary: Dictionary, code: number): string =>
  `${typeNames.get(dictionary.types[code]!)} ${entryText(dictionary, code)}`;

/** A value as text: the tag's name where there is none, `TYPE text` of entries, `#low high` of hashes. */
function readValue(column: ChunkColumn, dictionary: Dictionary | undefined, row: number): string {
  const tag = column.tagged ? column.tags[row]! : Tag.PRESENT;
  const entry = () => (dictionary ? showEntry(dictionary, column.codes[row]!) : 'no dictionary');
  if (tag === Tag.TEXT && column.kind === 'value') return entry();
  if (tag !== Tag.PRESENT) return tagNames.get(tag) ?? `tag ${tag}`;
  if (column.kind === 'dict32') return entry();
  if (column.kind === 'hash64') return `#${column.hashLow[row]} ${column.hashHigh[row]}`;
  const number = column.numbers[row]!;
  return Object.is(number, -0) ? '-0' : String(number);
}
