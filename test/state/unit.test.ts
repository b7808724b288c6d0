import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unit } from '../../state/unit.ts';
import { count } from '../../views/aggregations/count.ts';
import { sum } from '../../views/aggregations/sum.ts';
import { Feed } from './feed.ts';
import { type PlanOptions, planOf } from './plans.ts';
import { rowsOf } from './rows.ts';

const sums: PlanOptions = {
  keys: ['k'],
  aggregations: [
    { name: 'n', definition: count },
    { name: 's', definition: sum, inputs: { x: 'f64:x' } },
  ],
};

function unitOf(options: PlanOptions) {
  const plan = planOf(options);
  const feed = new Feed(plan.columns);
  const cutover = { from: null, until: null };
  const unit = new Unit({ plan, generation: 8, claim: 1, cutover, start: [] });
  unit.bind(feed.lane);
  unit.partition(0, 'p0');
  return { plan, feed, unit };
}

test('rows are folded into tumbling windows and emitted with their full values', () => {
  const { feed, unit } = unitOf(sums);
  unit.process(
    feed.chunk(0, 0, [
      { time: 1, values: { k: 'a', x: 1 } },
      { time: 2, values: { k: 'b', x: 2 } },
      { time: 9, values: { k: 'a', x: 3 } },
      { time: 10, values: { k: 'a', x: 4 } },
    ]),
  );
  const rows = rowsOf(unit.emit({ updates: true }));
  assert.deepEqual(
    rows.map(({ key, start, end, rows, complete, values }) => [
      key,
      start,
      end,
      rows,
      complete,
      values,
    ]),
    [
      ['["a"]', 0, 10, 2, true, [2, 4]],
      ['["b"]', 0, 10, 1, true, [1, 2]],
      ['["a"]', 10, 20, 1, false, [1, 4]],
    ],
  );
});
