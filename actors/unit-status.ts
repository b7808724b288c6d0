import type { ErrorData } from '../runtime/errors.ts';
import type { Board, BoardField } from './board.ts';
import type { UnitRecord, UnitState } from './unit-record.ts';

/** What can be told of a unit at any time. */
export interface UnitStatus extends Record<BoardField, number> {
  readonly unit: string;
  readonly view: string;
  readonly stream: string;
  readonly generation: number;
  readonly state: UnitState;
  /** Why it is disabled, or failed last. */
  readonly error: ErrorData | null;
  /** What it waits for: a sink or a store that is away. */
  readonly trouble: ErrorData | null;
  /** Rows that the stream's reader is ahead of it. */
  readonly lag_rows: number;
  /** Rows of its stream, catch-up lanes included, that were decoded the slow way. */
  readonly rows_left_to_twin: number;
  /** How often it had to leave the main lane for one of its own, and how often it came back. */
  readonly leaves: number;
  readonly rejoins: number;
}

export function statusOf(record: UnitRecord, board: Board): UnitStatus {
  const { spec, line, task } = record;
  const fields = board.read(line);
  return {
    ...fields,
    lag_rows: Math.max(0, task.position - fields.position),
    rows_left_to_twin: task.leftToTwin,
    leaves: record.leaves,
    rejoins: record.rejoins,
    unit: spec.unit,
    view: spec.view.view,
    stream: spec.stream.name,
    generation: spec.generation,
    state: record.state,
    error: record.error,
    trouble: record.trouble,
  };
}
