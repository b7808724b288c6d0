/** The decode kernel against its TypeScript twin: every byte of columns, tags, times, statuses, samples and dictionaries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { DecoderBatch } from '../../kernels/decoder-batch.ts';
import { InputMemory } from '../../kernels/input-memory.ts';
import type { Chunk, ColumnSpec } from '../../runtime/chunk.ts';
import { batchOf, type DecodingOptions, decoding } from './decoding.ts';
import { type Draw, drawFrom, mutate, pick, randomRecord } from './random-records.ts';

const hex = (array: Uint8Array | Uint32Array | Float64Array, count: number) =>
  Buffer.from(array.slice(0, count).buffer).toString('hex');

/** All of a chunk that its readers may look at. */
function chunkBytes(chunk: Chunk): string[] {
  const { rows } = chunk;
  const header = [chunk.firstOffset, chunk.nextOffset, chunk.timeMin, chunk.timeMax, chunk.epoch];
  const columns = chunk.columns.flatMap((column) => [
    `${column.kind} ${column.spec.path} ${column.tagged}`,
    ...[column.numbers, column.codes, column.hashLow, column.hashHigh].map((a) => hex(a, rows)),
    column.tagged ? hex(column.tags, rows) : '',
  ]);
  const samples = Array.from({ length: rows }, (_, row) => chunk.sampleOf(row));
  return [
    `${rows} ${header} ${chunk.flagged} ${chunk.sparse}`,
    hex(chunk.time, rows),
    chunk.flagged ? hex(chunk.status, rows) : '',
    chunk.sparse ? hex(chunk.offsetDelta, rows) : '',
    samples.map((sample) => (sample ? Buffer.from(sample).toString('hex') : '-')).join(' '),
    ...columns,
  ];
}

/** The same batch in memory that the kernel reads in place; as it is where there is none. */
function inPlace(batch: DecoderBatch, input: InputMemory | undefined): DecoderBatch {
  const bytes = input?.take(batch.bytes.length);
  const starts = input?.takeWords(batch.count);
  const ends = input?.takeWords(batch.count);
  if (bytes === undefined || starts === undefined || ends === undefined) return batch;
  bytes.set(batch.bytes);
  starts.set(batch.starts.subarray(0, batch.count));
  ends.set(batch.ends.subarray(0, batch.count));
  return { ...batch, bytes, starts, ends };
}

/** Decodes all batches, chunk after chunk and epoch after epoch; what each chunk and its dictionaries held. */
function decoded(options: DecodingOptions, given: readonly DecoderBatch[], inLane = false) {
  const { lane, decoder, dictionaries } = decoding(options);
  const input = inLane ? InputMemory.open(lane.memory) : undefined;
  const batches = given.map((batch) => inPlace(batch, input));
  const chunk = lane.chunkAt(0);
  const seen: string[][] = [];
  let epoch = 1;
  chunk.reset(0, batches[0]?.firstOffset ?? 0, epoch);
  let codesMax = dictionaries.map(() => 0);
  const take = () => {
    codesMax = codesMax.map((before, index) => {
      return chunk.columns[index]!.codes.subarray(0, chunk.rows).reduce(
        (a, b) => Math.max(a, b),
        before,
      );
    });
    const entries = dictionaries.map((writer, index) => {
      if (writer === undefined) return '';
      const { starts, lengths, hashLow, hashHigh, types, bytes } = writer.dictionary;
      // One that is full may hold entries of rows that are decoded again: of how many, blocks decide, which are cut
      // differently. They end with the epoch; no chunk has their codes.
      const last = decoder.dictionaryFull ? codesMax[index]! : writer.entries;
      const arrays = [starts, lengths, hashLow, hashHigh].map((array) => hex(array, last + 1));
      return [...arrays, hex(types, last + 1), hex(bytes, starts[last]! + lengths[last]!)].join(
        '|',
      );
    });
    seen.push([...chunkBytes(chunk), ...entries]);
    if (decoder.dictionaryFull) {
      decoder.startEpoch();
      epoch++;
      codesMax = dictionaries.map(() => 0);
    }
    chunk.reset(0, chunk.nextOffset, epoch);
  };
  for (const batch of batches) {
    for (let record = 0; record < batch.count; ) {
      record = decoder.decode(batch, record, chunk);
      if (record < batch.count) take();
    }
  }
  take();
  return { seen, left: decoder.left };
}

/** Decodes both ways; returns what the kernel left to its twin. */
function f(options: DecodingOptions, batches: readonly DecoderBatch[]) {
  const byKernel = decoded(options, batches);
  const byTwin = decoded({ ...options, memory: undefined }, batches);
  assert.deepEqual(byTwin.left, { rows: 0, cells: 0 });
  assert.deepEqual(decoded(options, batches, true).seen, byTwin.seen);
  assert.deepEqual(byKernel.seen, byTwin.seen);
  return byKernel.left;
}

const kinds = ['f64', 'dict32', 'hash64', 'value'] as const;
const paths = ['a', 'b', 'b.c', 'x', 'c', 'é', '__proto__', '', 'b.c.a', 'ts'];

function randomColumns(draw: Draw): ColumnSpec[] {
  const columns: ColumnSpec[] = [];
  for (const path of paths) {
    for (const kind of kinds) if (draw(3) === 0) columns.push({ path, kind });
  }
  if (draw(4) === 0) columns.push({ path: '$offset', kind: 'dict32' });
  return columns;
}

