import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EntryType } from '../../runtime/dictionary.ts';
import {
  hash64,
  hashed,
  hashFinishHigh,
  hashFinishLow,
  hashSeedHigh,
  hashSeedLow,
  hashWordHigh,
  hashWordLow,
} from '../../runtime/hash.ts';

const encoder = new TextEncoder();

function hashOf(type: number, text: string): [low: number, high: number] {
  const bytes = encoder.encode(text);
  hash64(type, bytes, 0, bytes.length);
  return [hashed.low >>> 0, hashed.high >>> 0];
}

const textHash = (text: string) => hashOf(EntryType.TEXT, text);

test('golden values: persisted in sketches, they never change', () => {
  const f = (type: number, text: string, expected: string) => {
    const [low, high] = hashOf(type, text);
    assert.equal(`${low.toString(16)} ${high.toString(16)}`, expected, text);
  };
  f(EntryType.NUMBER, '0', '9c4a156 20df8e10');
  f(EntryType.NUMBER, '1', '41fe6dfc 836410d7');
  f(EntryType.NUMBER, '-12.5', 'aaeb1455 6749b27e');
  f(EntryType.NUMBER, '9007199254740993', '4b599461 41d20a01');
  f(EntryType.BOOLEAN, 'true', 'ae598467 4c2f66e5');
  f(EntryType.TEXT, '', 'c59e0d08 9e82b07a');
  f(EntryType.TEXT, '1', '8d201b77 3f7b5769');
  f(EntryType.TEXT, 'abc', '429c9792 613bcdb6');
  f(EntryType.TEXT, 'abcd', '2d7c15b3 878a699c');
  f(EntryType.TEXT, 'abcde', '8dcfb1ca 5116d972');
  f(EntryType.TEXT, 'site-0452', 'd6ae447f 469b736f');
  f(EntryType.TEXT, 'Zürich 東京', 'b2f56dbc 747909fc');
  f(EntryType.TEXT, '53f1e9dd-9a23-11ee-ba45-000000000002', 'fe4ec353 eadb791d');
});

test('only the bytes count, not where they lie or what is around them', () => {
  const anyBytes = fc.uint8Array({ maxLength: 40 });
  fc.assert(
    fc.property(anyBytes, anyBytes, anyBytes, (before, value, after) => {
      hash64(EntryType.TEXT, value, 0, value.length);
      const alone = { ...hashed };
      const all = Uint8Array.from([...before, ...value, ...after]);
      hash64(EntryType.TEXT, all, before.length, before.length + value.length);
      assert.deepEqual({ ...hashed }, alone);
    }),
  );
});

test('the exported steps give the same hash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (value) => {
      let low = hashSeedLow(EntryType.TEXT);
      let high = hashSeedHigh(EntryType.TEXT);
      const padded = new Uint8Array(Math.ceil(value.length / 4) * 4);
      padded.set(value);
      const view = new DataView(padded.buffer);
      for (let at = 0; at < padded.length; at += 4) {
        low = hashWordLow(low, view.getInt32(at, true));
        high = hashWordHigh(high, view.getInt32(at, true));
      }
      low = hashFinishLow(low, high, value.length);
      hash64(EntryType.TEXT, value, 0, value.length);
      assert.deepEqual({ low, high: hashFinishHigh(high, low) }, { ...hashed });
    }),
  );
});

/** Keys as streams have them: counters, padded, hexadecimal, with a common head or tail. */
const keyMakers: readonly ((i: number) => string)[] = [
  (i) => String(i),
  (i) => String(i).padStart(12, '0'),
  (i) =>
    `02:c2:00:${(i >> 16).toString(16)}:${((i >> 8) & 255).toString(16)}:${(i & 255).toString(16)}`,
  (i) => `${i.toString(36)}-ap`,
];

