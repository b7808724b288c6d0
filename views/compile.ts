/** From a checked view to what a unit executes. */
import type { ColumnSpec } from '../runtime/chunk.ts';
import { check } from '../runtime/errors.ts';
import type { Aggregation, InputKind, Params } from './aggregations/contract.ts';
import { aggregations as embedded } from './aggregations/registry.ts';
import { canonicalJson } from './canonical-json.ts';
import { type ColumnUses, columnUses, unionColumns } from './columns.ts';
import { suggestion, viewError } from './errors.ts';
import { checkCondition } from './expressions/condition.ts';
import { compileExpression } from './expressions/evaluator.ts';
import { generationHash } from './generation.ts';
import { inputColumnKind, inputTakes, inputTakesText } from './inputs.ts';
import { readParameters } from './parameters.ts';
import type { AggregationPlan, InputPlan, ValueSource, ViewPlan } from './plan.ts';
import { type ViewScope, viewScope } from './scope.ts';
import type { AggregationSpec, StreamSpec, ViewSpec } from './spec.ts';
import { compileWindow } from './windows.ts';

export type AggregationRegistry = Readonly<Record<string, Aggregation>>;

interface Context {
  readonly scope: ViewScope;
  readonly uses: ColumnUses;
  readonly derivedNames: readonly string[];
}

/**
 * The plan of a view. Views come from the linter, which reports all faults with their places; here the first one throws.
 * @throws LA_VIEW_…, LA_EXPRESSION_…
 */
export function compileView(
  view: ViewSpec,
  stream: StreamSpec,
  aggregations: AggregationRegistry = embedded,
): ViewPlan {
  check(view.stream === stream.name, 'a view is compiled against its own stream');
  const scope = viewScope(view, stream);
  const uses = columnUses();
  const context: Context = { scope, uses, derivedNames: view.derive.map(({ name }) => name) };
  const keys = view.keys.map(({ column, name }) => ({
    name,
    source: derivedSource(context, column) ?? columnSource(uses.need(column, 'dict32')),
  }));
  const plans = view.aggregations.map((spec) => compileAggregation(spec, context, aggregations));
  const filter = view.filter === null ? null : checkCondition(view.filter, scope);
  const derived = [...scope.derivedColumns].map(([name, typed]) => ({
    name,
    evaluator: compileExpression(typed, uses),
  }));
  return {
    view: view.view,
    stream: view.stream,
    columns: uses.columns,
    keys,
    derived,
    filter: filter === null ? null : compileExpression(filter, uses),
    window: compileWindow(view.window),
    aggregations: plans,
    schema: {
      view: view.view,
      keys: keys.map(({ name }) => name),
      values: plans.map(({ name, definition }) => ({ name, type: definition.result_type })),
    },
    allowedLatenessMs: view.allowedLatenessMs,
    writeIntervalMs: view.writeIntervalMs,
    checkpointIntervalMs: view.checkpointIntervalMs,
    sinks: view.sinks,
    limits: view.limits,
    lagSloMs: view.lagSloMs,
    delayMs: stream.watermark.delayMs,
    idleAfterMs: stream.watermark.idleAfterMs,
    generationHash: generationHash({ view, stream, filter, derived: scope.derivedColumns }),
  };
}

/** What a stream's reader decodes for these views. */
export const compileStream = (
  _stream: StreamSpec,
  plans: Iterable<ViewPlan>,
): { readonly columns: ColumnSpec[] } => ({
  columns: unionColumns(Array.from(plans, ({ columns }) => columns)),
});

const columnSource = (index: number): ValueSource => ({ from: 'column', index });

function derivedSource({ derivedNames }: Context, name: string): ValueSource | undefined {
  const index = derivedNames.indexOf(name);
  return index < 0 ? undefined : { from: 'derived', index };
}

function compileAggregation(
  spec: AggregationSpec,
  context: Context,
  aggregations: AggregationRegistry,
): AggregationPlan {
  const { name, aggregation } = spec;
  const definition = Object.hasOwn(aggregations, aggregation)
    ? aggregations[aggregation]
    : undefined;
  if (definition === undefined) {
    throw viewError('LA_VIEW_UNKNOWN_AGGREGATION', {
      value: aggregation,
      suggestion: suggestion(undefined),
    });
  }
  const { values, columns, expressions, problems } = readParameters(
    aggregation,
    definition,
    spec.params,
  );
  if (problems[0] !== undefined) throw problems[0].error;
  const meanings: Record<string, unknown> = {};
  const inputs: Record<string, InputPlan> = {};
  const declared: Readonly<Record<string, InputKind>> = definition.inputs;
  for (const [input, kind] of Object.entries(declared)) {
    if (kind === 'time') {
      inputs[input] = { from: 'time' };
      continue;
    }
    if (kind === 'condition') {
      const typed = checkCondition(expressions[input] ?? '', context.scope);
      meanings[input] = typed;
      inputs[input] = { from: 'condition', evaluator: compileExpression(typed, context.uses) };
      continue;
    }
    const column = input === 'x' ? spec.column : columns[input];
    if (column === null || column === undefined) {
      throw viewError('LA_VIEW_COLUMN_MISSING', { aggregation });
    }
    meanings[input] = context.scope.derived(column) ?? [column, context.scope.typeOf(column)];
    inputs[input] = inputSource(aggregation, kind, column, context);
  }
  const filter = spec.filter === null ? null : checkCondition(spec.filter, context.scope);
  const { version } = definition;
  const textOf = (params: Params) =>
    canonicalJson({ aggregation, version, inputs: meanings, params, filter });
  return {
    name,
    aggregation,
    definition,
    params: values,
    inputs,
    filter: filter === null ? null : compileExpression(filter, context.uses),
    cells: typeof definition.cells === 'function' ? definition.cells(values) : definition.cells,
    signature: textOf(foldParams(definition, values)),
    meaning: textOf(values),
  };
}

/** Parameters that its cells depend on. */
function foldParams({ params: specs = {} }: Aggregation, values: Params): Params {
  const isFolded = (name: string) => {
    const spec = specs[name];
    return spec === undefined || !('resultOnly' in spec);
  };
  return Object.fromEntries(Object.entries(values).filter(([name]) => isFolded(name)));
}

/** @throws LA_VIEW_INPUT_TYPE where the column is known to hold something else. */
function inputSource(
  aggregation: string,
  kind: 'number' | 'value' | 'hash',
  column: string,
  context: Context,
): ValueSource {
  const type = context.scope.typeOf(column);
  if (type !== undefined && !inputTakes[kind].includes(type)) {
    const expected = inputTakesText[kind];
    throw viewError('LA_VIEW_INPUT_TYPE', { aggregation, expected, column, found: type });
  }
  const derived = derivedSource(context, column);
  return derived ?? columnSource(context.uses.need(column, inputColumnKind(kind, type)));
}
