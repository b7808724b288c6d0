/** Parameters of an aggregation against what it declares. */
import type { Json } from '../runtime/json.ts';
import type { Aggregation, ParamSpec, Params } from './aggregations/contract.ts';
import { closest } from './closest.ts';
import { suggestion, viewError } from './errors.ts';
import type { Problem } from './problem.ts';

export interface ReadParameters {
  /** Numbers and lists of numbers, defaults filled in. */
  readonly values: Params;
  /** Parameters that name a column, and those that are expressions. */
  readonly columns: Readonly<Record<string, string>>;
  readonly expressions: Readonly<Record<string, string>>;
  readonly problems: readonly Problem[];
}

const expectedText: Record<ParamSpec['type'], string> = {
  number: 'a number',
  integer: 'a whole number',
  numbers: 'a list of numbers',
  column: 'the name of a column',
  expression: 'an expression in quotes',
};

export const typeName = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'string') return 'text';
  return typeof value === 'undefined' ? 'missing' : `a ${typeof value}`;
};

/** `raw` is what the user wrote under `params`, an empty object where nothing. */
export function readParameters(
  aggregation: string,
  definition: Aggregation,
  raw: Readonly<Record<string, Json>>,
): ReadParameters {
  const values: Record<string, number | readonly number[]> = {};
  const columns: Record<string, string> = {};
  const expressions: Record<string, string> = {};
  const problems: Problem[] = [];
  const specs = definition.params ?? {};
  for (const parameter of Object.keys(raw)) {
    if (Object.hasOwn(specs, parameter)) continue;
    const known = Object.keys(specs);
    const error = viewError('LA_VIEW_PARAMETER_UNKNOWN', {
      aggregation,
      parameter,
      suggestion: suggestion(closest(parameter, known)),
      known: known.join(', ') || 'none',
    });
    problems.push({ error, path: [parameter], onKey: true });
  }
  for (const [parameter, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(raw, parameter) ? raw[parameter] : undefined;
    if (value === undefined) {
      if ('default' in spec && spec.default !== undefined) values[parameter] = spec.default;
      else {
        const context = { aggregation, parameter, doc: spec.doc };
        problems.push({ error: viewError('LA_VIEW_PARAMETER_MISSING', context), path: [] });
      }
      continue;
    }
    const problem = checkParameter(aggregation, parameter, spec, value);
    if (problem !== undefined) problems.push(problem);
    else if (typeof value === 'number') values[parameter] = value;
    else if (Array.isArray(value)) {
      values[parameter] = value.filter((item) => typeof item === 'number');
    } else if (spec.type === 'column') columns[parameter] = String(value);
    else expressions[parameter] = String(value);
  }
  return { values, columns, expressions, problems };
}

function checkParameter(
  aggregation: string,
  parameter: string,
  spec: ParamSpec,
  value: Json,
): Problem | undefined {
  const fits = {
    number: typeof value === 'number',
    integer: Number.isInteger(value),
    numbers: Array.isArray(value) && value.every((item) => typeof item === 'number'),
    column: typeof value === 'string' && value !== '',
    expression: typeof value === 'string',
  }[spec.type];
  if (!fits) {
    const error = viewError('LA_VIEW_PARAMETER_TYPE', {
      aggregation,
      parameter,
      found: typeof value === 'number' ? String(value) : typeName(value),
      expected: expectedText[spec.type],
      doc: spec.doc,
    });
    return { error, path: [parameter] };
  }
  if (spec.type === 'numbers' && Array.isArray(value)) {
    return checkNumbers(parameter, spec.itemsMax, value);
  }
  if (spec.type !== 'number' && spec.type !== 'integer') return undefined;
  const { min, max, doc } = spec;
  if (typeof value === 'number' && value >= min && value <= max) return undefined;
  const context = { aggregation, parameter, value: String(value), min, max, doc };
  return { error: viewError('LA_VIEW_PARAMETER_RANGE', context), path: [parameter] };
}

function checkNumbers(
  parameter: string,
  limit: number,
  items: readonly Json[],
): Problem | undefined {
  const count = items.length;
  if (count === 0 || count > limit) {
    const error = viewError('LA_VIEW_TOO_MANY_ITEMS', { parameter, count, limit });
    return { error, path: [parameter] };
  }
  const at = items.findIndex((item, index) => {
    const before = items[index - 1];
    return typeof item === 'number' && typeof before === 'number' && item <= before;
  });
  if (at < 0) return undefined;
  const context = { parameter, value: String(items[at]) };
  return { error: viewError('LA_VIEW_BOUNDS_NOT_ASCENDING', context), path: [parameter, at] };
}
