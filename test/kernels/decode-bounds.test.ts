/**
 * Records that end where what follows them would go on: the kernel must not follow. Whether it does shows in no value, only in what
 * it reads or writes, so that it is the sanitizers that hold it to these (sanitizers.test.ts records every call of this file).
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchOf, type DecodingOptions, decodeAll } from './decoding.ts';

/**
 * Decodes `whole` thrice, then twice more and in the third one's place `last`, by kernel and by twin. Where `last` is the beginning of
 * `whole`, the rest of it lies behind it: what was there before.
 */
function f(whole: string, last: string, path = 'x'): void {
  const batches = [
    batchOf([whole, whole, whole]),
    batchOf([whole, whole, last], { firstOffset: 3 }),
  ];
  const options: DecodingOptions = { columns: [{ path, kind: 'f64' }], chunkRows: 64 };
  const byKernel = decodeAll(options, batches);
  assert.deepEqual(byKernel, decodeAll({ ...options, memory: undefined }, batches));
  const statuses = byKernel.rows.map(({ status }) => status);
  assert.deepEqual(statuses, ['ok', 'ok', 'ok', 'ok', 'ok', 'malformed']);
}

const LONG_KEY = 'k'.repeat(56);

test('a key and a value behind the end', () => {
  const whole = `{"ts":1,"${LONG_KEY}":123456789012345}`;
  f(whole, whole.slice(0, 7));
});

test('a string that is closed behind the end, and what comes after it', () => {
  const whole = `{"ts":1,"x":"abc","${LONG_KEY}":123456789012345}`;
  f(whole, whole.slice(0, whole.indexOf('abc') + 3));
});

test('brackets that are closed behind the end', () => {
  const whole = `{"ts":1,"x":${'['.repeat(400)}${']'.repeat(400)}}`;
  f(whole, whole.slice(0, whole.indexOf(']')));
});

test('a wanted path deeper than records may be', () => {
  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const path = Array.from({ length: 520 }, () => 'a').join('.');
  const record = (depth: number) => `{"ts":1,"a":${nested(depth - 1)}}`;
  f(record(512), record(513), path);
});
