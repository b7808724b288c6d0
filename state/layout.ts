/** Where the cells of each aggregation lie within a group's cells. Cell 0 counts the group's rows. */
import { check } from '../runtime/errors.ts';
import type { Json } from '../runtime/json.ts';
import type { AggregationPlan, ViewPlan } from '../views/plan.ts';

export interface Slot {
  /** Its place in the layout's list. */
  readonly index: number;
  /** Of the aggregation whose cells these are; RETIRED when the view no longer has it. */
  readonly signature: string;
  readonly offset: number;
  /** Cells of its own; 0 where it is cell 0 that it reads, which is folded and merged without it. */
  readonly width: number;
  /** Null when retired. */
  readonly plan: AggregationPlan | null;
}

/**
 * A table keeps the layout that it was made with. An aggregation that was added later has no slot in it, one that was
 * removed has a slot that is folded no more.
 */
export interface Layout {
  readonly slots: readonly Slot[];
  /** Cells of a group. */
  readonly stride: number;
  readonly initial: Float64Array;
  /** For each aggregation of the plan its slot; null where the table lacks it. */
  readonly outputs: readonly (Slot | null)[];
}

/** A removed aggregation missed rows: should it come back, its old cells must not be taken for the whole. */
const RETIRED = '';

/** The layout of new tables. Aggregations of equal signature share one slot. */
export function currentLayout(plan: ViewPlan): Layout {
  const widths = new Map<string, number>();
  for (const aggregation of plan.aggregations) {
    const { signature, cells } = aggregation;
    widths.set(signature, isRowCount(aggregation) ? 0 : cells.length);
  }
  return layoutOf(
    plan,
    Array.from(widths, ([signature, width]) => ({ signature, width })),
  );
}

/** Whether the aggregation's cell would ever hold what cell 0 holds. */
const isRowCount = ({ definition, filter, inputs }: AggregationPlan) =>
  definition.countsRows === true && filter === null && Object.keys(inputs).length === 0;

export const describeLayout = ({ slots }: Layout): Json =>
  slots.map(({ signature, width }) => ({ signature, width }));

/** The layout of a restored table, from what `describeLayout` said of it. */
export function layoutOf(
  plan: ViewPlan,
  described: readonly { readonly signature: string; readonly width: number }[],
): Layout {
  const slots: Slot[] = [];
  const initial = [0];
  for (const { signature, width } of described) {
    const found = plan.aggregations.find((aggregation) => aggregation.signature === signature);
    check(
      found === undefined || found.cells.length === width || (width === 0 && isRowCount(found)),
      'equal signatures have equal cells',
    );
    slots.push({
      index: slots.length,
      signature: found === undefined ? RETIRED : signature,
      offset: width === 0 ? 0 : initial.length,
      width,
      plan: found ?? null,
    });
    if (width > 0) initial.push(...(found?.cells ?? new Array<number>(width).fill(0)));
  }
  return {
    slots,
    stride: initial.length,
    initial: Float64Array.from(initial),
    outputs: plan.aggregations.map(
      ({ signature }) => slots.find((slot) => slot.plan?.signature === signature) ?? null,
    ),
  };
}
