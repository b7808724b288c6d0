/** Runs a case of a view and says in what it differs from what is expected. */
import { lineBatch } from '../../actors/line-batch.ts';
import type { StraightLane } from '../../actors/straight-lane.ts';
import { StraightRun } from '../../actors/straight-run.ts';
import type { DecoderBatch } from '../../kernels/decoder-batch.ts';
import { check } from '../../runtime/errors.ts';
import { isWindowTime } from '../../views/lint/view-test-rules.ts';
import type { ViewPlan } from '../../views/plan.ts';
import type { InputRow, ViewTestCase } from '../../views/schema/view-test-schema.ts';
import { compareRows, type Difference, type Row } from './compare.ts';

export interface CaseOutcome {
  readonly rows: readonly Row[];
  readonly deadLetters: readonly Row[];
  readonly counters: Readonly<Record<string, number>>;
}

export interface CaseDifferences {
  /** False: the case does not say which rows it expects. */
  readonly expects: boolean;
  readonly rows: readonly Difference[];
  readonly deadLetters: readonly Difference[];
  readonly counters: readonly Difference[];
}

/** Of a case with one partition. */
const ONLY_PARTITION = 'rows';

export function runCase(lane: StraightLane, plan: ViewPlan, one: ViewTestCase): CaseOutcome {
  const inputs = Object.entries(one.partitions ?? { [ONLY_PARTITION]: one.rows ?? [] });
  const partitions = inputs.map(([name]) => name);
  const run = new StraightRun({ lane, plans: [plan], partitions });
  for (const [index, [, rows]] of inputs.entries()) run.feed(index, batchOf(rows));
  const [result] = run.finish({ complete: one.complete });
  check(result !== undefined, 'a run of one view has one result');
  const { counters, deadLetters, rows } = result;
  return {
    rows: rows.map(({ generation: _, claim, group_key, ...row }): Row => {
      const shown = Object.entries(row).map(([name, value]): [string, Row[string]] => {
        return [name, value ?? null];
      });
      return {
        ...Object.fromEntries(shown),
        truncated: row.truncated ?? false,
        gap: row.gap ?? false,
      };
    }),
    deadLetters: deadLetters.map(({ partition, offset, reason }) => ({
      partition,
      row: offset,
      reason,
    })),
    counters: {
      read: counters.read,
      folded: counters.folded,
      filtered: counters.filtered,
      too_late: counters.tooLate,
      invalid: counters.invalid,
      late: counters.late,
      missed_windows: counters.missedWindows,
      overflow: counters.overflow,
    },
  };
}

function batchOf(rows: readonly InputRow[]): DecoderBatch {
  const timestamps: (number | null)[] = [];
  const lines = rows.map((row) => {
    if (typeof row === 'string') {
      timestamps.push(null);
      return row;
    }
    const { $timestamp, ...values } = row;
    timestamps.push(typeof $timestamp === 'number' ? $timestamp : null);
    return JSON.stringify(values);
  });
  return lineBatch(lines, timestamps);
}

export function differencesOf(
  plan: ViewPlan,
  one: ViewTestCase,
  { rows, deadLetters, counters }: CaseOutcome,
): CaseDifferences {
  const expected = one.expect?.map(withEpochTimes);
  const identity = [...plan.keys.map(({ name }) => name), 'window_start', 'window_end'];
  return {
    expects: expected !== undefined,
    rows: compareRows(expected ?? [], rows, identity),
    deadLetters:
      one.dead_letters === undefined
        ? []
        : compareRows(one.dead_letters.map(defined), deadLetters, ['partition', 'row']),
    counters:
      one.counters === undefined ? [] : compareRows([defined(one.counters)], [counters], []),
  };
}

export const isPassed = ({ expects, rows, deadLetters, counters }: CaseDifferences): boolean =>
  expects && rows.length === 0 && deadLetters.length === 0 && counters.length === 0;

const withEpochTimes = (row: Row): Row =>
  Object.fromEntries(
    Object.entries(row).map(([column, value]) => {
      const isText = isWindowTime(column) && typeof value === 'string';
      return [column, isText ? Date.parse(value) : value];
    }),
  );

/** Without the members that are left out. */
function defined(object: Readonly<Record<string, string | number | undefined>>): Row {
  const entries = Object.entries(object).flatMap(([key, value]): [string, string | number][] =>
    value === undefined ? [] : [[key, value]],
  );
  return Object.fromEntries(entries);
}
