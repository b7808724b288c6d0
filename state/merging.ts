/** Values of windows that are made of several tables: panes, and rows that came late. */
import type { ViewPlan } from '../views/plan.ts';
import { GroupTable } from './group-table.ts';
import { currentLayout, type Layout, layoutOf } from './layout.ts';

const MERGED = -1;

/**
 * A table of the groups that changed after `since` in any of the sources, each with its value over all of them. It holds
 * the aggregations that all sources have: of others a window has no whole value.
 */
export function mergeTables(
  plan: ViewPlan,
  sources: readonly GroupTable[],
  since: number,
): GroupTable {
  const merged = new GroupTable(MERGED, sharedLayout(plan, sources));
  for (const source of sources) addChanged(merged, source, since);
  for (const source of sources) mergeInto(merged, source);
  return merged;
}

function sharedLayout(plan: ViewPlan, sources: readonly GroupTable[]): Layout {
  const isShared = (signature: string) =>
    sources.every(({ layout }) => layout.slots.some((slot) => slot.signature === signature));
  return layoutOf(
    plan,
    currentLayout(plan).slots.filter(({ signature }) => isShared(signature)),
  );
}

function addChanged(merged: GroupTable, source: GroupTable, since: number): void {
  const { changed, keyBytes, keyStarts, count } = source;
  for (let group = 0; group < count; group++) {
    if (changed[group]! <= since) continue;
    const start = keyStarts[group]!;
    const end = keyStarts[group + 1]!;
    if (merged.find(keyBytes, start, end) < 0) merged.add(keyBytes, start, end);
  }
}

function mergeInto(merged: GroupTable, source: GroupTable): void {
  const { keyBytes, keyStarts, count, cells, stride } = source;
  const own = merged.layout.slots.filter(({ width }) => width > 0);
  const pairs = own.map((slot) => {
    const from = source.layout.slots.find(({ signature }) => signature === slot.signature)!;
    return { slot, from };
  });
  for (let group = 0; group < count; group++) {
    const target = merged.find(keyBytes, keyStarts[group]!, keyStarts[group + 1]!);
    if (target < 0) continue;
    const at = target * merged.stride;
    const fromAt = group * stride;
    merged.cells[at]! += cells[fromAt]!;
    for (const { slot, from } of pairs) {
      const { definition, params } = slot.plan!;
      definition.merge(
        merged.slotCells[slot.index]!,
        at,
        source.slotCells[from.index]!,
        fromAt,
        merged.heap,
        source.heap,
        params,
      );
    }
  }
}
