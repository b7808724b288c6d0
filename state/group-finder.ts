/** Finds the group of each row, makes those that are new, and counts the rows. */
import type { Budget } from './budget.ts';
import type { GroupTable } from './group-table.ts';
import type { KeyCodes } from './key-codes.ts';
import { keyBytesMax, nullKey, writeKey } from './key-text.ts';
import { PlainKeys } from './plain-keys.ts';

/** Cells of a table beyond which it is in no cache: then touching them beforehand pays. */
const LARGE_CELLS = 64 * 1024;

export class GroupFinder {
  readonly #keyCodes: KeyCodes;
  readonly #budget: Budget;
  readonly #nullKey: Uint8Array;
  readonly #plainKeys: PlainKeys;
  #touched = 0;
  #missed = new Uint32Array(0);
  #fresh = new Uint32Array(0);
  #codes = new Uint32Array(0);
  /** Of the rows found last: the first cell of each one's group. */
  at: Uint32Array = new Uint32Array(0);

  constructor(keyCodes: KeyCodes, budget: Budget) {
    this.#keyCodes = keyCodes;
    this.#budget = budget;
    this.#nullKey = nullKey(keyCodes.columns.length);
    this.#plainKeys = new PlainKeys(keyCodes.columns);
  }

  /** Which of the rows found last went to the overflow group: places in the selection. */
  overflowed(count: number): Uint32Array {
    return this.#missed.subarray(0, count);
  }

  /** Counts `count` rows for the only group of a table without grouping columns, whose cells are the first. */
  countOne(table: GroupTable, count: number, round: number): void {
    if (table.count === 0) this.#addKey(table, this.#nullKey);
    table.cells[0]! += count;
    table.changed[0] = round;
  }

  /**
   * Leaves the first cell of each row's group in `at`, its rows counted and the group marked as changed in `round`. Returns how
   * many rows went to the overflow group.
   */
  find(table: GroupTable, rows: Uint32Array | null, count: number, round: number): number {
    this.#reserve(count);
    const codes = this.#keyCodes.codes(rows, count, this.#codes);
    const { lookup } = table;
    const misses = lookup.find(codes, count, this.at, this.#missed);
    const overflow = misses === 0 ? 0 : this.#findMissed(table, rows, codes, misses);
    if (table.cells.length > LARGE_CELLS) this.#touched += touchCells(table, this.at, count);
    countRows(table, this.at, count, round);
    return overflow;
  }

  #findMissed(
    table: GroupTable,
    rows: Uint32Array | null,
    codes: Uint32Array,
    misses: number,
  ): number {
    const { lookup } = table;
    const missed = this.#missed;
    lookup.reserve(largest(codes, missed, misses));
    // Where the look-up knows every group, an unknown code is a new one.
    if (table.isKnown && this.#budget.room >= misses) {
      this.#addFresh(table, rows, codes, misses);
      return 0;
    }
    let overflow = 0;
    for (let miss = 0; miss < misses; miss++) {
      const place = missed[miss]!;
      const code = codes[place]!;
      let found = lookup.get(code);
      if (found === 0) {
        const group = this.#groupOf(table, rows === null ? place : rows[place]!);
        if (group >= 0) {
          lookup.set(code, group);
          found = group + 1;
        } else {
          found = this.#overflowGroup(table) + 1;
          // Behind the miss at hand: overflows are misses.
          missed[overflow++] = place;
        }
      }
      this.at[place] = found;
    }
    return overflow;
  }

  /** Makes the groups of the missed rows, all together. */
  #addFresh(table: GroupTable, rows: Uint32Array | null, codes: Uint32Array, misses: number): void {
    table.dropIndex();
    const fresh = this.#fresh;
    const made = table.lookup.learn(codes, this.#missed, misses, table.count, this.at, fresh);
    if (rows !== null) for (let i = 0; i < made; i++) fresh[i] = rows[fresh[i]!]!;
    this.#budget.groups += made;
    const isPlain = this.#plainKeys.gather(fresh, made);
    const first = table.reserveGroups(made);
    const { keyStarts } = table;
    let start = keyStarts[first]!;
    for (let i = 0; i < made; i++) {
      const end = isPlain ? this.#writePlain(table, i, start) : -1;
      start = end >= 0 ? end : this.#writeAny(table, fresh[i]!, start);
      keyStarts[first + i + 1] = start;
    }
  }

  #writePlain(table: GroupTable, i: number, start: number): number {
    const keys = this.#plainKeys;
    table.reserveKeyAt(start, keys.bytesOf(i));
    keys.out = table.keyBytes;
    return keys.write(i, start);
  }

  #writeAny(table: GroupTable, row: number, start: number): number {
    const { columns } = this.#keyCodes;
    table.reserveKeyAt(start, keyBytesMax(columns, row));
    return writeKey(columns, row, table.keyBytes, start);
  }

  /** The group of a row whose code is new to the table; -1 when it would be new and the budget is used up. */
  #groupOf(table: GroupTable, row: number): number {
    const { columns } = this.#keyCodes;
    const start = table.reserveKey(keyBytesMax(columns, row));
    const end = writeKey(columns, row, table.keyBytes, start);
    // Where the look-up knows every group, an unknown code is a new one.
    if (!table.isKnown) {
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

  #reserve(count: number): void {
    if (this.at.length >= count) return;
    this.at = new Uint32Array(count);
    this.#missed = new Uint32Array(count);
    this.#fresh = new Uint32Array(count);
    this.#codes = new Uint32Array(count);
  }
}

/**
 * Loads what `countRows` will write, in a loop so short that many loads are under way at once. Returns something made of
 * them, lest they be left out.
 */
function touchCells({ cells, stride }: GroupTable, at: Uint32Array, count: number): number {
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const cell = Math.imul(at[i]! - 1, stride) >>> 0;
    seen += cells[cell]! + cells[cell + stride - 1]!;
  }
  return seen;
}

/** Counts each row for its group and marks the group; turns group + 1 into the group's first cell. */
function countRows(
  { cells, changed, stride }: GroupTable,
  at: Uint32Array,
  count: number,
  round: number,
): void {
  for (let i = 0; i < count; i++) {
    const group = at[i]! - 1;
    const cell = Math.imul(group, stride) >>> 0;
    changed[group] = round;
    cells[cell]!++;
    at[i] = cell;
  }
}

function largest(codes: Uint32Array, places: Uint32Array, count: number): number {
  let max = 0;
  for (let i = 0; i < count; i++) if (codes[places[i]!]! > max) max = codes[places[i]!]!;
  return max;
}
