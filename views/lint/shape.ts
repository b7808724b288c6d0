/** What a schema says of a document, as problems with codes of our own. */
import { z } from 'zod';
import type { Json } from '../../runtime/json.ts';
import { closest } from '../closest.ts';
import { suggestion, type ViewErrorCode, viewError } from '../errors.ts';
import { typeName } from '../parameters.ts';
import { type Problem, within } from '../problem.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** All faults of shape. `schema` is what `value` was parsed with. */
export function shapeProblems(issues: readonly Issue[], schema: z.ZodType, value: Json): Problem[] {
  return issues.flatMap((issue) => problemsOf(issue, schema, value));
}

/** What the path leads to; undefined where there is nothing. */
function valueAt(value: Json, path: Path): Json | undefined {
  let at: Json | undefined = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = Object.entries(at).find(([key]) => key === String(step))?.[1];
  }
  return at;
}

const pathOf = (issue: Issue): Path =>
  issue.path.map((step) => (typeof step === 'number' ? step : String(step)));

const nameOf = (path: Path): string => {
  const key = path.findLast((step) => typeof step === 'string');
  const last = path.at(-1);
  if (key === undefined) return 'the file';
  return typeof last === 'number' ? `${key}[${last}]` : String(key);
};

function problemsOf(issue: Issue, schema: z.ZodType, value: Json): Problem[] {
  const path = pathOf(issue);
  const found = valueAt(value, path);
  const problem = (
    code: ViewErrorCode,
    context: Record<string, string | number>,
    onKey = false,
  ) => ({
    error: viewError(code, { key: nameOf(path), ...context }),
    path,
    onKey,
  });
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, schema, value));
    case 'invalid_type':
      if (found === undefined) return [missing(path)];
      return [
        problem('LA_CONFIG_WRONG_TYPE', {
          found: typeName(found),
          expected: expectedName(issue.expected),
        }),
      ];
    case 'invalid_value':
      return found === undefined ? [missing(path)] : [badValue(issue.values, found, path)];
    case 'too_small':
      return [problem('LA_CONFIG_OUT_OF_RANGE', { value: show(found), allowed: atLeast(issue) })];
    case 'too_big':
      return [problem('LA_CONFIG_OUT_OF_RANGE', { value: show(found), allowed: atMost(issue) })];
    case 'invalid_union':
      return unionProblems(issue, schema, value);
    case 'invalid_key':
      return issue.issues.flatMap((inner) => {
        const [one] = problemsOf({ ...inner, path: [] }, schema, String(path.at(-1)));
        return one === undefined ? [] : [{ ...one, path, onKey: true }];
      });
    case 'custom':
      return [custom(issue, path)];
    default:
      return [problem('LA_CONFIG_INVALID', { problem: issue.message })];
  }
}

const missing = (path: Path): Problem => ({
  error: viewError('LA_CONFIG_MISSING_KEY', { key: nameOf(path) }),
  path: path.slice(0, -1),
});

const show = (value: Json | undefined): string => {
  if (Array.isArray(value)) return value.length === 0 ? 'empty' : `${value.length} items long`;
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

const expectedName = (expected: string): string => {
  if (expected === 'record') return 'an object';
  if (expected === 'int') return 'a whole number';
  if (expected === 'string') return 'text';
  return /^[aeiou]/.test(expected) ? `an ${expected}` : `a ${expected}`;
};

const atLeast = ({ minimum, origin }: Extract<Issue, { code: 'too_small' }>) =>
  origin === 'string' || origin === 'array'
    ? `with at least ${minimum} ${origin === 'string' ? 'characters' : 'items'}`
    : `of at least ${minimum}`;

const atMost = ({ maximum, origin }: Extract<Issue, { code: 'too_big' }>) =>
  origin === 'string' || origin === 'array'
    ? `with at most ${maximum} ${origin === 'string' ? 'characters' : 'items'}`
    : `of at most ${maximum}`;

function badValue(values: readonly unknown[], found: Json, path: Path): Problem {
  const names = values.map(String);
  const error = viewError('LA_CONFIG_BAD_VALUE', {
    key: nameOf(path),
    value: show(found),
    suggestion: suggestion(typeof found === 'string' ? closest(found, names) : undefined),
    allowed: values.map((value) => JSON.stringify(value)).join(', '),
  });
  return { error, path };
}

function custom(issue: Extract<Issue, { code: 'custom' }>, path: Path): Problem {
  const { code, context } = issue.params ?? {};
  const error =
    typeof code === 'string'
      ? viewError(code as ViewErrorCode, context)
      : viewError('LA_CONFIG_INVALID', { key: nameOf(path), problem: issue.message });
  return { error, path };
}

function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  schema: z.ZodType,
  value: Json,
): Problem[] {
  const path = pathOf(issue);
  if ('options' in issue && Array.isArray(issue.options)) {
    const found = valueAt(value, path);
    if (found === undefined) return [missing(path)];
    const known = issue.options.map(String);
    const role = path.includes('source')
      ? 'source'
      : path.includes('sinks')
        ? 'sink'
        : nameOf(path.slice(0, -1));
    const meant = suggestion(typeof found === 'string' ? closest(found, known) : undefined);
    const context = { role, value: String(found), suggestion: meant, known: known.join(', ') };
    return [{ error: viewError('LA_CONFIG_UNKNOWN_CONNECTOR', context), path }];
  }
  // The branch that understood the value's type has the faults worth telling.
  const isOffType = (inner: Issue) => inner.path.length === 0 && inner.code === 'invalid_type';
  const branch = issue.errors.find((inner) => !inner.some(isOffType)) ?? [];
  if (branch.length > 0) {
    const whole = branch.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
    return shapeProblems(whole, schema, value);
  }
  const expected = issue.errors
    .flat()
    .map((inner) => ('expected' in inner ? expectedName(inner.expected) : ''));
  const context = {
    key: nameOf(path),
    found: typeName(valueAt(value, path)),
    expected: [...new Set(expected.filter(Boolean))].join(' or '),
  };
  return [{ error: viewError('LA_CONFIG_WRONG_TYPE', context), path }];
}

function unknownKey(key: string, path: Path, schema: z.ZodType, value: Json): Problem {
  const known = keysAt(schema, path, value);
  const error = viewError('LA_CONFIG_UNKNOWN_KEY', {
    key,
    suggestion: suggestion(closest(key, known)),
    known: known.join(', '),
  });
  return within(path, { error, path: [key], onKey: true });
}

/** Keys that a schema knows at the path. */
function keysAt(schema: z.core.$ZodType, path: Path, value: Json | undefined): string[] {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return keysAt(schema.def.innerType, path, value);
  }
  if (schema instanceof z.ZodPipe) return keysAt(schema.def.in, path, value);
  if (schema instanceof z.ZodUnion) {
    const options = schema.options.filter((option) => mayBe(option, value));
    return [...new Set(options.flatMap((option) => keysAt(option, path, value)))];
  }
  const [step, ...rest] = path;
  if (step === undefined) return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const inner = value === undefined ? undefined : valueAt(value, [step]);
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest, inner);
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest, inner);
  const member = schema instanceof z.ZodObject ? schema.shape[step] : undefined;
  return member === undefined ? [] : keysAt(member, rest, inner);
}

/** Whether the value's `type` is the one that this branch of a union is for. */
function mayBe(option: z.core.$ZodType, value: Json | undefined): boolean {
  const type = option instanceof z.ZodObject ? option.shape.type : undefined;
  if (!(type instanceof z.ZodLiteral)) return true;
  return type.safeParse(value === undefined ? undefined : valueAt(value, ['type'])).success;
}
