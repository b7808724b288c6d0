import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BATCH_KEY_BYTES_MAX, BATCH_ROWS_MAX } from '../../state/emission.ts';
import { aggregation } from '../../views/aggregations/contract.ts';
import { Feed } from './feed.ts';
import { at, Harness, short, sums } from './harness.ts';
import { rowsOf } from './rows.ts';

/** 40,000 groups in one window. */
function large(limits = { groups: 1e6, memoryBytes: 2 ** 30 }): Harness {
  const harness = new Harness({ keys: ['k'], allowedLatenessMs: 100, limits });
  const feed = new Feed(harness.plan.columns, 8192, 1 << 16);
  harness.unit.bind(feed.lane);
  harness.unit.partition(0, 'p0');
  for (let offset = 0; offset < 40_000; offset += 8000) {
    const rows = Array.from({ length: 8000 }, (_, row) => at(1, `${offset + row}`));
    harness.unit.process(feed.chunk(0, offset, rows));
  }
  return harness;
}

test('batches are bounded, and emission goes on where it stopped', () => {
  const { unit } = large();
  const [first, ...none] = unit.emit({ updates: true, batchesMax: 1 });
  assert.deepEqual([first!.batch, first!.count, none.length], [1, BATCH_ROWS_MAX, 0]);
  assert.equal(unit.hasCompleted, true, 'what is left over');
  const rest = unit.emit({ updates: false });
  const whole = Math.floor(40_000 / BATCH_ROWS_MAX);
  const last = whole + 1;
  const expected = Array.from({ length: whole - 1 }, (_, index) => [index + 2, BATCH_ROWS_MAX]);
  assert.deepEqual(
    rest.map(({ batch, count }) => [batch, count]),
    [...expected, [last, 40_000 - whole * BATCH_ROWS_MAX]],
  );
  const keys = [first!, ...rest].flatMap((batch) => rowsOf([batch]).map(({ key }) => key));
  assert.equal(new Set(keys).size, 40_000);
  const bytes = [first!, ...rest].map(({ keyBytes }) => keyBytes.buffer.byteLength);
  const sum = (from: number) => bytes.slice(from).reduce((all, each) => all + each, 0);
  assert.deepEqual([unit.pendingBatches, unit.pendingBytes], [last, sum(0)]);
  unit.acked(2);
  assert.deepEqual([unit.pendingBatches, unit.pendingBytes], [last - 2, sum(2)]);
  unit.acked(1);
  assert.deepEqual([unit.pendingBatches, unit.pendingBytes], [last - 2, sum(2)]);
  unit.acked(last);
  assert.deepEqual([unit.pendingBatches, unit.pendingBytes], [0, 0]);
  assert.deepEqual(unit.emit({ updates: true }), []);
});

test('long keys make batches of fewer rows', () => {
  const { plan, unit } = new Harness({ keys: ['k'], allowedLatenessMs: 100 });
  const feed = new Feed(plan.columns, 8192, 1 << 16);
  unit.bind(feed.lane);
  unit.partition(0, 'p0');
  const length = 1000;
  const whole = Math.ceil(BATCH_KEY_BYTES_MAX / (length + 4));
  const keys = Array.from({ length: 2 * whole + 3 }, (_, row) => `${row}`.padStart(length, 'x'));
  unit.process(
    feed.chunk(
      0,
      0,
      keys.map((key) => at(1, key)),
    ),
  );
  const counts = unit.emit({ updates: true }).map(({ count }) => count);
  assert.deepEqual(counts, [whole, whole, 3]);
});

test('a group that changes while its window is being emitted is emitted again', () => {
  const harness = large();
  const { unit } = harness;
  unit.emit({ updates: true, batchesMax: 1 });
  unit.bind(harness.feed.lane);
  unit.partition(0, 'p0');
  harness.rows(0, at(2, '0'), at(2, '39999'), at(2, 'new'));
  const rest = rowsOf(unit.emit({ updates: false }));
  assert.equal(rest.length, 40_001 - BATCH_ROWS_MAX);
  assert.deepEqual(
    rest.slice(-2).map(({ key, rows }) => [key, rows]),
    [
      ['["39999"]', 2],
      ['["new"]', 1],
    ],
  );
  assert.deepEqual(
    rowsOf(unit.emit({ updates: true })).map(({ key, rows }) => [key, rows]),
    [
      ['["0"]', 2],
      ['["39999"]', 2],
      ['["new"]', 1],
    ],
  );
});

test('a window that is truncated while it is being emitted is emitted anew, with the flag', () => {
  const harness = large({ groups: 40_000, memoryBytes: 2 ** 30 });
  const { unit } = harness;
  unit.emit({ updates: true, batchesMax: 1 });
  unit.bind(harness.feed.lane);
  unit.partition(0, 'p0');
  harness.rows(0, at(2, 'one too many'));
  const rows = rowsOf(unit.emit({ updates: true }));
  assert.equal(rows.length, 40_001);
  assert.ok(rows.every(({ truncated }) => truncated));
});

test('a batch holds rows of several windows, with versions', () => {
  const harness = new Harness({ ...sums, delayMs: 100 }, { claim: 5 });
  harness.rows(0, at(1, 'a', 2), at(11, 'b', 3), at(1, 'a', 4));
  const [batch, ...none] = harness.unit.emit({ updates: true });
  assert.equal(none.length, 0);
  assert.deepEqual([batch!.view, batch!.generation, batch!.claim, batch!.batch], ['v', 8, 5, 1]);
  assert.deepEqual(rowsOf([batch!]).map(short), ['["a"]@0 2 open [2,6]', '["b"]@10 1 open [1,3]']);
  assert.deepEqual([...batch!.windowEnd], [10, 20]);
});

test('results that are not finite are null, and counted', () => {
  const wild = (result: number, result_type: 'number' | 'value') =>
    aggregation({
      doc: `${result}`,
      error: 'exact',
      empty: null,
      result_type,
      inputs: {},
      cells: [],
      version: 1,
      fold() {},
      merge() {},
      result: () => result,
    });
  const harness = new Harness({
    keys: [],
    aggregations: [
      { name: 'a', definition: wild(Number.POSITIVE_INFINITY, 'number') },
      { name: 'b', definition: wild(Number.NaN, 'value') },
      { name: 'c', definition: wild(1, 'value') },
    ],
  });
  harness.rows(0, at(1));
  assert.deepEqual(harness.emit().map(short), ['[]@0 1 open [null,null,1]']);
  assert.equal(harness.unit.counters.notFinite, 2);
});

test('acks of batches that were never emitted are a mistake', () => {
  const { unit } = new Harness(sums);
  assert.throws(() => unit.acked(1), /only batches that were emitted/);
});
