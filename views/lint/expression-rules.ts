/** What is wrong with the expressions of a view, and names that look mistyped. */
import { LaError } from '../../runtime/errors.ts';
import { closest } from '../closest.ts';
import type { AggregationRegistry } from '../compile.ts';
import { suggestion, viewError } from '../errors.ts';
import { columnNames, type NamedColumn } from '../expressions/column-names.ts';
import { checkCondition } from '../expressions/condition.ts';
import type { Problem } from '../problem.ts';
import { columnType, type ViewScope } from '../scope.ts';
import type { StreamFacts } from './project-rules.ts';

/** What the rules of one view need. */
export interface ViewContext {
  readonly stream: StreamFacts;
  readonly scope: ViewScope;
  /** All derived columns, also those whose expression is wrong. */
  readonly derivedNames: ReadonlySet<string>;
  readonly aggregations: AggregationRegistry;
}

/** A filter or condition: what is wrong with it, and names that look mistyped. */
export function conditionProblems(text: string, context: ViewContext): Problem[] {
  const typos = typosIn(namesIn(text), context);
  try {
    checkCondition(text, context.scope);
    return typos;
  } catch (error) {
    return [expressionProblem(error), ...typos];
  }
}

export function expressionProblem(error: unknown): Problem {
  if (!(error instanceof LaError)) throw error;
  const { column } = error.context;
  return typeof column === 'number' ? { error, path: [], offset: column - 1 } : { error, path: [] };
}

/** None where the expression does not parse, which is reported elsewhere. */
export function namesIn(expression: string): NamedColumn[] {
  try {
    return columnNames(expression);
  } catch {
    return [];
  }
}

export const typosIn = (used: readonly NamedColumn[], context: ViewContext): Problem[] =>
  used.flatMap(({ path, at }) =>
    typo(path, context).map((problem) => ({ ...problem, offset: at })),
  );

/** Shorter names are too often near one another. */
const TYPO_CHARACTERS_MIN = 4;

/** A warning where an undeclared column is named nearly like a declared or derived one. */
export function typo(column: string, { stream, derivedNames }: ViewContext): Problem[] {
  if (column.length < TYPO_CHARACTERS_MIN || derivedNames.has(column)) return [];
  if (columnType(stream.columns, column) !== undefined) return [];
  const meant = closest(column, [...Object.keys(stream.columns), ...derivedNames]);
  if (meant === undefined) return [];
  const context = { column, suggestion: suggestion(meant) };
  return [{ error: viewError('LA_VIEW_COLUMN_TYPO', context), path: [] }];
}
