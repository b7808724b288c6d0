/** Expressions row by row in plain JavaScript: the oracle that the compiled form is held against. */
import type { Json } from '../../../runtime/json.ts';
import type { Typed } from '../../../views/expressions/typed.ts';
import type { Row } from '../batches.ts';

export type Scalar = number | string | boolean | null;
type Function = (...operands: Scalar[]) => Scalar;

export function interpret(typed: Typed, row: Row): Scalar {
  switch (typed.node) {
    case 'literal':
      return typed.value;
    case 'has':
      return (row[typed.path] ?? null) !== null;
    case 'column':
      return ofType(row[typed.path] ?? null, typed.type);
    case 'call':
      return call(
        typed.overload,
        typed.operands.map((operand) => interpret(operand, row)),
      );
  }
}

function ofType(value: Json, type: string): Scalar {
  if (typeof value === 'number' && (type === 'number' || type === 'value')) return value;
  if (typeof value === 'string' && (type === 'text' || type === 'value')) return value;
  if (typeof value === 'boolean' && (type === 'boolean' || type === 'value')) return value;
  return null;
}

function call(overload: string, operands: readonly Scalar[]): Scalar {
  const [a = null, b = null, c = null] = operands;
  if (overload === 'and')
    return a === false || b === false ? false : a === null || b === null ? null : true;
  if (overload === 'or')
    return a === true || b === true ? true : a === null || b === null ? null : false;
  if (overload.startsWith('choose_')) return a === null ? null : a ? b : c;
  if (overload.startsWith('has_')) return a !== null;
  if (operands.includes(null)) return null;
  const result = (functions[overload] ?? comparison(overload))(...operands);
  if (typeof result === 'number') return Number.isFinite(result) ? result + 0 : null;
  if (typeof result === 'string') return Buffer.byteLength(result) > 4096 ? null : result;
  return result;
}

const n =
  (f: (...operands: number[]) => Scalar): Function =>
  (...operands) =>
    f(...operands.map(Number));
const t =
  (f: (...operands: string[]) => Scalar): Function =>
  (...operands) =>
    f(...operands.map(String));
const isIn: Function = (x, ...items) => items.includes(x);

const functions: Record<string, Function> = {
  add: n((a = 0, b = 0) => a + b),
  subtract: n((a = 0, b = 0) => a - b),
  multiply: n((a = 0, b = 0) => a * b),
  divide: n((a = 0, b = 0) => a / b),
  remainder: n((a = 0, b = 0) => a % b),
  negate: n((a = 0) => -a),
  abs: n((a = 0) => Math.abs(a)),
  ceil: n((a = 0) => Math.ceil(a)),
  floor: n((a = 0) => Math.floor(a)),
  int: n((a = 0) => Math.trunc(a)),
  sqrt: n((a = 0) => Math.sqrt(a)),
  round: n(
    (a = 0) =>
      Math.sign(a) * (Math.abs(a) % 1 >= 0.5 ? Math.ceil(Math.abs(a)) : Math.floor(Math.abs(a))),
  ),
  min: n((...all) => Math.min(...all)),
  max: n((...all) => Math.max(...all)),
  not: (a) => !a,
  concat: t((a = '', b = '') => a + b),
  size: t((a = '') => [...a].length),
  startsWith: t((a = '', b = '') => a.startsWith(b)),
  endsWith: t((a = '', b = '') => a.endsWith(b)),
  contains: t((a = '', b = '') => a.includes(b)),
  lowerAscii: t((a = '') => a.replace(/[A-Z]/g, (letter) => letter.toLowerCase())),
  upperAscii: t((a = '') => a.replace(/[a-z]/g, (letter) => letter.toUpperCase())),
  string_number: (a) => String(a),
  string_boolean: (a) => String(a),
  number: t((a = '') =>
    /^\s*-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?\s*$/.test(a) ? Number(a) : null,
  ),
  in_number: isIn,
  in_text: isIn,
};

/** Comparisons of one type each; of two types only equality is known. */
function comparison(overload: string): Function {
  const name = overload.replace(/_(number|text|boolean|value)$/, '');
  return (a, b) => {
    if (name === 'equal') return a === b;
    if (name === 'not_equal') return a !== b;
    if (typeof a !== typeof b || typeof a === 'boolean') return null;
    const order =
      typeof a === 'number'
        ? a - Number(b)
        : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
    if (name === 'less') return order < 0;
    if (name === 'less_or_equal') return order <= 0;
    return name === 'greater' ? order > 0 : order >= 0;
  };
}
