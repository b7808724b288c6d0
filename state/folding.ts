/** Folds selected rows of a chunk into a table: finds or makes their groups, then runs each aggregation over them. */
import { check } from '../runtime/errors.ts';
import type { InputArrays, InputKind } from '../views/aggregations/contract.ts';
import type { AggregationPlan, InputPlan } from '../views/plan.ts';
import type { Budget } from './budget.ts';
import type { ChunkValues } from './chunk-values.ts';
import type { GroupTable } from './group-table.ts';
import { InputReader } from './inputs.ts';
import type { KeyCodes } from './key-codes.ts';
import { keyBytesMax, nullKey, touchEntries, writeKey } from './key-text.ts';
import { Narrowed, type Selection } from './selection.ts';

/** How the inputs of one aggregation are read. */
interface Reading {
  readonly plan: AggregationPlan;
  readonly inputs: readonly {
    readonly name: string;
    readonly input: InputPlan;
    readonly reader: InputReader;
  }[];
}

export class Folder {
  readonly #keyCodes: KeyCodes;
  readonly #budget: Budget;
  readonly #nullKey: Uint8Array;
  readonly #readings = new Map<AggregationPlan, Reading>();
  readonly #narrowed = new Narrowed();
  #touched = 0;
  #at = new Uint32Array(0);
  #missed = new Uint32Array(0);
  #codes = new Uint32Array(0);

  constructor(keyCodes: KeyCodes, budget: Budget) {
    this.#keyCodes = keyCodes;
    this.#budget = budget;
    this.#nullKey = nullKey(keyCodes.columns.length);
  }

  /**
   * Folds rows `rows[0..count)` of the chunk that `values` and the key codes hold, or rows 0..count when null. Returns how
   * many of them went to the overflow group.
   */
  fold(
    values: ChunkValues,
    table: GroupTable,
    rows: Uint32Array | null,
    count: number,
    round: number,
  ): number {
    this.#reserve(count);
    const overflow = this.#findGroups(table, rows, count);
    touch(table, this.#at, count, round);
    table.changedMax = round;
    const selection = { rows, at: this.#at, count };
    const { slots } = table.layout;
    for (let slot = 0; slot < slots.length; slot++) {
      const { plan } = slots[slot]!;
      if (plan !== null) this.#foldSlot(values, table, slot, plan, selection);
    }
    return overflow;
  }

  /** Which of the rows folded last went to the overflow group: places in the selection. */
  overflowed(count: number): Uint32Array {
    return this.#missed.subarray(0, count);
  }

  /** Leaves group + 1 of each row in #at. */
  #findGroups(table: GroupTable, rows: Uint32Array | null, count: number): number {
    const keyCodes = this.#keyCodes;
    if (keyCodes.columns.length === 0) {
      if (table.count === 0) this.#addKey(table, this.#nullKey);
      this.#at.fill(1, 0, count);
      return 0;
    }
    const codes = keyCodes.codes(rows, count, this.#codes);
    const { lookup } = table;
    lookup.reserve(largest(codes, count));
    const misses = lookup.find(codes, count, this.#at, this.#missed);
    for (const column of keyCodes.columns) {
      this.#touched ^= touchEntries(column, rows, this.#missed, misses);
    }
    let overflow = 0;
    for (let miss = 0; miss < misses; miss++) {
      const i = this.#missed[miss]!;
      const code = codes[i]!;
      let found = lookup.get(code);
      if (found === 0) {
        const group = this.#groupOf(table, rows === null ? i : rows[i]!);
        if (group < 0) {
          this.#at[i] = this.#overflowGroup(table) + 1;
          // Behind the miss at hand: overflows are misses.
          this.#missed[overflow++] = i;
          continue;
        }
        lookup.set(code, group);
        found = group + 1;
      }
      this.#at[i] = found;
    }
    return overflow;
  }

  /** The group of a row whose code is new to the table; -1 when it would be new and the budget is used up. */
  #groupOf(table: GroupTable, row: number): number {
    const { columns } = this.#keyCodes;
    const start = table.reserveKey(keyBytesMax(columns, row));
    const end = writeKey(columns, row, table.keyBytes, start);
    // Where the look-up knows every group, an unknown code is a new one.
    if (table.lookup.known < table.count) {
      const group = table.find(table.keyBytes, start, end);
      if (group >= 0) return group;
    } else {
      table.dropIndex();
    }
    if (this.#budget.full) return -1;
    this.#budget.groups++;
    return table.addReserved(end);
  }

  /**
   * The window's overflow group is the group whose grouping columns are all null, whether or not rows of that key exist: a
   * sink tells rows apart by key and window only, so that two groups of one key would overwrite each other. In a truncated
   * window that row holds both. One such group a table is made beyond the budget.
   */
  #overflowGroup(table: GroupTable): number {
    const code = this.#keyCodes.nullCode;
    table.lookup.reserve(code);
    const known = table.lookup.get(code);
    if (known > 0) return known - 1;
    const key = this.#nullKey;
    const found = table.find(key, 0, key.length);
    const group = found >= 0 ? found : this.#addKey(table, key);
    table.lookup.set(code, group);
    return group;
  }

  #addKey(table: GroupTable, key: Uint8Array): number {
    this.#budget.groups++;
    return table.add(key, 0, key.length);
  }

  #foldSlot(
    values: ChunkValues,
    table: GroupTable,
    slot: number,
    plan: AggregationPlan,
    all: Selection,
  ): void {
    const reading = this.#readingOf(plan);
    let selection = all;
    if (plan.filter !== null) {
      this.#narrowed.keepTrue(selection, values.evaluate(plan.filter));
      selection = this.#narrowed;
    }
    for (const { input } of reading.inputs) selection = this.#narrow(values, input, selection);
    if (selection.count === 0) return;
    const arrays: Record<string, InputArrays[InputKind]> = {};
    for (const { name, reader } of reading.inputs) arrays[name] = reader.read(values, selection);
    plan.definition.fold(
      table.slotCells[slot]!,
      selection.at,
      arrays,
      selection.count,
      table.heap,
      plan.params,
    );
  }

