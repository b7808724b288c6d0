import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { NUMBER_BYTES_MAX, writeNumber } from '../../../connectors/file/json-bytes.ts';

const written = (value: number): string => {
  const out = Buffer.alloc(NUMBER_BYTES_MAX + 2);
  return out.toString('latin1', 1, writeNumber(out, 1, value));
};

test('numbers are written as JSON.stringify writes them', () => {
  const f = (value: number) => assert.equal(written(value), JSON.stringify(value));
  for (const edge of [0, -0, NaN, Infinity, -Infinity, 5e-324, -1.7976931348623157e308]) f(edge);
  for (let power = 0; power <= 22; power++) {
    for (const step of [-1, 0, 1]) {
      f(10 ** power + step);
      f(-(10 ** power) + step);
    }
  }
  for (const power of [27, 31, 32, 53, 63]) for (const step of [-1, 0, 1]) f(2 ** power + step);
  fc.assert(fc.property(fc.oneof(fc.double(), fc.maxSafeInteger(), fc.integer()), f), {
    numRuns: 2000,
  });
});
