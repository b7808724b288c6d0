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

test('lines are what JSON.stringify writes: windows, flags and kinds of values in any order', () => {
  const cases = fc.nat(3).chain((width) => fc.tuple(schemas(width), rowsOf(width), flag));
  const holds = ([schema, rows, completeOnly]: [ResultSchema, LineRow[], boolean]) => {
    const batch: ResultBatch = {
      ...resultBatch(schema, rows, { generation: 9, claim: 300 }),
      windowEnd: Float64Array.from(rows, ({ end }) => end),
    };
    const lines = Buffer.from(new ResultLines(schema).format(batch, completeOnly)).toString();
    const wanted = rows.filter(({ complete }) => !completeOnly || complete);
    assert.equal(lines, wanted.map((row) => expected(schema, row)).join(''));
  };
  fc.assert(fc.property(cases, holds), { numRuns: 300 });
});
