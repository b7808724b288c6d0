/**
 * Types of expressions. A declared column has its type; an undeclared one takes the type of its use; where neither operand
 * of a comparison tells, they are compared as values of any type.
 */
import { closest } from '../closest.ts';
import { suggestion, viewError } from '../errors.ts';
import { functions } from './functions.ts';
import { type Node, parseExpression } from './parse.ts';
import type { ExpressionScope, OperandType, Typed, ValueType } from './typed.ts';

/** Parts of an expression with the derived columns that it uses written out. */
const TYPED_NODES_MAX = 1000;

/**
 * `wanted` is the type to assume where the expression leaves it open; the result may still be of another type.
 * @throws LA_EXPRESSION_…, with the 1-based column of the culprit in its context
 */
export function checkExpression(text: string, scope: ExpressionScope, wanted?: ValueType): Typed {
  const root = parseExpression(text);
  const typed = resolve(root, scope, known(root, scope) ?? wanted);
  if (countNodes(typed) > TYPED_NODES_MAX) {
    const what = 'parts with its derived columns written out';
    throw viewError('LA_EXPRESSION_TOO_LARGE', { limit: TYPED_NODES_MAX, what });
  }
  return typed;
}

function countNodes(typed: Typed): number {
  if (typed.node !== 'call') return 1;
  let count = 1;
  for (const operand of typed.operands) {
    count += countNodes(operand);
    // Stops early: derived columns of derived columns can multiply.
    if (count > TYPED_NODES_MAX) break;
  }
  return count;
}

const literalType = (value: number | string | boolean): ValueType =>
  typeof value === 'string' ? 'text' : typeof value === 'number' ? 'number' : 'boolean';

// Maps, because names come from users: an object would know "constructor".
const arithmetic: ReadonlyMap<string, string> = new Map([
  ['-x', 'negate'],
  ['-', 'subtract'],
  ['*', 'multiply'],
  ['/', 'divide'],
  ['%', 'remainder'],
]);
const logic: ReadonlyMap<string, string> = new Map([
  ['!', 'not'],
  ['&&', 'and'],
  ['||', 'or'],
]);
const comparisons: ReadonlyMap<string, string> = new Map([
  ['==', 'equal'],
  ['!=', 'not_equal'],
  ['<', 'less'],
  ['<=', 'less_or_equal'],
  ['>', 'greater'],
  ['>=', 'greater_or_equal'],
]);

/** The type of a node where it does not depend on its surroundings. */
function known(node: Node, scope: ExpressionScope): ValueType | undefined {
  switch (node.node) {
    case 'literal':
      return literalType(node.value);
    case 'has':
      return 'boolean';
    case 'column': {
      const type = scope.derived(node.path)?.type ?? scope.columnType(node.path);
      return type === 'value' ? undefined : type;
    }
    case 'call': {
      const { name, operands } = node;
      if (name === '+') return firstKnown(operands, scope);
      if (name === '?:') return firstKnown(operands.slice(1), scope);
      if (arithmetic.has(name)) return 'number';
      if (Object.hasOwn(functions, name)) return functions[name]?.gives;
      const gives = comparisons.has(name) || logic.has(name) || name === 'in []';
      // A name that nobody knows is reported where it is resolved.
      return gives ? 'boolean' : undefined;
    }
  }
}

function firstKnown(nodes: readonly Node[], scope: ExpressionScope): ValueType | undefined {
  for (const node of nodes) {
    const type = known(node, scope);
    if (type !== undefined) return type;
  }
  return undefined;
}

const shown: Record<ValueType, string> = { number: 'a number', text: 'text', boolean: 'a boolean' };

/** The node as an operation on a `wanted` type, or of its own where undefined. */
function resolve(node: Node, scope: ExpressionScope, wanted: OperandType | undefined): Typed {
  const typed = resolveNode(node, scope, wanted);
  if (wanted === undefined || typed.type === wanted) return typed;
  const subject = node.node === 'column' ? `"${node.path}"` : 'this';
  const found = typed.type === 'value' ? 'of any type' : shown[typed.type];
  throw typeError(
    node,
    `${subject} is ${found}, but ${wanted === 'value' ? 'a column' : shown[wanted]} is needed`,
  );
}

const typeError = ({ at }: Node, problem: string) =>
  viewError('LA_EXPRESSION_TYPE', { column: at + 1, problem });

