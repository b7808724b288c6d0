import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, Harness, short, sums } from './harness.ts';

const hopping = { ...sums, sizeMs: 30, hopMs: 10, allowedLatenessMs: 0 };

test('a window is merged from its panes', () => {
  const harness = new Harness(hopping);
  harness.rows(0, at(1, 'a', 1), at(11, 'a', 2), at(12, 'b', 4), at(21, 'a', 8));
  assert.deepEqual(
    harness.emit().map(short),
    [
      '["a"]@-20 1 open [1,1]',
      '["a"]@-10 2 open [2,3]',
      '["b"]@-10 1 open [1,4]',
      '["a"]@0 3 open [3,11]',
      '["b"]@0 1 open [1,4]',
      '["a"]@10 2 open [2,10]',
      '["b"]@10 1 open [1,4]',
      '["a"]@20 1 open [1,8]',
    ].map((row) => (/@-20|@-10/.test(row) ? row.replace('open', 'complete') : row)),
  );
  harness.rows(0, at(22, 'b', 16));
  assert.deepEqual(harness.emit().map(short), [
    '["b"]@0 2 open [2,20]',
    '["b"]@10 2 open [2,20]',
    '["b"]@20 1 open [1,16]',
  ]);
});

test('a row too late for some of its windows is folded into the others', () => {
  const harness = new Harness(hopping);
  harness.rows(0, at(15, 'a', 1), at(21, 'a', 2), at(14, 'a', 4), at(13, 'c', 8));
  const { folded, late, tooLate, missedWindows } = harness.unit.counters;
  // -10 ended at 20 when the last two came; 0 and 10 take them.
  assert.deepEqual([folded, late, tooLate, missedWindows], [4, 2, 0, 2]);
  assert.deepEqual(harness.emit().map(short), [
    '["a"]@-10 1 complete [1,1]',
    '["a"]@0 3 open [3,7]',
    '["c"]@0 1 open [1,8]',
    '["a"]@10 3 open [3,7]',
    '["c"]@10 1 open [1,8]',
    '["a"]@20 1 open [1,2]',
  ]);
  harness.commit();
  const again = harness.restart();
  again.rows(0, at(22, 'c', 16), at(12, 'a', 32));
  assert.deepEqual(
    again
      .flush()
      .map(short)
      .filter((row) => row.includes('@0')),
    ['["a"]@0 4 open [4,39]', '["c"]@0 2 open [2,24]'],
  );
});

test('a pane stays while one of its windows does', () => {
  const harness = new Harness(hopping);
  harness.rows(0, at(11, 'a', 1), at(25, 'a', 2));
  harness.flush();
  harness.unit.evict();
  // -10 is forgotten; 0 and 10 still hold pane 10.
  assert.deepEqual([harness.unit.groups, harness.unit.openWindows], [2, 3]);
  harness.commit();
  const again = harness.restart();
  again.rows(0, at(26, 'a', 4));
  assert.deepEqual(again.flush().map(short), [
    '["a"]@0 3 open [3,7]',
    '["a"]@10 3 open [3,7]',
    '["a"]@20 2 open [2,6]',
  ]);
});

test('panes are kept until their last window is forgotten', () => {
  const harness = new Harness(hopping);
  harness.rows(0, at(1), at(35));
  harness.flush();
  harness.unit.evict();
  // Pane 0 has gone with window 0; pane 30 has windows 10, 20 and 30.
  assert.deepEqual([harness.unit.groups, harness.unit.openWindows], [1, 3]);
  harness.rows(0, at(100));
  harness.flush();
  harness.unit.evict();
  assert.deepEqual([harness.unit.groups, harness.unit.openWindows], [1, 3]);
});
