import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, Harness, sums } from './harness.ts';

/** Partition 0 is at 30, partition 1 idle at 5. */
function idle(): Harness {
  const harness = new Harness(sums, { partitions: 2 });
  harness.rows(0, at(1), at(30));
  harness.rows(1, at(5));
  harness.unit.setIdle(1, true);
  return harness;
}

test('a floor is committed before it judges; from freeze to commit the rows wait', () => {
  const harness = idle();
  const snapshot = harness.freeze();
  assert.deepEqual(
    snapshot.positions.map(({ partition, nextOffset, timeMax, floor }) => [
      partition,
      nextOffset,
      timeMax,
      floor,
    ]),
    [
      ['p0', 2, 30, null],
      ['p1', 1, 5, 30],
    ],
  );
  assert.equal(harness.rows(1, at(9)), 'blocked');
  assert.deepEqual([harness.unit.nextOffset(1), harness.unit.counters.read], [1, 3]);
  assert.equal(harness.rows(0, at(31)), 'done');
  harness.unit.snapshotCommitted();
  assert.equal(harness.rows(1, at(9), at(29), at(30)), 'done');
  assert.deepEqual([harness.unit.counters.tooLate, harness.unit.counters.folded], [2, 5]);
});

test('a floor lets state be forgotten, and survives restarts', () => {
  const harness = idle();
  harness.flush();
  harness.unit.evict();
  assert.equal(harness.unit.openWindows, 2);
  harness.commit();
  harness.unit.evict();
  assert.equal(harness.unit.openWindows, 1);
  const again = harness.restart({ partitions: 2 });
  assert.equal(again.rows(1, at(29)), 'done');
  assert.equal(again.unit.counters.tooLate, 1);
  assert.deepEqual(again.unit.watermarks(), [
    { partition: 'p0', watermark: 30 },
    { partition: 'p1', watermark: 30 },
  ]);
});

test('a partition that was not idle when the snapshot was frozen gets no floor', () => {
  const harness = idle();
  harness.rows(1, at(6));
  harness.commit();
  assert.equal(harness.rows(1, at(9)), 'done');
  assert.equal(harness.unit.counters.tooLate, 0);
});

test('an ended partition gets no floor: rows may be appended', () => {
  const harness = new Harness(sums, { partitions: 2 });
  harness.rows(0, at(1), at(30));
  harness.rows(1, at(5));
  harness.unit.ended(1);
  assert.equal(harness.freeze().positions[1]?.floor, null);
  assert.equal(harness.rows(1, at(9)), 'done');
  assert.equal(harness.unit.counters.folded, 4);
});

test('a floor never lowers a watermark, and needs an active partition', () => {
  const harness = new Harness(sums, { partitions: 2 });
  harness.rows(0, at(1));
  harness.rows(1, at(50));
  harness.unit.setIdle(1, true);
  assert.deepEqual(
    harness.freeze().positions.map(({ floor }) => floor),
    [null, null],
  );
  assert.equal(harness.rows(1, at(51)), 'done');
  harness.unit.setIdle(0, true);
  harness.unit.setIdle(1, true);
  assert.deepEqual(
    harness.freeze().positions.map(({ floor }) => floor),
    [null, null],
  );
});

test('a partition that appears later begins with a commit, floored by what was forgotten', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 2 });
  harness.rows(0, at(1), at(30));
  harness.flush();
  harness.unit.evict();
  harness.unit.partition(1, 'new', 100);
  assert.equal(harness.unit.wantsCommit, true);
  const early = harness.feed.chunk(1, 100, [at(9), at(10)]);
  assert.equal(harness.unit.process(early), 'blocked');
  const snapshot = harness.freeze();
  assert.deepEqual(snapshot.positions[1], {
    partition: 'new',
    nextOffset: 100,
    timeMax: null,
    floor: 12,
    fingerprint: null,
  });
  assert.equal(harness.unit.wantsCommit, false);
  assert.equal(harness.unit.process(early), 'blocked');
  harness.unit.snapshotCommitted();
  assert.equal(harness.unit.process(early), 'done');
  assert.deepEqual([harness.unit.counters.tooLate, harness.unit.counters.folded], [1, 3]);
});

test('before the very first row a partition begins at once; a known one goes on', () => {
  const harness = new Harness(sums);
  harness.unit.partition(1, 'p1');
  assert.equal(harness.rows(1, at(1)), 'done');
  harness.commit();
  const again = harness.restart();
  again.unit.partition(3, 'p1');
  assert.equal(again.unit.nextOffset(3), 1);
  again.unit.partition(4, 'p4');
  assert.equal(again.rows(4, at(1)), 'blocked');
});
