import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RowStatus } from '../../runtime/chunk.ts';
import type { Json } from '../../runtime/json.ts';
import { avg } from '../../views/aggregations/avg.ts';
import { count } from '../../views/aggregations/count.ts';
import { last } from '../../views/aggregations/last.ts';
import { max } from '../../views/aggregations/max.ts';
import type { FeedRow } from './feed.ts';
import { at, evaluatorOf, Harness, short, sums } from './harness.ts';
import type { PlanOptions } from './plans.ts';

interface Fates {
  readonly folded?: number;
  readonly filtered?: number;
  readonly tooLate?: number;
  readonly invalid?: number;
  readonly late?: number;
}

/** What becomes of the rows of one partition, in order. */
function f(plan: PlanOptions, rows: readonly FeedRow[], expected: Fates, reasons: string[] = []) {
  const harness = new Harness(plan);
  // One chunk or one a row: borders do not matter.
  const single = new Harness(plan);
  harness.rows(0, ...rows);
  for (const row of rows) single.rows(0, row);
  for (const { unit } of [harness, single]) {
    const { read, folded, filtered, tooLate, invalid, late } = unit.counters;
    assert.equal(read, rows.length);
    assert.deepEqual(
      { folded, filtered, tooLate, invalid, late },
      { folded: 0, filtered: 0, tooLate: 0, invalid: 0, late: 0, ...expected },
    );
  }
  const letters = [harness, single].map(({ unit }) => {
    const found: string[] = [];
    for (let taken = unit.takeDeadLetters(); taken !== null; taken = unit.takeDeadLetters()) {
      found.push(...taken.letters.map(({ offset, reason }) => `${offset} ${reason}`));
    }
    return found;
  });
  assert.deepEqual(letters, [reasons, reasons]);
  assert.deepEqual(single.emit().map(short), harness.emit().map(short));
}

const late = (allowedLatenessMs: number, delayMs = 0): PlanOptions => ({
  ...sums,
  allowedLatenessMs,
  delayMs,
});

test('lateness is judged by the watermark just before the row', () => {
  f(late(0), [at(5), at(10), at(9)], { folded: 2, tooLate: 1 }, ['2 too_late']);
  f(late(0), [at(9), at(9), at(3)], { folded: 3 });
  f(late(0, 1), [at(10), at(9), at(11), at(9)], { folded: 3, tooLate: 1 }, ['3 too_late']);
  // Late, and still taken: the window ended, its lateness is allowed.
  f(late(5), [at(14), at(9)], { folded: 2, late: 1 });
  f(late(5), [at(15), at(9)], { folded: 1, tooLate: 1 }, ['1 too_late']);
});

test('every row with a readable time moves the watermark', () => {
  const filter = evaluatorOf('boolean', ({ columns }, row) =>
    columns[1]!.numbers[row] === 0 ? 0 : 1,
  );
  const plan = { ...late(0), filter };
  f(plan, [at(20, 'a', 0), at(9)], { filtered: 1, tooLate: 1 }, ['1 too_late']);
  f(plan, [at(20, { k: 'a', x: 'text' }), at(9)], { invalid: 1, tooLate: 1 }, [
    '0 wrong_type:x',
    '1 too_late',
  ]);
  f(plan, [at(null), at(9)], { invalid: 1, folded: 1 }, ['0 time_unreadable']);
  f(plan, [{ ...at(20), status: RowStatus.TIME_AHEAD }, at(9)], { invalid: 1, folded: 1 }, [
    '0 time_ahead',
  ]);
});

test('a row is invalid first, then filtered, then late', () => {
  const filter = evaluatorOf('boolean', () => 0);
  f({ ...late(0), filter }, [at(20, { x: 'text' }), at(20), at(1)], { invalid: 1, filtered: 2 }, [
    '0 wrong_type:x',
  ]);
});

test('of several reasons the first counts: the record, the keys, the inputs', () => {
  const wrong = { k: [], x: 'text' };
  f(sums, [{ ...at(1, wrong), status: RowStatus.MALFORMED }, at(1, wrong)], { invalid: 2 }, [
    '0 malformed',
    '1 wrong_type:k',
  ]);
});

test('new groups begin with the initial cells of their aggregations', () => {
  const harness = new Harness({
    keys: ['k'],
    aggregations: [{ name: 'm', definition: max, inputs: { x: 'f64:x' } }],
  });
  harness.rows(0, at(1, 'a', -5), at(1, 'a', -3), at(1, { k: 'b' }));
  assert.deepEqual(harness.emit().map(short), ['["a"]@0 2 open [-3]', '["b"]@0 1 open [null]']);
});

test('a filter that is null or false filters', () => {
  const filter = evaluatorOf('boolean', (_, row) => [1, 0, null][row]!);
  const harness = new Harness({ ...sums, filter });
  harness.rows(0, at(1), at(2), at(3));
  assert.deepEqual(harness.unit.counters.filtered, 2);
});

