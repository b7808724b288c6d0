/** What a view must be beyond its shape: its names exist, its types fit, its outputs are distinct. */
import type { Json } from '../../runtime/json.ts';
import { closest } from '../closest.ts';
import type { AggregationRegistry } from '../compile.ts';
import { suggestion, viewError } from '../errors.ts';
import { checkExpression } from '../expressions/check.ts';
import type { Typed } from '../expressions/typed.ts';
import { type Problem, within } from '../problem.ts';
import { columnType, scopeOf } from '../scope.ts';
import { RESERVED_OUTPUTS } from '../spec.ts';
import { aggregationProblems } from './aggregation-rules.ts';
import {
  conditionProblems,
  expressionProblem,
  namesIn,
  typo,
  typosIn,
  type ViewContext,
} from './expression-rules.ts';
import type { ProjectFacts } from './project-rules.ts';
import { listOf, memberOf, objectOf, textOf } from './raw.ts';
import { windowProblems } from './window-rules.ts';

/** `facts` is undefined where la.json could not be read: then nothing is said of what would stand there. */
export function viewProblems(
  document: Json,
  facts: ProjectFacts | undefined,
  aggregations: AggregationRegistry,
): Problem[] {
  const stream = facts?.streams.get(textOf(memberOf(document, 'stream')) ?? '');
  const known = stream ?? { columns: {} };
  const derived = new Map<string, Typed>();
  const scope = scopeOf(known.columns, derived);
  const derivedNames = new Set(Object.keys(objectOf(memberOf(document, 'derive'))));
  const context: ViewContext = { stream: known, scope, derivedNames, aggregations };
  const problems = facts === undefined ? [] : referenceProblems(document, facts);
  problems.push(...deriveProblems(memberOf(document, 'derive'), derived, context));
  const filter = textOf(memberOf(document, 'filter'));
  if (filter !== undefined) {
    problems.push(...conditionProblems(filter, context).map((one) => within(['filter'], one)));
  }
  const grouping = memberOf(document, 'grouping_cols');
  problems.push(
    ...windowProblems(grouping).map((problem) => within(['grouping_cols'], problem)),
    ...groupingTypos(grouping, context),
  );
  const entries = memberOf(document, 'aggregation_info');
  if (Array.isArray(entries) && entries.length === 0) {
    problems.push({ error: viewError('LA_VIEW_NO_AGGREGATION'), path: ['aggregation_info'] });
  }
  listOf(entries).forEach((entry, index) => {
    const found = aggregationProblems(entry, context);
    problems.push(...found.map((problem) => within(['aggregation_info', index], problem)));
  });
  return [...problems, ...outputProblems(document)];
}

function referenceProblems(document: Json, facts: ProjectFacts): Problem[] {
  const problems: Problem[] = [];
  const unknown = (
    code: 'LA_VIEW_UNKNOWN_STREAM' | 'LA_VIEW_UNKNOWN_SINK',
    value: string,
    path: Problem['path'],
  ) => {
    const known = [...(code === 'LA_VIEW_UNKNOWN_STREAM' ? facts.streams : facts.sinks).keys()];
    const meant = suggestion(closest(value, known));
    const context = { value, suggestion: meant, known: known.join(', ') || 'none' };
    problems.push({ error: viewError(code, context), path });
  };
  const stream = textOf(memberOf(document, 'stream'));
  if (stream !== undefined && !facts.streams.has(stream)) {
    unknown('LA_VIEW_UNKNOWN_STREAM', stream, ['stream']);
  }
  const sinks = listOf(memberOf(document, 'sinks'));
  sinks.forEach((item, index) => {
    const sink = textOf(item);
    if (sink === undefined) return;
    const path = ['sinks', index];
    if (!facts.sinks.has(sink)) unknown('LA_VIEW_UNKNOWN_SINK', sink, path);
    else if (sinks.indexOf(sink) < index) {
      problems.push({ error: viewError('LA_VIEW_DUPLICATE_SINK', { value: sink }), path });
    }
  });
  return problems;
}

/** Fills `derived` with the columns that are right. */
function deriveProblems(
  derive: Json | undefined,
  derived: Map<string, Typed>,
  context: ViewContext,
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, value] of Object.entries(objectOf(derive))) {
    const path = ['derive', name];
    const expression = textOf(value);
    const used = expression === undefined ? [] : namesIn(expression);
    const shadows = columnType(context.stream.columns, name) !== undefined;
    if (shadows || used.some((column) => column.path === name)) {
      const error = viewError('LA_VIEW_DERIVED_SHADOWS', { column: name });
      problems.push({ error, path, onKey: true });
    }
    if (expression === undefined) continue;
    for (const { path: column, at } of used) {
      if (column === name || derived.has(column) || !isLater(derive, name, column)) continue;
      const error = viewError('LA_VIEW_DERIVED_ORDER', { column });
      problems.push({ error, path, offset: at });
    }
    try {
      derived.set(name, checkExpression(expression, context.scope));
    } catch (error) {
      problems.push(within(path, expressionProblem(error)));
    }
    problems.push(...typosIn(used, context).map((problem) => within(path, problem)));
  }
  return problems;
}

function isLater(derive: Json | undefined, name: string, column: string): boolean {
  const names = Object.keys(objectOf(derive));
  return names.indexOf(column) > names.indexOf(name);
}

function groupingTypos(grouping: Json | undefined, context: ViewContext): Problem[] {
  return listOf(grouping).flatMap((item, index) => {
    const renamed = textOf(memberOf(item, 'col_name'));
    const column = textOf(item) ?? renamed;
    const place = renamed === undefined ? [index] : [index, 'col_name'];
    if (column === undefined) return [];
    return typo(column, context).map((one) => within(['grouping_cols', ...place], one));
  });
}

/** Output names clash with nothing. */
function outputProblems(document: Json): Problem[] {
  const outputs: { name: string; path: Problem['path'] }[] = [];
  const add = (name: string | undefined, path: Problem['path']) => {
    if (name !== undefined) outputs.push({ name, path });
  };
  listOf(memberOf(document, 'grouping_cols')).forEach((item, index) => {
    const path = ['grouping_cols', index];
    const renamed = textOf(memberOf(item, 'as'));
    if (renamed !== undefined) add(renamed, [...path, 'as']);
    else add(textOf(item) ?? textOf(memberOf(item, 'col_name')), path);
  });
  listOf(memberOf(document, 'aggregation_info')).forEach((entry, index) => {
    const path = ['aggregation_info', index, 'aggregated_col_name'];
    add(textOf(memberOf(entry, 'aggregated_col_name')), path);
  });
  const seen = new Set<string>();
  return outputs.flatMap(({ name, path }) => {
    const isDuplicate = seen.has(name);
    seen.add(name);
    if (RESERVED_OUTPUTS.includes(name)) {
      return [{ error: viewError('LA_VIEW_RESERVED_OUTPUT', { value: name }), path }];
    }
    return isDuplicate
      ? [{ error: viewError('LA_VIEW_DUPLICATE_OUTPUT', { value: name }), path }]
      : [];
  });
}
