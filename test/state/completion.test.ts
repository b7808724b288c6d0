import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PartitionEvent } from '../../runtime/chunk.ts';
import { at, Harness, type HarnessOptions, short, sums } from './harness.ts';

const two: HarnessOptions = { partitions: 2 };
const completed = (harness: Harness) =>
  harness.flush({ updates: false }).map(({ start, rows }) => `${start}: ${rows}`);

test('a window completes when every active partition has passed its end', () => {
  const harness = new Harness(sums, two);
  harness.rows(0, at(1), at(12));
  assert.deepEqual(completed(harness), []);
  harness.rows(1, at(9));
  assert.deepEqual(completed(harness), []);
  harness.rows(1, at(10));
  assert.deepEqual(completed(harness), ['0: 2']);
  assert.deepEqual(completed(harness), []);
});

test('delay holds completion back', () => {
  const harness = new Harness({ ...sums, delayMs: 3 });
  harness.rows(0, at(1), at(12));
  assert.deepEqual(completed(harness), []);
  harness.rows(0, at(13));
  assert.deepEqual(completed(harness), ['0: 1']);
});

test('idle, ended and gone partitions leave the minimum; rows make an idle one active', () => {
  for (const leave of [
    ({ unit }: Harness) => unit.setIdle(1, true),
    ({ unit }: Harness) => unit.ended(1),
    ({ unit }: Harness) => unit.gone(1),
    ({ unit, feed }: Harness) => {
      const chunk = feed.chunk(1, 0, []);
      chunk.event = PartitionEvent.IDLE;
      unit.process(chunk);
    },
    ({ unit, feed }: Harness) => {
      const chunk = feed.chunk(1, 0, []);
      chunk.event = PartitionEvent.ENDED;
      unit.process(chunk);
    },
  ]) {
    const harness = new Harness(sums, two);
    harness.rows(0, at(1), at(12));
    leave(harness);
    assert.deepEqual(completed(harness), ['0: 1']);
  }
  const harness = new Harness(sums, two);
  harness.rows(0, at(1), at(12));
  harness.unit.setIdle(1, true);
  completed(harness);
  harness.rows(1, at(15));
  harness.rows(0, at(25));
  assert.deepEqual(completed(harness), []);
  harness.rows(1, at(20));
  assert.deepEqual(completed(harness), ['10: 2']);
});

test('if all partitions are idle, nothing advances', () => {
  const harness = new Harness(sums, two);
  harness.rows(0, at(1));
  harness.rows(1, at(2), at(15));
  harness.unit.setIdle(1, true);
  harness.unit.setIdle(0, true);
  assert.equal(harness.unit.watermark, Number.NEGATIVE_INFINITY);
  assert.deepEqual(completed(harness), []);
});

test('a late row of a complete window is written again, complete, with more rows', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 10 });
  harness.rows(0, at(1, 'a'), at(2, 'b'), at(12));
  assert.deepEqual(completed(harness), ['0: 1', '0: 1']);
  harness.rows(0, at(3, 'a', 7));
  // With updates, for the view writes them at intervals.
  assert.equal(harness.unit.hasCompleted, false);
  assert.deepEqual(harness.flush().map(short), [
    '["a"]@0 2 complete [2,8]',
    '["a"]@10 1 open [1,1]',
  ]);
});

test('a view without updates writes only complete windows, and corrections at once', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 10, writeIntervalMs: null });
  harness.rows(0, at(1, 'a'), at(2, 'b'));
  assert.deepEqual(harness.flush(), []);
  harness.rows(0, at(12));
  assert.equal(harness.unit.hasCompleted, true);
  assert.equal(harness.flush({ updates: false }).length, 2);
  harness.rows(0, at(3, 'a', 7));
  assert.equal(harness.unit.hasCompleted, true);
  assert.deepEqual(harness.flush({ updates: false }).map(short), ['["a"]@0 2 complete [2,8]']);
  assert.equal(harness.unit.hasCompleted, false);
});

test('the end of the input completes all windows for this run only', () => {
  const harness = new Harness(sums);
  harness.rows(0, at(1, 'a'), at(2, 'b'));
  harness.unit.completeAll();
  assert.deepEqual(harness.flush().map(short), [
    '["a"]@0 1 complete [1,1]',
    '["b"]@0 1 complete [1,1]',
  ]);
  harness.commit();
  assert.equal(harness.restored?.positions[0]?.timeMax, 2);
  // Rows appended: their window is open again.
  const again = harness.restart();
  assert.deepEqual(again.flush(), []);
  again.rows(0, at(3, 'a'));
  assert.deepEqual(again.flush().map(short), ['["a"]@0 2 open [2,2]']);
  // What did not change is not written again.
  again.unit.completeAll();
  assert.deepEqual(again.flush().map(short), ['["a"]@0 2 complete [2,2]']);
});

