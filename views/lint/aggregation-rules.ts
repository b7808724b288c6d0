/** Rules of one entry of aggregation_info. */
import type { Json } from '../../runtime/json.ts';
import type { Aggregation, InputKind } from '../aggregations/contract.ts';
import { closest } from '../closest.ts';
import { suggestion, viewError } from '../errors.ts';
import { inputTakes, inputTakesText } from '../inputs.ts';
import { readParameters } from '../parameters.ts';
import { type Problem, within } from '../problem.ts';
import { conditionProblems, typo, type ViewContext } from './expression-rules.ts';
import { memberOf, objectOf, textOf } from './raw.ts';

export function aggregationProblems(entry: Json, context: ViewContext): Problem[] {
  const problems: Problem[] = [];
  const filter = textOf(memberOf(entry, 'filter'));
  if (filter !== undefined) {
    problems.push(...conditionProblems(filter, context).map((one) => within(['filter'], one)));
  }
  const aggregation = textOf(memberOf(entry, 'aggregation'));
  if (aggregation === undefined) return problems;
  const known = context.aggregations;
  const definition = Object.hasOwn(known, aggregation) ? known[aggregation] : undefined;
  if (definition === undefined) {
    const meant = suggestion(closest(aggregation, Object.keys(known)));
    const error = viewError('LA_VIEW_UNKNOWN_AGGREGATION', {
      value: aggregation,
      suggestion: meant,
    });
    return [...problems, { error, path: ['aggregation'] }];
  }
  return [
    ...problems,
    ...columnProblems(entry, aggregation, definition, context),
    ...parameterProblems(entry, aggregation, definition, context),
  ];
}

const inputsOf = (definition: Aggregation): Readonly<Record<string, InputKind>> =>
  definition.inputs;

function columnProblems(
  entry: Json,
  aggregation: string,
  definition: Aggregation,
  context: ViewContext,
): Problem[] {
  const kind = inputsOf(definition).x;
  const column = textOf(memberOf(entry, 'col_name'));
  const path = ['col_name'];
  if (kind === undefined) {
    if (column === undefined) return [];
    const error = viewError('LA_VIEW_COLUMN_NEEDLESS', { aggregation });
    return [{ error, path, onKey: true }];
  }
  if (column === undefined) {
    // A col_name of another type is reported as such.
    if (memberOf(entry, 'col_name') !== undefined) return [];
    return [{ error: viewError('LA_VIEW_COLUMN_MISSING', { aggregation }), path: [] }];
  }
  return inputProblems(aggregation, kind, column, context).map((one) => within(path, one));
}

function inputProblems(
  aggregation: string,
  kind: InputKind,
  column: string,
  context: ViewContext,
): Problem[] {
  const found = context.scope.typeOf(column);
  if (found === undefined || inputTakes[kind].includes(found)) return typo(column, context);
  const expected = inputTakesText[kind];
  return [
    { error: viewError('LA_VIEW_INPUT_TYPE', { aggregation, expected, column, found }), path: [] },
  ];
}

function parameterProblems(
  entry: Json,
  aggregation: string,
  definition: Aggregation,
  context: ViewContext,
): Problem[] {
  const raw = objectOf(memberOf(entry, 'params'));
  const { columns, expressions, problems } = readParameters(aggregation, definition, raw);
  const inputs = inputsOf(definition);
  const found: Problem[] = [...problems];
  for (const [parameter, column] of Object.entries(columns)) {
    const kind = inputs[parameter];
    if (kind === undefined) continue;
    const wrong = inputProblems(aggregation, kind, column, context);
    found.push(...wrong.map((one) => within([parameter], one)));
  }
  for (const [parameter, expression] of Object.entries(expressions)) {
    const wrong = conditionProblems(expression, context);
    found.push(...wrong.map((one) => within([parameter], one)));
  }
  return found.map((problem) => within(['params'], problem));
}
