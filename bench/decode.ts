/**
 * Rows decoded per second and per CPU-second: JSON.parse and columns against the decoder, over the columns of LA-8.
 *   node bench/decode.ts FILE [ROUNDS]
 * FILE is NDJSON; rounds alternate, medians are printed.
 */
import { readFileSync } from 'node:fs';
import type { DecoderBatch } from '../kernels/decoder-batch.ts';
import { JsonDecoder } from '../kernels/json-decoder.ts';
import type { Chunk, ColumnSpec } from '../runtime/chunk.ts';
import { EntryType } from '../runtime/dictionary.ts';
import { DictionaryWriter } from '../runtime/dictionary-writer.ts';
import { hash64, hashed } from '../runtime/hash.ts';
import { Lane } from '../runtime/lane.ts';

const COLUMNS: readonly ColumnSpec[] = [
  { path: 'ts', kind: 'f64' },
  { path: 'org', kind: 'dict32' },
  { path: 'site', kind: 'dict32' },
  { path: 'ap', kind: 'dict32' },
  { path: 'client', kind: 'dict32' },
  { path: 'client', kind: 'hash64' },
  { path: 'rssi', kind: 'f64' },
  { path: 'bytes_tx', kind: 'f64' },
  { path: 'bytes_rx', kind: 'f64' },
  { path: 'band', kind: 'dict32' },
];
const CHUNK_ROWS = 4096;
const BATCH_BYTES = 1 << 20;
const DICTIONARY = { entriesMax: 1 << 20, bytesMax: 1 << 25 };

/** Batches of about a mebibyte of lines. */
function batchesOf(bytes: Uint8Array): DecoderBatch[] {
  const batches: DecoderBatch[] = [];
  for (let at = 0, offset = 0; at < bytes.length; ) {
    const starts: number[] = [];
    const ends: number[] = [];
    const first = at;
    while (at < bytes.length && at - first < BATCH_BYTES) {
      const newline = bytes.indexOf(10, at);
      const end = newline < 0 ? bytes.length : newline;
      starts.push(at - first);
      ends.push(end - first);
      at = end + 1;
    }
    const count = starts.length;
    batches.push({
      count,
      bytes: bytes.subarray(first, at),
      starts: Uint32Array.from(starts),
      ends: Uint32Array.from(ends),
      firstOffset: offset,
      nextOffset: offset + count,
      offsets: null,
      timestamps: null,
      timeShiftMs: 0,
    });
    offset += count;
  }
  return batches;
}

function decoderVariant(batches: readonly DecoderBatch[], columns: readonly ColumnSpec[]) {
  const lane = Lane.create({ columns, chunkRows: CHUNK_ROWS, slots: 4, dictionary: DICTIONARY });
  const dictionaries = lane.dictionaries.map((shared) => shared && new DictionaryWriter(shared));
  const eventTime = { path: 'ts', unit: 'ms' } as const;
  return () => {
    const decoder = new JsonDecoder({
      columns,
      eventTime,
      maxRecordBytes: 1 << 20,
      maxAheadMs: Infinity,
      dictionaries,
      memory: lane.memory,
    });
    decoder.startEpoch();
    return eachChunk(lane, batches, (batch, from, chunk) => decoder.decode(batch, from, chunk));
  };
}