test('the end of the input takes corrections along that wait for the next updates', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 10 });
  harness.rows(0, at(1, 'a'), at(12, 'a'));
  harness.flush();
  harness.rows(0, at(2, 'a'));
  assert.deepEqual(harness.flush({ updates: false }), []);
  harness.unit.completeAll();
  assert.deepEqual(harness.flush({ updates: false }).map(short), [
    '["a"]@0 2 complete [2,2]',
    '["a"]@10 1 complete [1,1]',
  ]);
});

test('a completion that is not acked is written again after a restart', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 100 });
  harness.rows(0, at(1, 'a'), at(12));
  harness.emit();
  harness.commit();
  const again = harness.restart();
  assert.equal(again.unit.hasCompleted, true);
  assert.deepEqual(again.flush({ updates: false }).map(short), ['["a"]@0 1 complete [1,1]']);
  again.commit();
  assert.equal(again.restart().unit.hasCompleted, false);
});

test('an ack of rows from before the completion does not settle it', () => {
  const harness = new Harness(sums);
  harness.rows(0, at(1, 'a'));
  const [update] = harness.unit.emit({ updates: true });
  harness.rows(0, at(30));
  harness.unit.acked(update!.batch);
  const [final] = harness.unit.emit({ updates: false });
  harness.unit.evict();
  assert.equal(harness.unit.openWindows, 2);
  harness.unit.acked(final!.batch);
  harness.unit.evict();
  assert.equal(harness.unit.openWindows, 1);
});

test('windows are forgotten when no row can reach them and all is acked; memory goes back', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 5 }, two);
  const before = harness.unit.memoryBytes;
  harness.rows(0, at(1, 'a'), at(2, 'b'), at(16, 'a'));
  harness.rows(1, at(10, 'a'));
  assert.equal(harness.unit.groups, 3);
  const batches = harness.unit.emit({ updates: false });
  harness.rows(1, at(15));
  harness.unit.evict();
  assert.equal(harness.unit.groups, 3);
  for (const { batch } of batches) harness.unit.acked(batch);
  harness.unit.evict();
  assert.deepEqual([harness.unit.groups, harness.unit.openWindows], [1, 1]);
  const held = harness.unit.memoryBytes;
  harness.rows(0, at(40));
  harness.rows(1, at(40));
  harness.flush();
  harness.unit.evict();
  assert.ok(harness.unit.memoryBytes <= held && held > before);
});

test('a partition that is gone stays gone', () => {
  const harness = new Harness(sums, two);
  harness.rows(0, at(1));
  harness.unit.gone(1);
  harness.commit();
  const again = harness.restart(two);
  again.rows(0, at(10));
  assert.deepEqual(completed(again), ['0: 1']);
});

test('the arrays of a forgotten window serve the next one, unless they are far too large', () => {
  const harness = new Harness(sums);
  const { unit } = harness;
  const pass = (time: number) => {
    harness.rows(0, at(time, 'a', time));
    const rows = harness.flush();
    unit.evict();
    return rows.map(short);
  };
  for (let from = 0; from < 640; from += 64) {
    harness.rows(0, ...Array.from({ length: 64 }, (_, row) => at(1, `group ${from + row}`)));
  }
  const burst = 640 * 8 * 5;
  harness.rows(0, at(11, 'a', 11));
  harness.flush();
  unit.evict();
  assert.ok(unit.memoryBytes > burst, 'kept for the next table');
  // Nothing of the window before shows in the table that took its arrays.
  assert.deepEqual(pass(21), ['["a"]@10 1 complete [1,11]', '["a"]@20 1 open [1,21]']);
  assert.deepEqual(pass(31), ['["a"]@20 1 complete [1,21]', '["a"]@30 1 open [1,31]']);
  pass(41);
  assert.ok(unit.memoryBytes < burst / 4, `${unit.memoryBytes}`);
});

test('a full memory budget does without spare arrays', () => {
  const fill = (harness: Harness, time: number) => {
    for (let from = 0; from < 640; from += 64) {
      harness.rows(0, ...Array.from({ length: 64 }, (_, row) => at(time, `group ${from + row}`)));
    }
    return harness.unit.memoryBytes;
  };
  const window = fill(new Harness(sums), 1);
  // Room for one window and a half.
  const limits = { groups: 1e6, memoryBytes: window * 1.5 };
  const harness = new Harness({ ...sums, limits });
  fill(harness, 1);
  harness.rows(0, at(11, 'a'));
  harness.flush();
  harness.unit.evict();
  fill(harness, 12);
  assert.deepEqual([harness.unit.groups, harness.unit.counters.overflow], [641, 0]);
});

test('an idle partition without a floor keeps state, an ended one too, one that is gone does not', () => {
  for (const [leave, windows] of [
    ['setIdle', 2],
    ['ended', 2],
    ['gone', 1],
  ] as const) {
    const harness = new Harness(sums, two);
    harness.rows(1, at(1));
    harness.rows(0, at(1), at(12));
    if (leave === 'setIdle') harness.unit.setIdle(1, true);
    else harness.unit[leave](1);
    harness.flush();
    harness.unit.evict();
    assert.equal(harness.unit.openWindows, windows, leave);
  }
});
