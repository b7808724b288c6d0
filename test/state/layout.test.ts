import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupTable } from '../../state/group-table.ts';
import { currentLayout, describeLayout, type Layout, layoutOf } from '../../state/layout.ts';
import { mergeTables } from '../../state/merging.ts';
import { count } from '../../views/aggregations/count.ts';
import { countIf } from '../../views/aggregations/count-if.ts';
import { sum } from '../../views/aggregations/sum.ts';
import type { Evaluator } from '../../views/plan.ts';
import { planOf } from './plans.ts';

const never: Evaluator = { type: 'boolean', evaluate: () => assert.fail('is not evaluated') };

const rows = { name: 'n', definition: count };
const counts = planOf({
  keys: ['k'],
  aggregations: [
    rows,
    { name: 'filtered', definition: count, filter: never },
    { name: 'true', definition: countIf, inputs: { condition: never } },
    { name: 's', definition: sum, inputs: { x: 'f64:x' } },
  ],
});
const [signature = ''] = counts.aggregations.map((aggregation) => aggregation.signature);

const placesOf = ({ slots }: Layout) => slots.map(({ offset, width }) => [offset, width]);

test('a count without a filter has no cell of its own', () => {
  const layout = currentLayout(counts);
  const places = [
    [0, 0],
    [1, 1],
    [2, 1],
    [3, 2],
  ];
  assert.deepEqual(placesOf(layout), places);
  assert.equal(layout.stride, 5);
  const described = layout.slots.map(({ signature, width }) => ({ signature, width }));
  assert.deepEqual(describeLayout(layout), described);
  assert.deepEqual(placesOf(layoutOf(counts, described)), places);
});

test('only a count may do without cells', () => {
  const sums = counts.aggregations[3]!.signature;
  assert.throws(() => layoutOf(counts, [{ signature: sums, width: 0 }]));
});

/** A table whose only group has the cells. */
function tableOf(layout: Layout, ...cells: number[]): GroupTable {
  const table = new GroupTable(1, layout);
  table.changed[table.add(Uint8Array.of(0x61), 0, 1)] = 1;
  table.cells.set(cells);
  return table;
}

function countOf(tables: readonly GroupTable[]): unknown {
  const plan = planOf({ keys: ['k'], aggregations: [rows] });
  const merged = mergeTables(plan, tables, 0);
  const { index } = merged.layout.outputs[0]!;
  return count.result(merged.slotCells[index]!, 0, merged.heap, {});
}

test('tables merge, whether or not their count has a cell', () => {
  const plan = planOf({ keys: ['k'], aggregations: [rows] });
  const without = currentLayout(plan);
  const withCell = layoutOf(plan, [{ signature, width: 1 }]);
  assert.deepEqual([without.stride, withCell.stride], [1, 2]);
  assert.equal(countOf([tableOf(without, 3), tableOf(without, 4)]), 7);
  assert.equal(countOf([tableOf(without, 3), tableOf(withCell, 4, 4)]), 7);
  assert.equal(countOf([tableOf(withCell, 3, 3), tableOf(withCell, 4, 4)]), 7);
});
