/** Folds selected rows of a chunk into a table: finds or makes their groups, then runs each aggregation over them. */
import { check } from '../runtime/errors.ts';
import type { InputArrays, InputKind } from '../views/aggregations/contract.ts';
import type { AggregationPlan, InputPlan } from '../views/plan.ts';
import type { Budget } from './budget.ts';
import type { ChunkValues } from './chunk-values.ts';
import { GroupFinder } from './group-finder.ts';
import type { GroupTable } from './group-table.ts';
import { InputReader } from './inputs.ts';
import type { KeyCodes } from './key-codes.ts';
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
  readonly #finder: GroupFinder;
  readonly #hasKeys: boolean;
  readonly #readings = new Map<AggregationPlan, Reading>();
  readonly #narrowed = new Narrowed();
  /** First cells of rows that are all of group 0. */
  #zeros = new Uint32Array(0);

  constructor(keyCodes: KeyCodes, budget: Budget) {
    this.#finder = new GroupFinder(keyCodes, budget);
    this.#hasKeys = keyCodes.columns.length > 0;
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
    table.changedMax = round;
    if (!this.#hasKeys) {
      this.#foldOne(values, table, rows, count, round);
      return 0;
    }
    const overflow = this.#finder.find(table, rows, count, round);
    this.#foldSlots(values, table, { rows, at: this.#finder.at, count }, false);
    return overflow;
  }

  /** Which of the rows folded last went to the overflow group: places in the selection. */
  overflowed(count: number): Uint32Array {
    return this.#finder.overflowed(count);
  }

  /** All rows belong to the table's only group. */
  #foldOne(
    values: ChunkValues,
    table: GroupTable,
    rows: Uint32Array | null,
    count: number,
    round: number,
  ): void {
    this.#finder.countOne(table, count, round);
    if (this.#zeros.length < count) this.#zeros = new Uint32Array(count);
    this.#foldSlots(values, table, { rows, at: this.#zeros, count }, true);
  }

  #foldSlots(values: ChunkValues, table: GroupTable, all: Selection, isOne: boolean): void {
    const { slots } = table.layout;
    for (let slot = 0; slot < slots.length; slot++) {
      const { plan, width } = slots[slot]!;
      if (plan !== null && width > 0) this.#foldSlot(values, table, slot, plan, all, isOne);
    }
  }

  #foldSlot(
    values: ChunkValues,
    table: GroupTable,
    slot: number,
    plan: AggregationPlan,
    all: Selection,
    isOne: boolean,
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
    const cells = table.slotCells[slot]!;
    const { definition, params } = plan;
    const { at, count } = selection;
    if (isOne && definition.foldOne !== undefined) {
      definition.foldOne(cells, 0, arrays, count, table.heap, params);
    } else {
      definition.fold(cells, at, arrays, count, table.heap, params);
    }
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
}