/** What one would write without a decoder: parse every record, look codes up by string. */
function parseVariant(batches: readonly DecoderBatch[], columns: readonly ColumnSpec[]) {
  const lane = Lane.create({ columns, chunkRows: CHUNK_ROWS, slots: 4, dictionary: DICTIONARY });
  const scratch = new Uint8Array(1024);
  return () => {
    const codes = columns.map(() => new Map<string, number>());
    return eachChunk(lane, batches, (batch, from, chunk) => {
      const text = Buffer.from(batch.bytes.buffer, batch.bytes.byteOffset, batch.bytes.length);
      let record = from;
      for (; record < batch.count && chunk.rows < chunk.rowsMax; record++) {
        const row = chunk.rows;
        const value = JSON.parse(text.toString('utf8', batch.starts[record]!, batch.ends[record]!));
        chunk.time[row] = value.ts;
        for (let i = 0; i < chunk.columns.length; i++) {
          const column = chunk.columns[i]!;
          const cell = value[column.spec.path];
          if (column.kind === 'f64') column.numbers[row] = cell;
          else if (column.kind === 'dict32') {
            const known = codes[i]!.get(cell);
            const code = known ?? codes[i]!.size + 1;
            if (known === undefined) codes[i]!.set(cell, code);
            column.codes[row] = code;
          } else {
            const { written } = new TextEncoder().encodeInto(cell, scratch);
            hash64(EntryType.TEXT, scratch, 0, written);
            column.hashLow[row] = hashed.low;
            column.hashHigh[row] = hashed.high;
          }
        }
        chunk.rows = row + 1;
      }
      return record;
    });
  };
}

/** Decodes all into chunks; returns a checksum over them. */
function eachChunk(
  lane: Lane,
  batches: readonly DecoderBatch[],
  decode: (batch: DecoderBatch, from: number, chunk: Chunk) => number,
): number {
  let sequence = 0;
  let sum = 0;
  let chunk = lane.chunkAt(sequence);
  chunk.reset(0, 0, 1);
  for (const batch of batches) {
    for (let record = 0; record < batch.count; ) {
      record = decode(batch, record, chunk);
      if (chunk.rows < chunk.rowsMax) continue;
      sum += checksum(chunk);
      const next = batch.firstOffset + record;
      chunk = lane.chunkAt(++sequence);
      chunk.reset(0, next, 1);
    }
  }
  return sum + checksum(chunk);
}

/** Of the last row: equal for all variants, and next to nothing of the time. */
function checksum({ rows, columns, time }: Chunk): number {
  if (rows === 0) return 0;
  let sum = time[rows - 1]! % 1e6;
  for (const column of columns) {
    const cells =
      column.kind === 'f64'
        ? column.numbers
        : column.kind === 'dict32'
          ? column.codes
          : column.hashLow;
    sum += cells[rows - 1]! % 1e6;
  }
  return sum;
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1]!;

function main([file, roundsText = '7']: readonly string[]): void {
  if (file === undefined) throw new Error('usage: node bench/decode.ts FILE [ROUNDS]');
  const batches = batchesOf(readFileSync(file));
  const rows = batches.reduce((sum, { count }) => sum + count, 0);
  const noClientCode = COLUMNS.filter(({ path, kind }) => path !== 'client' || kind === 'hash64');
  const variants = [
    { name: 'JSON.parse', run: parseVariant(batches, COLUMNS), wall: [0], cpu: [0], sum: 0 },
    { name: 'decoder', run: decoderVariant(batches, COLUMNS), wall: [0], cpu: [0], sum: 0 },
    {
      name: 'decoder, client hash64 only',
      run: decoderVariant(batches, noClientCode),
      wall: [0],
      cpu: [0],
      sum: 0,
    },
  ];
  for (let round = -2; round < Number(roundsText); round++) {
    if (round === 0) for (const variant of variants) Object.assign(variant, { wall: [], cpu: [] });
    for (const variant of variants) {
      const cpu = process.cpuUsage();
      const begun = performance.now();
      variant.sum = variant.run();
      variant.wall.push((performance.now() - begun) / 1000);
      const { user, system } = process.cpuUsage(cpu);
      variant.cpu.push((user + system) / 1e6);
    }
  }
  const base = median(variants[0]!.cpu);
  console.log(`${rows} rows; medians of ${roundsText} rounds`);
  for (const { name, wall, cpu, sum } of variants) {
    const perCpu = rows / median(cpu);
    console.log(
      `${name.padEnd(28)} ${(rows / median(wall) / 1e6).toFixed(2)} M rows/s  ${(perCpu / 1e6).toFixed(2)} M rows/CPU-s` +
        `  ${(1e9 / perCpu).toFixed(0)} ns/row  ${(base / median(cpu)).toFixed(2)}x  checksum ${sum}`,
    );
  }
}

main(process.argv.slice(2));
