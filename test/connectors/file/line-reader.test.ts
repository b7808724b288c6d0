import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Blocks } from '../../../connectors/file/blocks.ts';
import { LineReader } from '../../../connectors/file/line-reader.ts';
import { InputMemory } from '../../../kernels/input-memory.ts';
import { Lane } from '../../../runtime/lane.ts';
import { type ReadRecord, readAll, recordsOf } from '../contract/source-suite.ts';

const live = new AbortController().signal;

/** Bytes that come in reads of the given lengths, over and over. */
function blocksOf(bytes: () => Buffer, lengths: readonly number[]): Blocks {
  let [position, reads] = [0, 0];
  return {
    read: async (into, at, length) => {
      const wanted = Math.min(length, lengths[reads++ % lengths.length] ?? length);
      const read = bytes().copy(into, at, position, position + wanted);
      position += read;
      return read;
    },
    close: async () => {},
  };
}

interface Reading {
  readonly lengths: readonly number[];
  readonly blockBytes: number;
  readonly maxRecordBytes: number;
  readonly follow?: boolean;
  /** Whether it reads into the memory of a lane, where the kernel splits. */
  readonly inLane?: boolean;
}

const lane = Lane.create({
  ...{ columns: [], chunkRows: 1, slots: 1 },
  dictionary: { entriesMax: 1, bytesMax: 1 },
});
const memory = InputMemory.open(lane.memory);

function lineReader(bytes: () => Buffer, reading: Reading, marks = new Map<number, number>()) {
  const { lengths, blockBytes, maxRecordBytes, follow = false, inLane = false } = reading;
  return new LineReader(blocksOf(bytes, lengths), {
    ...{ blockBytes, maxRecordBytes, follow, line: 0, position: 0 },
    memory: inLane ? memory : undefined,
    onPosition: (line, position) => marks.set(line, position),
  });
}

/** The same by splitting the whole text, which is ASCII but for the BOM. */
const oracle = (text: string, maxRecordBytes: number): ReadRecord[] =>
  text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((line, offset) => ({ offset, text: line }))
    .filter(({ text: line }) => /[^ \t\r]/.test(line) || line.length > maxRecordBytes)
    .map(({ offset, text: line }) => ({ offset, text: line.slice(0, maxRecordBytes + 1) }));

const lineText = fc.oneof(
  fc.constantFrom('', ' ', '\r', '\t \r', 'a', '{"a":1}', '{"a":1}\r', ' {"a":1}'),
  fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 60 }),
  fc.integer({ min: 60, max: 300 }).map((length) => 'long '.repeat(length / 5)),
);

const text = fc
  .tuple(fc.constantFrom('', '\ufeff'), fc.array(lineText, { maxLength: 12 }), fc.boolean())
  .map(([bom, lines, newline]) => bom + lines.join('\n') + (newline ? '\n' : ''));

const readingOf = (bytesMin: number, bytesMax: number, recordBytesMax: number) =>
  fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: bytesMax }), { minLength: 1, maxLength: 4 }),
    blockBytes: fc.integer({ min: bytesMin, max: bytesMax }),
    maxRecordBytes: fc.integer({ min: 3, max: recordBytesMax }),
    inLane: fc.boolean(),
  });
const reading = fc.oneof(readingOf(3, 40, 30), readingOf(200, 2000, 400));

test('lines are those of the text, whatever the blocks, lengths and counts', async () => {
  await fc.assert(
    fc.asyncProperty(text, reading, fc.integer({ min: 1, max: 5 }), async (input, how, most) => {
      const bytes = Buffer.from(input);
      const marks = new Map<number, number>();
      const { records } = await readAll(
        lineReader(() => bytes, how, marks),
        0,
        most,
      );
      assert.deepEqual(records, oracle(input, how.maxRecordBytes));
      for (const [line, position] of marks) {
        const before = bytes.subarray(0, position).toString();
        const newlines = before.split('\n').length - 1;
        assert.ok(newlines === line || (newlines === line - 1 && position === bytes.length));
      }
    }),
    { numRuns: 400 },
  );
});

test('skipping lines leads to the same rest', async () => {
  await fc.assert(
    fc.asyncProperty(text, reading, fc.nat({ max: 14 }), async (input, how, lines) => {
      const reader = lineReader(() => Buffer.from(input), how);
      const skipped = await reader.skip(lines);
      assert.equal(reader.line, skipped);
      const { records, end } = await readAll(reader, skipped);
      const whole = await readAll(
        lineReader(() => Buffer.from(input), how),
        0,
      );
      assert.equal(end, whole.end);
      assert.equal(skipped, Math.min(lines, whole.end));
      const rest = oracle(input, how.maxRecordBytes).filter(({ offset }) => offset >= skipped);
      assert.deepEqual(records, rest);
    }),
    { numRuns: 300 },
  );
});

test('a growing file gives each line once, when it is whole', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 6 }), reading, async (parts, how) => {
      let grown = '';
      const read: ReadRecord[] = [];
      const reader = lineReader(() => Buffer.from(grown), { ...how, follow: true });
      for (const part of parts.map((each) => each.replace('\ufeff', ''))) {
        grown += part;
        for (;;) {
          const batch = await reader.read(3, live);
          if (batch === 'idle') break;
          assert.ok(batch !== 'end');
          read.push(...recordsOf(batch));
        }
        const whole = grown.slice(0, grown.lastIndexOf('\n') + 1);
        assert.deepEqual(read, oracle(whole, how.maxRecordBytes));
      }
    }),
    { numRuns: 200 },
  );
});

test('a line of any length is read in bounded memory', async () => {
  const sizes: number[] = [];
  let left = 64 * 1024 * 1024;
  const blocks: Blocks = {
    read: async (into, at, length) => {
      sizes.push(into.length);
      const bytes = Math.min(left, length);
      into.fill(0x61, at, at + bytes);
      left -= bytes;
      return bytes;
    },
    close: async () => {},
  };
  const reader = new LineReader(blocks, {
    ...{ blockBytes: 65_536, maxRecordBytes: 100_000, follow: false, line: 0, position: 0 },
    onPosition: () => {},
  });
  const batch = await reader.read(10, live);
  assert.ok(batch !== 'idle' && batch !== 'end');
  assert.equal(batch.ends[0]! - batch.starts[0]!, 100_001);
  assert.equal(batch.nextOffset, 1);
  assert.equal(reader.position, 64 * 1024 * 1024);
  assert.ok(Math.max(...sizes) <= 65_536 + 100_001);
});