test('types: what an input does not take makes the row invalid, null is skipped', () => {
  const number = {
    keys: ['k'],
    aggregations: [{ name: 'a', definition: avg, inputs: { x: 'f64:x' } }],
  };
  const x = (value: Json) => at(1, { k: 'a', x: value });
  f(number, [x(1), x(null)], { folded: 2 });
  for (const wrong of ['1', true, false, [], {}])
    f(number, [x(wrong)], { invalid: 1 }, ['0 wrong_type:x']);
  const value = {
    ...number,
    aggregations: [{ name: 'l', definition: last, inputs: { x: 'value:x', time: 'time' } }],
  };
  f(value, [x(1), x('1'), x(null)], { folded: 3 });
  for (const wrong of [true, []]) f(value, [x(wrong)], { invalid: 1 }, ['0 wrong_type:x']);
  const text = {
    ...number,
    aggregations: [{ name: 'l', definition: last, inputs: { x: 'dict32:x', time: 'time' } }],
  };
  f(text, [x('1'), x(null)], { folded: 2 });
  for (const wrong of [1, true, {}]) f(text, [x(wrong)], { invalid: 1 }, ['0 wrong_type:x']);
  f(sums, [at(1, { k: [], x: 1 })], { invalid: 1 }, ['0 wrong_type:k']);
  f(sums, [at(1, { k: true, x: 1 }), at(1, { x: 1 }), at(1, { k: 2, x: 1 })], { folded: 3 });
});

test('inputs that are null, or rows outside an own filter, do not reach the fold', () => {
  const odd = evaluatorOf('boolean', ({ columns }, row) => {
    const x = columns[1]!.numbers[row]!;
    return Number.isNaN(x) ? null : x % 2;
  });
  const harness = new Harness({
    keys: ['k'],
    aggregations: [
      { name: 'a', definition: avg, inputs: { x: 'f64:x' } },
      { name: 'o', definition: avg, inputs: { x: 'f64:x' }, filter: odd },
      { name: 'n', definition: count, filter: odd },
    ],
  });
  harness.rows(0, at(1, 'a', 1), at(1, { k: 'a' }), at(1, 'a', 4), at(2, 'a', 3), at(3, 'b', 2));
  assert.deepEqual(
    harness.emit().map(({ values }) => values),
    [
      [8 / 3, 2, 2],
      [2, null, 0],
    ],
  );
});

test('a dead letter says where and why, with the head of the record', () => {
  const { unit, feed } = new Harness(sums);
  const chunk = feed.chunk(0, 0, [at(1), at(null), at(3, { x: 'text' })]);
  chunk.addSample(1, new TextEncoder().encode('{"broken'));
  unit.process(chunk);
  assert.deepEqual(unit.takeDeadLetters(), {
    batch: 1,
    letters: [
      {
        view: 'v',
        generation: 8,
        partition: 'p0',
        offset: 1,
        reason: 'time_unreadable',
        time: null,
        sample: '{"broken',
      },
      {
        view: 'v',
        generation: 8,
        partition: 'p0',
        offset: 2,
        reason: 'wrong_type:x',
        time: 3,
        sample: null,
      },
    ],
  });
  assert.equal(unit.takeDeadLetters(), null);
  assert.deepEqual(
    [...unit.counters.invalidByReason],
    [
      ['time_unreadable', 1],
      ['wrong_type:x', 1],
    ],
  );
});

test('rows before the own next offset are skipped, and do not move the watermark', () => {
  const start = [{ partition: 'p0', nextOffset: 2, timeMax: null, floor: null }];
  const { unit, feed } = new Harness(late(0), { start });
  unit.process(feed.chunk(0, 0, [at(99), at(99), at(5), at(6)]));
  assert.equal(unit.timeMax, 6);
  assert.equal(unit.counters.folded, 2);
  unit.process(feed.chunk(0, 1, [at(99), at(99), at(99)]));
  assert.deepEqual([unit.counters.read, unit.nextOffset(0)], [2, 4]);
  // Offsets with gaps, as in a compacted topic.
  unit.process(feed.chunk(0, 3, [at(99), { ...at(7), step: 3 }, { ...at(8), step: 5 }], 20));
  assert.deepEqual([unit.counters.read, unit.nextOffset(0), unit.timeMax], [4, 20, 8]);
});

test('a chunk behind a gap is a mistake of the owner', () => {
  const { unit, feed } = new Harness(sums);
  unit.process(feed.chunk(0, 0, [at(1)]));
  assert.throws(() => unit.process(feed.chunk(0, 2, [at(1)])), /no offset between two chunks/);
  assert.throws(() => unit.process(feed.chunk(7, 0, [at(1)])), /named before/);
});
