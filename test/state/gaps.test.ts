import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, Harness, sums } from './harness.ts';

const flagged = (harness: Harness) =>
  harness.flush().flatMap(({ start, rows, gap }) => (gap ? [`${start}: ${rows}`] : []));

test('windows that may have lost rows to a gap are flagged', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 5, delayMs: 0 }, { partitions: 2 });
  harness.rows(1, at(2), at(55));
  harness.rows(0, at(1), at(14));
  assert.deepEqual(flagged(harness), []);
  harness.unit.gap(0, 10);
  // Of partition 0 rows from 9 on could still come, late: all windows may miss some.
  assert.deepEqual(flagged(harness), ['0: 2', '10: 1', '50: 1']);
  assert.equal(harness.unit.nextOffset(0), 10);
  harness.rows(0, at(36));
  // Between the gap and the rows behind it.
  harness.rows(1, at(56), at(70));
  harness.rows(0, at(45));
  // Complete by now, the first of them is written again.
  assert.deepEqual(flagged(harness), ['10: 1', '30: 1', '50: 2']);
});

test('a window that no lost row could reach any more is whole', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 5 });
  harness.rows(0, at(1), at(15));
  harness.unit.gap(0, 10);
  assert.deepEqual(flagged(harness), ['10: 1']);
});

test('a gap survives a restart, and is forgotten with its windows', () => {
  const harness = new Harness(sums);
  harness.rows(0, at(1));
  harness.unit.gap(0, 5);
  harness.unit.gap(0, 3);
  harness.commit();
  const again = harness.restart();
  again.rows(0, at(25), at(15));
  assert.deepEqual(flagged(again), ['0: 1', '20: 1']);
  again.rows(0, at(100));
  again.flush();
  again.unit.evict();
  assert.equal(JSON.stringify(again.freeze().meta).includes('"gaps":[]'), true);
});
