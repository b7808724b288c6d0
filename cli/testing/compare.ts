/** Compares rows with what a case expects of them: the columns it names, and no row more or less. */
import type { Json } from '../../runtime/json.ts';

export type Row = Readonly<Record<string, Json>>;

export interface Difference {
  /** What was expected, under the columns named; null: the row should not be there. */
  readonly expected: Row | null;
  /** Null: the row is missing. */
  readonly actual: Row | null;
  /** Columns that differ, where there are both. */
  readonly columns: readonly string[];
}

/** Numbers that people work out by hand and those of the machine differ in the last digits. */
const TOLERANCE = 1e-9;

function sameNumbers(a: number, b: number): boolean {
  return a === b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

export function sameValues(a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a === 'number' && typeof b === 'number') return sameNumbers(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const entries = Object.entries(a);
  if (entries.length !== Object.keys(b).length) return false;
  const other = new Map(Object.entries(b));
  return entries.every(([key, value]) => other.has(key) && sameValues(value, other.get(key)));
}

const differing = (expected: Row, actual: Row): string[] =>
  Object.keys(expected).filter((column) => !sameValues(expected[column], actual[column]));

/** `identity`: columns that tell which row is meant, by which rows that do not match are put side by side. */
export function compareRows(
  expected: readonly Row[],
  actual: readonly Row[],
  identity: readonly string[],
): Difference[] {
  const partners = matching(expected, actual);
  const left = new Set(actual.keys());
  for (const partner of partners) left.delete(partner);
  const unmet = expected.filter((_, index) => partners[index] === -1);
  const differences = unmet.map((row): Difference => {
    const nearest = nearestOf(row, [...left], actual, identity);
    if (nearest === undefined) return { expected: row, actual: null, columns: [] };
    left.delete(nearest);
    const found = actual[nearest]!;
    return { expected: row, actual: found, columns: differing(row, found) };
  });
  const rest = [...left].map((index) => ({ expected: null, actual: actual[index]!, columns: [] }));
  return [...differences, ...rest];
}

/**
 * For each expected row the actual one it is matched with, or -1: as many as can be, so that a row expected under few
 * columns does not take the only one that fits another.
 */
function matching(expected: readonly Row[], actual: readonly Row[]): number[] {
  const partners = expected.map(() => -1);
  const takenBy = actual.map(() => -1);
  const fits = expected.map((row) =>
    [...actual.keys()].filter((index) => differing(row, actual[index]!).length === 0),
  );
  const place = (row: number, tried: Set<number>): boolean => {
    for (const index of fits[row]!) {
      if (tried.has(index)) continue;
      tried.add(index);
      const holder = takenBy[index]!;
      if (holder >= 0 && !place(holder, tried)) continue;
      takenBy[index] = row;
      partners[row] = index;
      return true;
    }
    return false;
  };
  for (const row of expected.keys()) place(row, new Set());
  return partners;
}

/** The row that was probably meant: of the same identity, the one with the fewest differences. */
function nearestOf(
  expected: Row,
  candidates: readonly number[],
  actual: readonly Row[],
  identity: readonly string[],
): number | undefined {
  const named = identity.filter((column) => Object.hasOwn(expected, column));
  let best: number | undefined;
  let fewest = Object.keys(expected).length;
  for (const index of candidates) {
    const columns = differing(expected, actual[index]!);
    if (columns.length >= fewest || columns.some((column) => named.includes(column))) continue;
    best = index;
    fewest = columns.length;
  }
  return best;
}
