import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, Harness, sums } from './harness.ts';

const limited = (groups: number) => ({ ...sums, limits: { groups, memoryBytes: 2 ** 30 } });
const flags = (harness: Harness, updates = true) =>
  harness
    .flush({ updates })
    .map(
      ({ key, start, rows, truncated }) =>
        `${key}@${start} ${rows}${truncated ? ' truncated' : ''}`,
    );

test('beyond the group budget rows go to one overflow row, and all rows of the window say so', () => {
  const harness = new Harness(limited(2));
  harness.rows(0, at(1, 'a'), at(1, 'b'));
  assert.deepEqual(flags(harness), ['["a"]@0 1', '["b"]@0 1']);
  harness.rows(0, at(1, 'c'), at(1, 'a'), at(1, 'd'), at(1, 'c'));
  assert.deepEqual(flags(harness), [
    '["a"]@0 2 truncated',
    '["b"]@0 1 truncated',
    '[null]@0 3 truncated',
  ]);
  const { folded, overflow } = harness.unit.counters;
  assert.deepEqual([folded, overflow, harness.unit.groups], [6, 3, 3]);
});

test('the overflow row is the row of nulls: both its own rows and the others are in it', () => {
  const harness = new Harness({ ...limited(1), keys: ['k', 'l'] });
  harness.rows(0, at(1, {}), at(1, 'a'), at(1, {}));
  assert.deepEqual(flags(harness), ['[null,null]@0 3 truncated']);
  assert.equal(harness.unit.counters.overflow, 1);
  const other = new Harness(limited(1));
  other.rows(0, at(1, 'a'), at(1, 'b'), at(1, {}), at(1, 'c'));
  assert.deepEqual(flags(other), ['["a"]@0 1 truncated', '[null]@0 3 truncated']);
});

test('the budget counts all open windows; forgotten ones give it back', () => {
  const harness = new Harness(limited(2));
  harness.rows(0, at(1, 'a'), at(1, 'b'), at(11, 'a'));
  assert.deepEqual(flags(harness), ['["a"]@0 1', '["b"]@0 1', '[null]@10 1 truncated']);
  harness.unit.evict();
  harness.rows(0, at(12, 'a'));
  assert.deepEqual(flags(harness), ['["a"]@10 1 truncated']);
  assert.equal(harness.unit.groups, 2);
});

test('truncation survives a restart, and what was written without it is written again', () => {
  const harness = new Harness({ ...limited(1), allowedLatenessMs: 100 });
  harness.rows(0, at(1, 'a'), at(15, 'a'));
  flags(harness);
  harness.commit();
  const again = harness.restart();
  again.rows(0, at(2, 'b'));
  // Complete already: the flag does not wait for the next updates.
  assert.deepEqual(flags(again, false), ['["a"]@0 1 truncated', '[null]@0 1 truncated']);
  again.commit();
  const third = again.restart();
  third.rows(0, at(3, 'c'), at(3, 'a'));
  assert.deepEqual(flags(third), ['["a"]@0 2 truncated', '[null]@0 2 truncated']);
});

test('a restored window needs no further row to carry the flag', () => {
  const harness = new Harness(limited(1));
  harness.rows(0, at(1, 'a'), at(1, 'b'));
  flags(harness);
  harness.commit();
  const again = harness.restart();
  again.unit.completeAll();
  assert.deepEqual(flags(again), ['["a"]@0 1 truncated', '[null]@0 1 truncated']);
});

test('beyond the memory budget new groups overflow, too', () => {
  const harness = new Harness({ ...sums, limits: { groups: 1e9, memoryBytes: 20_000 } });
  let n = 0;
  for (let chunk = 0; chunk < 40; chunk++) {
    harness.rows(0, ...Array.from({ length: 32 }, () => at(1, `key-${n++}`)));
  }
  const { groups, memoryBytes, counters } = harness.unit;
  assert.ok(counters.overflow > 500 && groups + counters.overflow === 1281, `${groups}`);
  // A chunk's worth above it at most.
  assert.ok(memoryBytes > 15_000 && memoryBytes < 30_000, `${memoryBytes}`);
});

test('hopping windows: a pane that overflows truncates all its windows', () => {
  const harness = new Harness({ ...limited(1), sizeMs: 20, hopMs: 10 });
  harness.rows(0, at(11, 'a'), at(12, 'b'));
  assert.deepEqual(flags(harness), [
    '["a"]@0 1 truncated',
    '[null]@0 1 truncated',
    '["a"]@10 1 truncated',
    '[null]@10 1 truncated',
  ]);
});