function fuzz(seed: number): void {
  const draw = drawFrom(seed);
  const columns = randomColumns(draw);
  const mutated = 1 + draw(6);
  const records = Array.from({ length: 400 }, () => {
    const record = Buffer.from(randomRecord(draw));
    return draw(mutated) === 0 ? mutate(draw, record) : record;
  });
  const timestamps = draw(3) === 0 ? Float64Array.from(records, () => draw(2e9)) : null;
  const shape = { gap: pick(draw, ['', '\n', '"', '}', ']]]]', ',1', 'e1', '.5']) };
  const batches = [records.slice(0, 150), records.slice(150)].map((some, index) =>
    batchOf(some, {
      ...shape,
      padding: draw(20),
      firstOffset: 150 * index,
      timeShiftMs: draw(3) === 0 ? draw(1e9) : 0,
      timestamps: timestamps?.subarray(150 * index) ?? null,
    }),
  );
  const [entriesMax, bytesMax] = draw(3) === 0 ? [20 + draw(50), 2000] : [4096, 1 << 21];
  f(
    {
      columns,
      chunkRows: pick(draw, [1, 7, 64, 1000]),
      maxRecordBytes: draw(4) === 0 ? 600 : bytesMax,
      entriesMax,
      bytesMax,
      maxAheadMs: draw(2) === 0 ? Infinity : 1000,
      eventTime: pick(draw, [
        { path: 'ts', unit: 'ms' },
        { path: 'ts', unit: 's' },
        { path: 'ts', unit: 'us' },
        { path: 'b.c', unit: 'ns' },
        { path: 'x', unit: 'iso8601' },
      ] as const),
    },
    batches,
  );
}

test('any records: every byte as the twin makes it', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => fuzz(seed)),
    { numRuns: Number(process.env.LA_FUZZ_RUNS ?? 60) },
  );
});

const columnsOf = (path: string): ColumnSpec[] => kinds.map((kind) => ({ path, kind }));

test('plain records are left by none: texts, numbers, words, nested, in the order they came before', () => {
  const value = (i: number) =>
    [i, -i - 1, i / 4, `"client ${i * 7}"`, `"é${i}"`, 'true', 'false', 'null', '[1,{"z":[]}]'][
      i % 9
    ];
  const records = Array.from(
    { length: 3000 },
    (_, i) =>
      `{"ts":${1.7e12 + i},"skip":{"a":[${i},"\\n"]},"x":${value(i)},"b":{"c":{"a":"${i % 50}"},"d":1},"n":${i}}`,
  );
  const columns = [...columnsOf('x'), ...columnsOf('b.c.a'), { path: 'n', kind: 'f64' } as const];
  const left = f({ columns, chunkRows: 1000 }, [batchOf(records, { gap: '\n' })]);
  // The first teaches the keys. Of values, the first to need a tag, once a column and chunk, and decimals in two columns.
  assert.ok(left.rows <= 2, `${left.rows} rows left`);
  assert.ok(left.cells <= 2 * 334 + 3 * 4 + 1, `${left.cells} cells left`);
});

test('lengths of texts and numbers, around what is read at a time', () => {
  const lengths = Array.from({ length: 140 }, (_, length) => length);
  const texts = lengths.flatMap((length) => {
    const text = 'abcdefghijklmnopqrstuvwxyz'.repeat(6).slice(0, length);
    return Array.from({ length: 5 }, (_, i) => `{"ts":1,"x":"${text}${'!'.repeat(i % 2)}"}`);
  });
  const digits = lengths.slice(1, 25).flatMap((length) => {
    const text = '9876543210'.repeat(3).slice(0, length);
    return ['', '-'].flatMap((sign) =>
      ['', '.5', '.', 'e1', 'E', 'x'].map((rest) => `{"ts":1,"x":${sign}${text}${rest}}`),
    );
  });
  f({ columns: columnsOf('x'), chunkRows: 512 }, [batchOf([...texts, ...digits])]);
});

test('every byte in a string: wanted, skipped, and in a key', () => {
  const plain = '{"ts":1,"x":"a","skip":"b","key":[{"c":1}]}';
  const records = Array.from({ length: 256 }, (_, byte) =>
    ['"a', '"b', '"c'].flatMap((before) => {
      const at = plain.indexOf(before, 8) + 2;
      const [head, tail] = [plain.slice(0, at), plain.slice(at)];
      return [plain, Buffer.concat([Buffer.from(head), Buffer.of(byte), Buffer.from(tail)])];
    }),
  ).flat();
  f({ columns: columnsOf('x'), chunkRows: 512 }, [batchOf(records, { gap: '\n' })]);
});

test('records too long for a block, or for the stream', () => {
  const long = (bytes: number) => `{"ts":1,"x":"${'y'.repeat(bytes)}"}`;
  const records = [1, 300_000, 10, 262_000, 262_100, 20, 700_000, 5, 130_000, 131_000, 132_000];
  const batch = batchOf(records.map(long), { gap: '\n' });
  f({ columns: columnsOf('x'), maxRecordBytes: 500_000 }, [batch]);
});

test('a dictionary of many entries', () => {
  const records = Array.from(
    { length: 30_000 },
    (_, i) => `{"ts":${i},"x":"k${(i * 7919) % 20_011}"}`,
  );
  const columns = columnsOf('x').filter(({ kind }) => kind !== 'f64');
  const options = { columns, chunkRows: 4096, entriesMax: 50_000 };
  const left = f(options, [batchOf(records, { gap: '\n' })]);
  assert.ok(left.rows <= 2);
});
