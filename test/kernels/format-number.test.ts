import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { instantiate } from '../../kernels/modules.ts';

const NUMBER_BYTES_MAX = 25;
const SLACK_BYTES = 64;

const memory = new WebAssembly.Memory({ initial: 4 });
const kernel = instantiate('format', memory);
const isFunction = (value: unknown): value is (...numbers: number[]) => number =>
  typeof value === 'function';
function exported(name: string) {
  const found = kernel[name];
  assert.ok(isFunction(found));
  return found;
}
const formatNumber = exported('formatNumber');
const at = exported('heapBase')();
const bytes = Buffer.from(memory.buffer, at, NUMBER_BYTES_MAX + 2 * SLACK_BYTES);

/** Also that nothing is written behind the slack. */
function number(value: number): void {
  bytes.fill(1);
  const length = formatNumber(at, value);
  assert.equal(bytes.toString('latin1', 0, length), JSON.stringify(value));
  assert.ok(bytes.subarray(length + SLACK_BYTES).every((byte) => byte === 1));
}

const bits = new Float64Array(1);
const words = new BigInt64Array(bits.buffer);

/** The double and those beside it, of either sign. */
function around(value: number): void {
  for (const step of [-1n, 0n, 1n]) {
    bits[0] = value;
    words[0] = words[0]! + step;
    number(bits[0]!);
    number(-bits[0]!);
  }
}

test('the kernel writes numbers as JSON.stringify does', () => {
  for (const edge of [0, -0, NaN, Infinity, -Infinity, 2 ** 53, 2 ** 53 + 2, 1e23]) number(edge);
  for (let exponent = -1074; exponent < 1024; exponent++) around(2 ** exponent);
  for (let exponent = -323; exponent <= 308; exponent++) {
    for (const digit of [1, 2, 5, 9]) around(Number(`${digit}e${exponent}`));
  }
  const any = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.integer());
  fc.assert(fc.property(any, number), { numRuns: 5000 });
  const average = fc.tuple(fc.integer(), fc.integer({ min: 1, max: 5000 }));
  const ratio = ([sum, rows]: [number, number]) => number(sum / rows);
  fc.assert(fc.property(average, ratio), { numRuns: 5000 });
  const decimal = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 30 }));
  const scaled = ([digits, places]: [number, number]) =>
    around(Number(`${digits || 1}e-${places}`));
  fc.assert(fc.property(decimal, scaled), { numRuns: 2000 });
});
