import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ResultLines } from '../../../connectors/file/result-lines.ts';
import type { Json } from '../../../runtime/json.ts';
import type { ResultBatch, ResultSchema } from '../../../runtime/result-batch.ts';
import { resultBatch, type TestRow } from '../contract/result-batches.ts';

interface LineRow extends TestRow {
  readonly keys: readonly Json[];
  readonly end: number;
}

interface NumericCase {
  readonly names: readonly string[];
  readonly rows: readonly (Omit<TestRow, 'key'> & { readonly keys: readonly Json[] })[];
  readonly completeOnly: boolean;
}

const scalar = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null));
const json = fc.oneof(
  scalar,
  fc.double({ noDefaultInfinity: true, noNaN: true }),
  fc.array(scalar),
);
const flag = fc.boolean();

const schemas = (width: number): fc.Arbitrary<ResultSchema> =>
  fc
    .uniqueArray(
      fc.string({ unit: 'grapheme', maxLength: 12 }).map((name) => `_${name}`),
      { minLength: width + 2, maxLength: width + 2 },
    )
    .map((names) => ({
      view: 'v',
      keys: names.slice(2),
      values: [
        { name: names[0]!, type: 'number' },
        { name: names[1]!, type: 'json' },
      ],
    }));

const rowsOf = (width: number): fc.Arbitrary<LineRow[]> =>
  fc.array(
    fc
      .record({
        keys: fc.array(scalar, { minLength: width, maxLength: width }),
        window: fc.nat(1).map((minute) => 60_000 * minute),
        end: fc.nat(1).map((minute) => 60_000 * (minute + 2)),
        rows: fc.nat(),
        ...{ complete: flag, truncated: flag, gap: flag },
        values: fc.tuple(fc.double(), json),
      })
      .map((row) => ({ ...row, key: JSON.stringify(row.keys) })),
  );

function expected(schema: ResultSchema, row: LineRow): string {
  return `${JSON.stringify({
    ...Object.fromEntries(schema.keys.map((name, at) => [name, row.keys[at]])),
    ...{ window_start: row.window, window_end: row.end },
    ...Object.fromEntries(schema.values.map(({ name }, at) => [name, row.values?.[at]])),
    ...{ generation: 9, rows: row.rows, complete: row.complete, claim: 300 },
    ...(row.truncated ? { truncated: true } : {}),
    ...(row.gap ? { gap: true } : {}),
  })}\n`;
}

/** All pieces, those of another batch coming in between. */
function inPieces(lines: ResultLines, batch: ResultBatch, completeOnly: boolean): string {
  const other = lines.pieces(batch, false);
  other.next();
  let text = '';
  for (const piece of lines.pieces(batch, completeOnly)) {
    text += Buffer.from(piece).toString();
    other.next();
  }
  other.return();
  return text;
}

test('lines are what JSON.stringify writes: windows, flags and kinds of values in any order', () => {
  const cases = fc.nat(3).chain((width) => fc.tuple(schemas(width), rowsOf(width), flag));
  const holds = ([schema, rows, completeOnly]: [ResultSchema, LineRow[], boolean]) => {
    const batch: ResultBatch = {
      ...resultBatch(schema, rows, { generation: 9, claim: 300 }),
      windowEnd: Float64Array.from(rows, ({ end }) => end),
    };
    const lines = new ResultLines(schema);
    const wanted = rows.filter(({ complete }) => !completeOnly || complete);
    const text = wanted.map((row) => expected(schema, row)).join('');
    assert.equal(Buffer.from(lines.format(batch, completeOnly)).toString(), text);
    assert.equal(inPieces(lines, batch, completeOnly), text);
  };
  fc.assert(fc.property(cases, holds), { numRuns: 300 });
});

test('the kernel writes what its twin writes: numbers, keys of any text, flags', () => {
  const average = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 5000 })).map(([a, b]) => a / b);
  const number = fc.oneof(fc.double(), fc.integer(), average, fc.constant(null));
  const batches = fc.nat(3).chain((width) =>
    fc.record({
      names: fc.uniqueArray(fc.string({ unit: 'grapheme' }), { minLength: 5, maxLength: 5 }),
      rows: fc.array(
        fc.record({
          keys: fc.array(scalar, { minLength: width, maxLength: width }),
          window: fc.oneof(fc.nat(2), fc.double({ noNaN: true, noDefaultInfinity: true })),
          rows: fc.maxSafeInteger(),
          ...{ complete: flag, truncated: flag, gap: flag },
          values: fc.tuple(number, number),
        }),
      ),
      completeOnly: flag,
    }),
  );
  const holds = ({ names, rows, completeOnly }: NumericCase) => {
    const [a, b, ...keys] = names;
    const schema: ResultSchema = {
      view: 'v',
      keys: keys.slice(0, rows[0]?.keys.length ?? 0),
      values: [
        { name: a!, type: 'number' },
        { name: b!, type: 'integer' },
      ],
    };
    const keyed = rows.map((row) => ({ ...row, key: JSON.stringify(row.keys) }));
    const batch = resultBatch(schema, keyed);
    const lines = new ResultLines(schema);
    const twin = Buffer.from(lines.format(batch, completeOnly)).toString();
    assert.equal(inPieces(lines, batch, completeOnly), twin);
  };
  fc.assert(fc.property(batches, holds), { numRuns: 300 });
});

test('batches larger than the kernel takes at once, and keys larger than that, come out whole', () => {
  const schema: ResultSchema = { view: 'v', keys: ['k'], values: [{ name: 'x', type: 'number' }] };
  const f = (rows: number, keyBytes: (row: number) => number) => {
    const made = Array.from({ length: rows }, (_, row) => ({
      key: JSON.stringify([`${row} ${'ü'.repeat(keyBytes(row) / 2)}`]),
      window: row >> 4,
      rows: row,
      values: [row / 7],
    }));
    const batch = resultBatch(schema, made);
    const lines = new ResultLines(schema);
    const twin = Buffer.from(lines.format(batch, false)).toString();
    assert.equal(inPieces(lines, batch, false), twin);
  };
  f(20_000, () => 10);
  f(40, (row) => row * 20_000);
  f(3, () => 1_000_000);
});

test('without a free place in the kernel lines come from the twin', () => {
  const schema: ResultSchema = { view: 'v', keys: ['k'], values: [{ name: 'x', type: 'number' }] };
  const lines = new ResultLines(schema);
  const batch = resultBatch(schema, [{ key: '["a"]', values: [1.5] }]);
  const wanted = Buffer.from(lines.format(batch, false)).toString();
  const all = Array.from({ length: 40 }, () => lines.pieces(batch, false));
  const firsts = all.map((pieces) => pieces.next().value);
  for (const piece of firsts) assert.equal(Buffer.from(piece ?? []).toString(), wanted);
  for (const pieces of all) assert.equal(pieces.next().done, true);
  assert.equal(inPieces(lines, batch, false), wanted);
});