  /** The selection without the rows for which the input is null, or the condition not true. */
  #narrow(values: ChunkValues, input: InputPlan, from: Selection): Selection {
    const narrowed = this.#narrowed;
    switch (input.from) {
      case 'time':
        return from;
      case 'condition':
        narrowed.keepTrue(from, values.evaluate(input.evaluator));
        return narrowed;
      case 'derived':
        narrowed.dropNulls(from, values.derived(input.index).nulls);
        return narrowed;
      case 'column': {
        const column = values.columns[input.index]!;
        if (!column.tagged) return from;
        narrowed.dropNullTags(from, column.tags);
        return narrowed;
      }
    }
  }

  #readingOf(plan: AggregationPlan): Reading {
    let reading = this.#readings.get(plan);
    if (reading === undefined) {
      const kinds: Readonly<Record<string, InputKind>> = plan.definition.inputs;
      const inputs = Object.entries(plan.inputs).map(([name, input]) => {
        const kind = kinds[name];
        check(kind !== undefined, 'a plan has the inputs that its aggregation declares');
        const source = input.from === 'column' || input.from === 'derived' ? input : null;
        return { name, input, reader: new InputReader(kind, source) };
      });
      reading = { plan, inputs };
      this.#readings.set(plan, reading);
    }
    return reading;
  }

  #reserve(count: number): void {
    if (this.#at.length >= count) return;
    this.#at = new Uint32Array(count);
    this.#missed = new Uint32Array(count);
    this.#codes = new Uint32Array(count);
  }
}

function largest(codes: Uint32Array, count: number): number {
  let max = 0;
  for (let i = 0; i < count; i++) if (codes[i]! > max) max = codes[i]!;
  return max;
}

/** Counts each row for its group and marks the group; turns group + 1 into the group's first cell. */
function touch(table: GroupTable, at: Uint32Array, count: number, round: number): void {
  const { cells, changed, stride } = table;
  for (let i = 0; i < count; i++) {
    const group = at[i]! - 1;
    changed[group] = round;
    const cell = group * stride;
    cells[cell]!++;
    at[i] = cell;
  }
}
