import { columnKey } from '../runtime/chunk.ts';
import { check } from '../runtime/errors.ts';
import type { Lane } from '../runtime/lane.ts';
import type { ViewPlan } from '../views/plan.ts';

/** The lane's column for each of the plan's, by path and kind. */
export function columnIndexesOf(plan: ViewPlan, lane: Lane): number[] {
  const keys = lane.options.columns.map(columnKey);
  return plan.columns.map((column) => {
    const index = keys.indexOf(columnKey(column));
    check(index >= 0, 'the lane has all columns of the view');
    return index;
  });
}
