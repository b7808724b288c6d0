import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom, systemRandom } from '../../runtime/random.ts';

// The first words of shared bench data: generator and tests must agree on what a seed means.
test('a seed means the same numbers for ever', () => {
  const random = seededRandom(1);
  const words = Array.from({ length: 4 }, () => random.next() * 2 ** 32);
  assert.deepEqual(words, [3964317691, 2295682031, 2113742504, 3256742822]);
  assert.equal(seededRandom(1).integer(1000), 3964317691 % 1000);
});

test('integers are below n, and all of them occur', () => {
  for (const random of [seededRandom(5), systemRandom]) {
    const seen = new Set(Array.from({ length: 1000 }, () => random.integer(7)));
    assert.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
    const next = random.next();
    assert.ok(next >= 0 && next < 1);
  }
});
