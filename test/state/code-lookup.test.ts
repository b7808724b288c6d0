import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CodeLookup } from '../../state/code-lookup.ts';

test('finds what it learnt, flat or hashed, renamed or not', () => {
  const code = fc.oneof(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 2 ** 20 }));
  const batch = fc.array(code, { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(batch, fc.constant('rename' as const)), { maxLength: 12 }),
      (steps) => {
        const lookup = new CodeLookup(0);
        let groups = new Map<number, number>();
        let factor = 1;
        for (const step of steps) {
          if (step === 'rename') {
            if (factor > 4) continue;
            factor *= 2;
            lookup.rename((old) => old * 2);
            groups = new Map(Array.from(groups, ([old, group]) => [old * 2, group]));
            continue;
          }
          const codes = Uint32Array.from(step, (value) => value * factor);
          lookup.reserve(Math.max(...codes));
          const found = new Uint32Array(codes.length);
          const missed = new Uint32Array(codes.length);
          const misses = lookup.find(codes, codes.length, found, missed);
          const want = Array.from(codes, (value) => (groups.get(value) ?? -1) + 1);
          assert.deepEqual([...found], want);
          assert.deepEqual(
            [...missed.subarray(0, misses)],
            want.flatMap((g, i) => (g === 0 ? [i] : [])),
          );
          for (const place of missed.subarray(0, misses)) {
            const unknown = codes[place]!;
            if (groups.has(unknown)) continue;
            assert.equal(lookup.get(unknown), 0);
            lookup.set(unknown, groups.size);
            groups.set(unknown, groups.size);
          }
          for (const [known, group] of groups)
            if (known <= Math.max(...codes)) assert.equal(lookup.get(known), group + 1);
        }
        assert.equal(lookup.known, groups.size);
      },
    ),
  );
});

test('a few groups of a huge dictionary cost little, many a flat array', () => {
  const lookup = new CodeLookup(0);
  const learn = (from: number, to: number) => {
    for (let group = from; group < to; group++) {
      lookup.reserve(2 ** 20);
      lookup.set(group * 3, group);
    }
  };
  learn(0, 100);
  assert.ok(lookup.memoryBytes < 8192, `${lookup.memoryBytes}`);
  learn(100, 300_000);
  assert.ok(lookup.memoryBytes <= 8 * 2 ** 20, `${lookup.memoryBytes}`);
  assert.equal(lookup.get(3 * 299_999), 300_000);
  assert.equal(lookup.get(3 * 299_999 + 1), 0);
});
