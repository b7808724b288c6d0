/** A unit's line of the board: what the supervisor and the display see of it. */
import type { Unit } from '../state/unit.ts';
import type { Board, BoardField } from './board.ts';

/** What a unit itself does not know. */
export type DriverFields = 'position' | 'result_rows' | 'busy_ms' | 'checkpoints';

export class UnitLine {
  readonly #board: Board;
  readonly #line: number;

  /** A start of the unit, with what it was restored from. */
  constructor(board: Board, line: number, unit: Unit) {
    this.#board = board;
    this.#line = line;
    const starts = board.get(line, 'starts');
    if (starts === 0) this.#set('read_before', unit.counters.read);
    this.#set('starts', starts + 1);
  }

  committedAt(nowMs: number): void {
    this.#set('committed_at', nowMs);
  }

  publish(unit: Unit, driver: Readonly<Record<DriverFields, number>>): void {
    const { counters } = unit;
    this.#set('read', counters.read);
    this.#set('folded', counters.folded);
    this.#set('filtered', counters.filtered);
    this.#set('too_late', counters.tooLate);
    this.#set('invalid', counters.invalid);
    this.#set('late', counters.late);
    this.#set('overflow', counters.overflow);
    this.#set('groups', unit.groups);
    this.#set('groups_max', Math.max(this.#board.get(this.#line, 'groups_max'), unit.groups));
    this.#set('windows', unit.openWindows);
    this.#set('memory', unit.memoryBytes);
    this.#set('time_max', unit.timeMax);
    this.#set('watermark', unit.watermark);
    this.#set('pending_batches', unit.pendingBatches);
    this.#set('position', driver.position);
    this.#set('result_rows', driver.result_rows);
    this.#set('busy_ms', driver.busy_ms);
    this.#set('checkpoints', driver.checkpoints);
  }

  #set(field: BoardField, value: number): void {
    this.#board.set(this.#line, field, value);
  }
}
