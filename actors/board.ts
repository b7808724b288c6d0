/**
 * What each unit has done, in shared memory: written by the thread it runs on, read by the supervisor and the display
 * without a message. Plain stores of doubles: a reader may see a row count a chunk old, never a torn one.
 */

/**
 * Fields of a unit's line, in order. Times are epoch ms, memory is bytes, `busy_ms` is time spent in turns, `read_before`
 * what was read by earlier runs of the program, `position` the sum of the next offsets of all partitions.
 */
export const boardFields = [
  'read',
  'read_before',
  'position',
  'starts',
  'folded',
  'filtered',
  'too_late',
  'invalid',
  'late',
  'overflow',
  'result_rows',
  'groups',
  'groups_max',
  'windows',
  'memory',
  'busy_ms',
  'time_max',
  'watermark',
  'committed_at',
  'checkpoints',
  'pending_batches',
] as const;

export type BoardField = (typeof boardFields)[number];

const LINE = 32;

export class Board {
  readonly buffer: SharedArrayBuffer;
  readonly #values: Float64Array;

  constructor(unitsMaxOrBuffer: number | SharedArrayBuffer) {
    this.buffer =
      typeof unitsMaxOrBuffer === 'number'
        ? new SharedArrayBuffer(unitsMaxOrBuffer * LINE * 8)
        : unitsMaxOrBuffer;
    this.#values = new Float64Array(this.buffer);
  }

  get unitsMax(): number {
    return this.#values.length / LINE;
  }

  set(unit: number, field: BoardField, value: number): void {
    this.#values[unit * LINE + boardFields.indexOf(field)] = value;
  }

  get(unit: number, field: BoardField): number {
    return this.#values[unit * LINE + boardFields.indexOf(field)]!;
  }

  read(unit: number): Record<BoardField, number> {
    const line = {} as Record<BoardField, number>;
    for (const field of boardFields) line[field] = this.get(unit, field);
    return line;
  }

  clear(unit: number): void {
    this.#values.fill(0, unit * LINE, (unit + 1) * LINE);
  }
}
