/** What survives a change of the view: cut-overs, added and removed aggregations. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { count } from '../../views/aggregations/count.ts';
import { max } from '../../views/aggregations/max.ts';
import { sum } from '../../views/aggregations/sum.ts';
import { at, Harness, short, sums } from './harness.ts';
import type { AggregationOptions } from './plans.ts';

const starts = (harness: Harness) => harness.flush().map(({ start, rows }) => `${start}: ${rows}`);

test('rows of another generation are filtered', () => {
  // They move the watermark all the same: the last row is too late.
  const rows = [at(5), at(15), at(25), at(16)];
  const harness = new Harness(sums, { cutover: { from: 10, until: 20 } });
  harness.rows(0, ...rows);
  assert.deepEqual(starts(harness), ['10: 1']);
  const { folded, filtered, tooLate, read } = harness.unit.counters;
  assert.deepEqual([read, folded, filtered, tooLate], [4, 1, 2, 1]);
});

test('two generations share the windows, and no row is lost between them', () => {
  const options = { ...sums, allowedLatenessMs: 100 };
  const old = new Harness(options, { cutover: { from: null, until: 20 } });
  const next = new Harness(options, { cutover: { from: 20, until: null } });
  for (const harness of [old, next]) harness.rows(0, at(5), at(25), at(15), at(35), at(19), at(20));
  assert.deepEqual(starts(old), ['0: 1', '10: 2']);
  assert.deepEqual(starts(next), ['20: 2', '30: 1']);
  assert.equal(old.unit.counters.folded + next.unit.counters.folded, 6);
});

test('hopping windows: a row counts for those of its windows that are ours', () => {
  const harness = new Harness(
    { ...sums, sizeMs: 20, hopMs: 10 },
    { cutover: { from: 10, until: null } },
  );
  harness.rows(0, at(5), at(15), at(25));
  assert.deepEqual(starts(harness), ['10: 2', '20: 1']);
  assert.equal(harness.unit.counters.filtered, 1);
});

test('a cut-over that was set meanwhile takes restored windows away', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 100 });
  harness.rows(0, at(5), at(25));
  harness.commit();
  const again = harness.restart({ cutover: { from: null, until: 20 } });
  assert.deepEqual(starts(again), ['0: 1']);
  assert.deepEqual([again.unit.groups, again.unit.openWindows], [1, 1]);
});

const n: AggregationOptions = { name: 'n', definition: count };
const s: AggregationOptions = { name: 's', definition: sum, inputs: { x: 'f64:x' } };
const m: AggregationOptions = { name: 'm', definition: max, inputs: { x: 'f64:x' } };
const withAll = (...aggregations: AggregationOptions[]) => ({
  ...sums,
  allowedLatenessMs: 100,
  aggregations,
});

test('an added aggregation begins with the next window; a removed one ends', () => {
  const harness = new Harness(withAll(n, s));
  harness.rows(0, at(1, 'a', 5));
  harness.commit();
  const again = harness.restart({ plan: withAll(m, n) });
  again.rows(0, at(2, 'a', 7), at(11, 'a', 9));
  assert.deepEqual(again.flush().map(short), [
    '["a"]@0 2 complete [null,2]',
    '["a"]@10 1 open [9,1]',
  ]);
  again.commit();
  // It comes back, but missed rows of the open windows: nothing is made of its old cells.
  const third = again.restart({ plan: withAll(n, s, m) });
  third.rows(0, at(3, 'a', 1), at(12, 'a', 2), at(21, 'a', 3));
  assert.deepEqual(third.flush().map(short), [
    '["a"]@0 3 complete [3,null,null]',
    '["a"]@10 2 complete [2,null,9]',
    '["a"]@20 1 open [1,3,3]',
  ]);
});

test('a hopping window whose panes do not all have an aggregation gives null for it', () => {
  const hopping = { sizeMs: 20, hopMs: 10 };
  const harness = new Harness({ ...withAll(n), ...hopping });
  harness.rows(0, at(1, 'a', 5));
  harness.commit();
  const again = harness.restart({ plan: { ...withAll(n, s), ...hopping } });
  again.rows(0, at(11, 'a', 7));
  assert.deepEqual(again.flush().map(short), [
    '["a"]@-10 1 complete [1,null]',
    '["a"]@0 2 open [2,null]',
    '["a"]@10 1 open [1,7]',
  ]);
});

test('two outputs of one meaning share their cells', () => {
  const plan = new Harness(withAll(s, { ...s, name: 's2' })).plan;
  const [first, second] = plan.aggregations;
  const shared = { ...plan, aggregations: [first!, { ...second!, signature: first!.signature }] };
  const harness = new Harness(shared);
  harness.rows(0, at(1, 'a', 5), at(1, 'a', 6));
  assert.deepEqual(harness.emit().map(short), ['["a"]@0 2 open [11,11]']);
});
