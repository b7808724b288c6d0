import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  constant,
  NUMBER_BYTES_MAX,
  WRITE_SLACK,
  writeConstant,
  writeNumber,
  writePlainText,
} from '../../../connectors/file/json-bytes.ts';

const START = 3;
const bytes = Buffer.alloc(START + 4 * NUMBER_BYTES_MAX + WRITE_SLACK);
const out = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const text = (end: number): string => bytes.toString('utf8', START, end);

/** Also that nothing is written behind the slack. */
function written(value: number): string {
  bytes.fill(1);
  const end = writeNumber(out, START, value);
  assert.ok(end <= START + NUMBER_BYTES_MAX);
  assert.ok(bytes.subarray(START + NUMBER_BYTES_MAX + WRITE_SLACK).every((byte) => byte === 1));
  return text(end);
}

const number = (value: number) => assert.equal(written(value), JSON.stringify(value));

test('numbers are written as JSON.stringify writes them', () => {
  for (const edge of [0, -0, NaN, Infinity, -Infinity, 5e-324, -1.7976931348623157e308]) {
    number(edge);
  }
  for (let power = 0; power <= 22; power++) {
    for (const step of [-1, 0, 1]) {
      number(10 ** power + step);
      number(-(10 ** power) + step);
    }
  }
  for (const power of [27, 31, 32, 53, 63]) {
    for (const step of [-1, 0, 1]) number(2 ** power + step);
  }
  const any = fc.oneof(fc.double(), fc.maxSafeInteger(), fc.integer());
  fc.assert(fc.property(any, number), { numRuns: 2000 });
});

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

/** The double so many steps of its last bit away. */
function neighbour(value: number, steps: number): number {
  bits[0] = value;
  words[0] = words[0]! + steps;
  if (steps < 0 && words[0]! > 2 ** 32 - 100) words[1]!--;
  return bits[0]!;
}

test('fractions are written as JSON.stringify writes them: averages, decimals, powers of two', () => {
  const average = fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 1, max: 5000 }));
  const ratio = ([sum, rows]: [number, number]) => number(sum / rows);
  fc.assert(fc.property(average, ratio), { numRuns: 20_000 });

  const decimal = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 17 }));
  const scaled = ([digits, places]: [number, number]) => {
    const value = Number(`${digits}e-${places}`);
    for (const steps of [-1, 0, 1]) number(neighbour(value, steps));
  };
  fc.assert(fc.property(decimal, scaled), { numRuns: 5000 });

  // Last bits of every weight, and decimals half-way between two of as many digits.
  for (let exponent = -8; exponent <= 28; exponent++) {
    for (let power = 0; power <= 52; power++) {
      const value = 2 ** exponent * (1 + 2 ** -power);
      for (const steps of [-3, -2, -1, 0, 1, 2, 3]) number(neighbour(value, steps));
    }
  }
  const fraction = fc.tuple(fc.double({ min: 1, max: 2, maxExcluded: true }), fc.nat(34));
  const everySize = ([mantissa, size]: [number, number]) => number(-mantissa * 2 ** (size - 6));
  fc.assert(fc.property(fraction, everySize), { numRuns: 20_000 });
});

test('a fraction that rounds up carries through its nines', () => {
  for (let places = 1; places <= 16; places++) {
    for (const whole of ['0', '1', '9', '99', '4095', '67108863']) {
      const value = Number(`${whole}.${'9'.repeat(places)}`);
      for (const steps of [-2, -1, 0, 1, 2]) number(neighbour(value, steps));
    }
  }
});

test('plain texts are written as JSON, others are left', () => {
  const f = (value: string) => {
    const end = writePlainText(out, START, value);
    const json = JSON.stringify(value);
    const isPlain = /^[\x20-\x7e]*$/.test(value) && json === `"${value}"`;
    assert.equal(end > START, isPlain);
    if (isPlain) assert.equal(text(end), json);
  };
  for (const value of ['', 'a', 'a"', 'a\\b', '\n', 'é', 'x\u007f', '\u2028', '~ !']) f(value);
  fc.assert(fc.property(fc.string({ maxLength: 20 }), f));
});

test('constants of any length and any UTF-8 are written whole', () => {
  const f = (value: string) => {
    const end = writeConstant(out, START, constant(value));
    assert.equal(end, START + Buffer.byteLength(value));
    assert.equal(text(end), value);
  };
  for (let length = 0; length <= 40; length++) f('x'.repeat(length));
  for (let before = 0; before < 8; before++) f(`${'x'.repeat(before)}\u007f\u{10ffff}\u007f🛜`);
  fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 8 }), f));
});