test('no collisions in 64 bits among a million short keys', () => {
  const count = 250_000;
  for (const make of keyMakers) {
    const hashes = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const [low, high] = textHash(make(i));
      // 53 of the 64 bits, so that doubles can be sorted.
      hashes[i] = (high & 0x1fffff) * 2 ** 32 + low;
    }
    hashes.sort();
    let equal = 0;
    for (let i = 1; i < count; i++) if (hashes[i] === hashes[i - 1]) equal++;
    assert.equal(equal, 0, `${equal} collisions of keys like ${make(12345)}`);
  }
});

test('zero bytes, lengths and types make different hashes', () => {
  const seen = new Set<string>();
  let count = 0;
  for (const type of Object.values(EntryType)) {
    for (let length = 0; length < 40; length++) {
      seen.add(hashOf(type, '\0'.repeat(length)).join());
      count++;
    }
  }
  assert.equal(seen.size, count);
});

test('each input bit changes about half of the output bits, of either half', () => {
  const trials = 2000;
  let state = 1;
  for (const length of [1, 3, 4, 7, 8, 17, 36]) {
    const flips = new Float64Array(64);
    let cases = 0;
    for (let trial = 0; trial < trials; trial++) {
      const bytes = Uint8Array.from({ length }, () => {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
        return state >>> 24;
      });
      hash64(EntryType.TEXT, bytes, 0, length);
      const { low, high } = hashed;
      const bit = trial % (8 * length);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      hash64(EntryType.TEXT, bytes, 0, length);
      for (let i = 0; i < 32; i++) {
        flips[i]! += ((low ^ hashed.low) >>> i) & 1;
        flips[32 + i]! += ((high ^ hashed.high) >>> i) & 1;
      }
      cases++;
    }
    for (const [bit, flipped] of flips.entries()) {
      const share = flipped / cases;
      // A fair coin's standard deviation is 0.011; single bytes have few different cases.
      assert.ok(Math.abs(share - 0.5) < 0.08, `length ${length}, bit ${bit}: ${share}`);
    }
  }
});

test('buckets by low or high bits of either half are even', () => {
  const count = 200_000;
  const bucketBits = 10;
  const pickers = [
    (low: number) => low & 1023,
    (low: number) => low >>> (32 - bucketBits),
    (_low: number, high: number) => high & 1023,
    (_low: number, high: number) => high >>> (32 - bucketBits),
  ];
  for (const make of keyMakers) {
    const buckets = pickers.map(() => new Float64Array(1 << bucketBits));
    for (let i = 0; i < count; i++) {
      const [low, high] = textHash(make(i));
      for (const [at, pick] of pickers.entries()) buckets[at]![pick(low, high)]!++;
    }
    const mean = count / (1 << bucketBits);
    for (const [at, counts] of buckets.entries()) {
      const chiSquare = counts.reduce((sum, n) => sum + (n - mean) ** 2 / mean, 0);
      // 1023 degrees of freedom: mean 1023, standard deviation 45.
      assert.ok(Math.abs(chiSquare - 1023) < 6 * 45, `${make(12345)}, ${at}: ${chiSquare}`);
    }
  }
});

test('a HyperLogLog of low bits and leading zeros of the high half estimates well', () => {
  const registerBits = 12;
  const registerCount = 1 << registerBits;
  for (const make of keyMakers) {
    for (const count of [20_000, 150_000]) {
      const registers = new Uint8Array(registerCount);
      for (let i = 0; i < count; i++) {
        const [low, high] = textHash(make(i));
        const at = low & (registerCount - 1);
        registers[at] = Math.max(registers[at]!, Math.clz32(high) + 1);
      }
      const sum = registers.reduce((total, rank) => total + 2 ** -rank, 0);
      const estimate = ((0.7213 / (1 + 1.079 / registerCount)) * registerCount ** 2) / sum;
      const error = Math.abs(estimate / count - 1);
      // Standard error 1.6 %.
      assert.ok(error < 0.06, `${make(12345)}, ${count}: estimate ${estimate}`);
    }
  }
});