function resolveNode(node: Node, scope: ExpressionScope, wanted: OperandType | undefined): Typed {
  switch (node.node) {
    case 'literal':
      return { node: 'literal', type: literalType(node.value), value: node.value };
    case 'has':
      return resolveHas(node.path, scope);
    case 'column': {
      const derived = scope.derived(node.path);
      if (derived !== undefined) return derived;
      const type = scope.columnType(node.path) ?? wanted;
      if (type !== undefined) return { node: 'column', type, path: node.path };
      throw viewError('LA_EXPRESSION_AMBIGUOUS', { name: node.path, column: node.at + 1 });
    }
    case 'call':
      return resolveCall(node, scope, wanted === 'value' ? undefined : wanted);
  }
}

/** A derived column has a value where its expression has one; that is what comparing it with itself tells. */
function resolveHas(path: string, scope: ExpressionScope): Typed {
  const derived = scope.derived(path);
  if (derived === undefined) return { node: 'has', type: 'boolean', path };
  return { node: 'call', type: 'boolean', overload: `has_${derived.type}`, operands: [derived] };
}

type Call = Extract<Node, { node: 'call' }>;

function resolveCall(node: Call, scope: ExpressionScope, wanted: ValueType | undefined): Typed {
  const { name, operands } = node;
  const all = (type: ValueType) => operands.map((operand) => resolve(operand, scope, type));
  const call = (type: ValueType, overload: string, resolved: readonly Typed[]): Typed => ({
    node: 'call',
    type,
    overload,
    operands: resolved,
  });
  const arithmeticName = arithmetic.get(name);
  if (arithmeticName !== undefined) return call('number', arithmeticName, all('number'));
  const logicName = logic.get(name);
  if (logicName !== undefined) return call('boolean', logicName, all('boolean'));
  const comparison = comparisons.get(name);
  if (comparison !== undefined) return resolveComparison(node, comparison, scope);
  if (name === '+') {
    const type = firstKnown(operands, scope) ?? (wanted === 'text' ? 'text' : 'number');
    if (type === 'boolean') throw typeError(node, '"+" adds numbers or joins text');
    return call(type, type === 'text' ? 'concat' : 'add', all(type));
  }
  if (name === '?:') {
    const [condition, ...branches] = operands;
    const type = firstKnown(branches, scope) ?? wanted;
    const resolved = branches.map((branch) => resolve(branch, scope, type));
    const first = resolved[0]?.type;
    if (condition === undefined || first === undefined || first === 'value') {
      throw typeError(node, 'the types of the two parts cannot be told');
    }
    return call(first, `choose_${first}`, [resolve(condition, scope, 'boolean'), ...resolved]);
  }
  if (name === 'in []') {
    const [operand, ...items] = operands;
    const type = items[0] === undefined ? undefined : known(items[0], scope);
    if (operand === undefined || type === undefined || type === 'boolean') {
      throw typeError(node, 'a list holds numbers or text');
    }
    const list = items.map((item) => resolve(item, scope, type));
    return call('boolean', `in_${type}`, [resolve(operand, scope, type), ...list]);
  }
  return resolveFunction(node, scope);
}

function resolveComparison(node: Call, comparison: string, scope: ExpressionScope): Typed {
  const type = firstKnown(node.operands, scope) ?? 'value';
  if (type === 'boolean' && comparison !== 'equal' && comparison !== 'not_equal') {
    throw typeError(node, 'booleans have no order');
  }
  const operands = node.operands.map((operand) => resolve(operand, scope, type));
  return { node: 'call', type: 'boolean', overload: `${comparison}_${type}`, operands };
}

function resolveFunction(node: Call, scope: ExpressionScope): Typed {
  const { name, operands, at } = node;
  const spec = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (spec === undefined) {
    throw viewError('LA_EXPRESSION_UNKNOWN_FUNCTION', {
      name,
      column: at + 1,
      suggestion: suggestion(closest(name, [...Object.keys(functions), 'has'])),
      known: [...Object.keys(functions), 'has'].join(', '),
    });
  }
  const { takes, variadic } = spec;
  if (operands.length < takes.length || (variadic !== true && operands.length > takes.length)) {
    const expected = `${variadic === true ? 'at least ' : ''}${takes.length} argument${takes.length === 1 ? '' : 's'}`;
    throw viewError('LA_EXPRESSION_ARGUMENTS', { name, column: at + 1, expected });
  }
  if (name === 'string') return resolveString(operands, scope);
  const resolved = operands.map((operand, index) =>
    resolve(operand, scope, takes[Math.min(index, takes.length - 1)]),
  );
  return { node: 'call', type: spec.gives, overload: name, operands: resolved };
}

function resolveString(operands: readonly Node[], scope: ExpressionScope): Typed {
  const type = firstKnown(operands, scope) ?? 'number';
  const resolved = operands.map((operand) => resolve(operand, scope, type));
  const [only] = resolved;
  if (type === 'text' && only !== undefined) return only;
  return { node: 'call', type: 'text', overload: `string_${type}`, operands: resolved };
}
