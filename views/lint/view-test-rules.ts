/** What the cases of a view must be beyond their shape. */
import type { Json } from '../../runtime/json.ts';
import { closest } from '../closest.ts';
import { suggestion, viewError } from '../errors.ts';
import { type Problem, within } from '../problem.ts';
import { isIsoTime } from '../schema/common.ts';
import { listOf, memberOf, objectOf, textOf } from './raw.ts';

/** Columns of a result row that a case may name beside the view's own. */
const OWN_COLUMNS: readonly string[] = [
  'window_start',
  'window_end',
  'rows',
  'complete',
  'truncated',
  'gap',
];

export const isWindowTime = (column: string): boolean =>
  column === 'window_start' || column === 'window_end';

/** `outputs`: names of the view's grouping and aggregated columns; undefined where they are not known. */
export function viewTestProblems(
  document: Json,
  outputs: readonly string[] | undefined,
): Problem[] {
  const known = outputs === undefined ? undefined : [...outputs, ...OWN_COLUMNS];
  const names = new Set<string>();
  return listOf(memberOf(document, 'cases')).flatMap((one, index) => {
    const name = textOf(memberOf(one, 'name'));
    const problems = [...inputProblems(one), ...expectProblems(one, known)];
    if (name !== undefined && names.has(name)) {
      const error = viewError('LA_TEST_DUPLICATE_NAME', { value: name });
      problems.push({ error, path: ['name'] });
    }
    if (name !== undefined) names.add(name);
    return problems.map((problem) => within(['cases', index], problem));
  });
}

function inputProblems(one: Json): Problem[] {
  const keys = ['rows', 'partitions'].filter((key) => memberOf(one, key) !== undefined);
  if (keys.length === 1) return [];
  const given = keys.length === 0 ? 'neither' : 'both';
  const error = viewError('LA_TEST_INPUT', { given });
  return [{ error, path: keys.length === 0 ? [] : ['partitions'], onKey: true }];
}

function expectProblems(one: Json, known: readonly string[] | undefined): Problem[] {
  return listOf(memberOf(one, 'expect')).flatMap((row, index) =>
    Object.entries(objectOf(row)).flatMap(([column, value]) => {
      const path = ['expect', index, column];
      if (known !== undefined && !known.includes(column)) {
        const context = { value: column, known: known.join(', ') };
        const meant = suggestion(closest(column, known));
        const error = viewError('LA_TEST_UNKNOWN_COLUMN', { ...context, suggestion: meant });
        return [{ error, path, onKey: true }];
      }
      const isTime = typeof value === 'number' || (typeof value === 'string' && isIsoTime(value));
      if (!isWindowTime(column) || isTime) return [];
      const error = viewError('LA_TEST_BAD_TIME', { value: JSON.stringify(value) });
      return [{ error, path }];
    }),
  );
}
