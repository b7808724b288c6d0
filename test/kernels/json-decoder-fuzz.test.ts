import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ColumnSpec } from '../../runtime/chunk.ts';
import { batchOf, decodeAll } from './decoding.ts';
import { oracleRow } from './json-oracle.ts';
import { drawFrom, mutate, pick, randomRecord } from './random-records.ts';

const kinds = ['f64', 'dict32', 'hash64', 'value'] as const;
const paths = ['a', 'b', 'b.c', 'x', 'c', 'é', '__proto__', '', 'b.c.a', 'ts'];

function f(seed: number) {
  const draw = drawFrom(seed);
  const columns: ColumnSpec[] = [];
  for (const path of paths) {
    for (const kind of kinds) if (draw(3) === 0) columns.push({ path, kind });
  }
  const maxRecordBytes = draw(4) === 0 ? 600 : 1 << 20;
  const records = Array.from({ length: 150 }, () => {
    const record = Buffer.from(randomRecord(draw));
    return draw(2) === 0 ? record : mutate(draw, record);
  });
  const options = { columns, chunkRows: pick(draw, [1, 7, 64, 1000]), maxRecordBytes };
  const batch = batchOf(records, {
    gap: pick(draw, ['', '\n', '"', '}', ',1', 'e1', '.5']),
    padding: draw(10),
  });
  const { rows } = decodeAll(options, [batch]);
  for (const [index, record] of records.entries()) {
    const expected = oracleRow(record, index, columns, maxRecordBytes);
    assert.deepEqual(rows[index], expected, `record ${index}: ${record.toString('latin1')}`);
  }
  assert.equal(rows.length, records.length);
}

test('records decode as JSON.parse reads them', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => f(seed)),
    { numRuns: Number(process.env.LA_FUZZ_RUNS ?? 150) },
  );
});
