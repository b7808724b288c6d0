/** Failed cases for people: row by row, and within a row column by column. */
import { isWindowTime } from '../../views/lint/view-test-rules.ts';
import type { ViewPlan } from '../../views/plan.ts';
import { flatJsonText } from '../json-text.ts';
import type { Difference, Row } from './compare.ts';
import type { CaseDifferences } from './run-case.ts';

/** Differences of one kind that are shown at most. */
const SHOWN_MAX = 20;

export function differencesText(plan: ViewPlan, differences: CaseDifferences): string {
  const { expects, rows, deadLetters, counters } = differences;
  const names = [...plan.keys.map(({ name }) => name), 'window_start'];
  const lines = [
    ...(expects ? [] : ['the case has no "expect"; `la test --update` writes what comes out']),
    ...(expects ? section('row', rows, names) : []),
    ...section('dead letter', deadLetters, ['partition', 'row']),
    ...section('counters', counters, []),
  ];
  return lines.map((line) => `    ${line}\n`).join('');
}

function section(what: string, differences: readonly Difference[], names: readonly string[]) {
  const lines = differences.slice(0, SHOWN_MAX).flatMap((one) => describe(what, one, names));
  const more = differences.length - SHOWN_MAX;
  return more > 0 ? [...lines, `… and ${more} more`] : lines;
}

function describe(what: string, difference: Difference, names: readonly string[]): string[] {
  const { expected, actual, columns } = difference;
  if (actual === null) return [`missing ${what}: ${rowText(expected ?? {})}`];
  if (expected === null) return [`unexpected ${what}: ${rowText(actual)}`];
  const shown = columns.map((column) => ({
    column,
    expected: valueText(column, expected[column]),
    actual: valueText(column, actual[column]),
  }));
  const width = (key: 'column' | 'expected') => Math.max(...shown.map((one) => one[key].length));
  const of = names
    .filter((name) => Object.hasOwn(actual, name))
    .map((name) => [name, actual[name]!]);
  const place = of.length === 0 ? '' : ` ${rowText(Object.fromEntries(of))}`;
  return [
    `${what}${place} differs:`,
    ...shown.map(
      (one) =>
        `  ${one.column.padEnd(width('column'))}  expected ${one.expected.padEnd(width('expected'))}  actual ${one.actual}`,
    ),
  ];
}

const rowText = (row: Row): string =>
  `{ ${Object.entries(row)
    .filter(([column, value]) => value !== false || (column !== 'truncated' && column !== 'gap'))
    .map(([column, value]) => `${JSON.stringify(column)}: ${valueText(column, value)}`)
    .join(', ')} }`;

function valueText(column: string, value: Row[string] | undefined): string {
  if (value === undefined) return 'nothing';
  if (isWindowTime(column) && typeof value === 'number') return `"${isoText(value)}"`;
  return flatJsonText(value);
}

/** A time as cases and people write it. */
export const isoText = (time: number): string => new Date(time).toISOString().replace('.000Z', 'Z');
