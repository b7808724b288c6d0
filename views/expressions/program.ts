/** From a typed expression to steps over columns. Equal parts become one step, also those of derived columns. */
import { check } from '../../runtime/errors.ts';
import type { ColumnUses } from '../columns.ts';
import { wholeSpan } from './bytes.ts';
import * as leaves from './leaves.ts';
import { andOr, choose, hasNumber, not } from './logic.ts';
import {
  arithmetic,
  arithmeticLoops,
  compareNumbers,
  comparisonLoops,
  numberIn,
  unary,
  unaryLoops,
} from './numbers.ts';
import { changeCase, chooseText, concat, textOf } from './text-results.ts';
import {
  hasText,
  numberByCode,
  numberOfText,
  sizeOfText,
  testByCode,
  testByRow,
  textTests,
} from './text-tests.ts';
import type { Typed } from './typed.ts';
import { compareValues, isValueComparison } from './values.ts';
import type { NumberVector, Step, TextVector, ValueVector, Vector } from './vectors.ts';

export interface Program {
  /** In an order in which operands come first. */
  readonly steps: readonly Step[];
  readonly result: Vector;
}

interface Compiled {
  readonly vector: Vector;
  readonly step?: Step;
}
type Call = Extract<Typed, { node: 'call' }>;

export function compileProgram(root: Typed, uses: ColumnUses): Program {
  const steps: Step[] = [];
  const made = new Map<string, { vector: Vector; id: number }>();
  const visit = (typed: Typed): { vector: Vector; id: number } => {
    const operands = typed.node === 'call' ? typed.operands.map(visit) : [];
    const key =
      typed.node === 'call'
        ? `${typed.overload}(${operands.map(({ id }) => id).join()})`
        : JSON.stringify(typed);
    let found = made.get(key);
    if (found === undefined) {
      const vectors = operands.map(({ vector }) => vector);
      const compiled = typed.node === 'call' ? operation(typed, vectors) : leaf(typed, uses);
      if (compiled.step !== undefined) steps.push(compiled.step);
      found = { vector: compiled.vector, id: made.size };
      made.set(key, found);
    }
    return found;
  };
  const { vector } = visit(root);
  return { steps, result: vector };
}

function leaf(typed: Exclude<Typed, Call>, uses: ColumnUses): Compiled {
  if (typed.node === 'has') return leaves.presence(uses.presence(typed.path));
  if (typed.node === 'literal') {
    if (typeof typed.value === 'string') return leaves.textLiteral(typed.value);
    return leaves.numberLiteral(Number(typed.value));
  }
  switch (typed.type) {
    case 'number':
      return leaves.numberColumn(uses.need(typed.path, 'f64'));
    case 'boolean':
      return leaves.booleanColumn(uses.need(typed.path, 'f64'));
    case 'text':
      return leaves.textColumn(uses.need(typed.path, 'dict32'));
    case 'value':
      return { vector: { holds: 'values', column: uses.need(typed.path, 'value') } };
  }
}

const numbersAt = (vectors: readonly Vector[], index: number): NumberVector => {
  const vector = vectors[index];
  check(vector?.holds === 'numbers', 'the operand holds numbers');
  return vector;
};

const textsAt = (vectors: readonly Vector[], index: number): TextVector => {
  const vector = vectors[index];
  check(vector?.holds === 'texts', 'the operand holds texts');
  return vector;
};

const valuesAt = (vectors: readonly Vector[], index: number): ValueVector => {
  const vector = vectors[index];
  check(vector?.holds === 'values', 'the operand holds values');
  return vector;
};

function operation(call: Call, vectors: readonly Vector[]): Compiled {
  const { overload } = call;
  const textTest = Object.hasOwn(textTests, overload) ? textTests[overload] : undefined;
  if (textTest !== undefined) return textComparison(call, vectors);
  if (isValueComparison(overload)) {
    return compareValues(overload, valuesAt(vectors, 0), valuesAt(vectors, 1));
  }
  const numbers = (index: number) => numbersAt(vectors, index);
  const texts = (index: number) => textsAt(vectors, index);
  switch (overload) {
    case 'and':
      return andOr(numbers(0), numbers(1), 0);
    case 'or':
      return andOr(numbers(0), numbers(1), 1);
    case 'not':
      return not(numbers(0));
    case 'choose_number':
    case 'choose_boolean':
      return choose(numbers(0), numbers(1), numbers(2));
    case 'choose_text':
      return chooseText(numbers(0), texts(1), texts(2));
    case 'has_number':
    case 'has_boolean':
      return hasNumber(numbers(0));
    case 'has_text':
      return hasText(texts(0));
    case 'in_number':
      return numberIn(numbers(0), literals(call).map(Number));
    case 'in_text':
      return textIn(texts(0), literals(call).map(String));
    case 'concat':
      return concat(texts(0), texts(1));
    case 'lowerAscii':
      return changeCase(texts(0), 'A');
    case 'upperAscii':
      return changeCase(texts(0), 'a');
    case 'string_number':
      return textOf(numbers(0), 'number');
    case 'string_boolean':
      return textOf(numbers(0), 'boolean');
    case 'size':
      return numberByCode(texts(0), sizeOfText);
    case 'number':
      return numberByCode(texts(0), numberOfText);
    default:
      return numeric(overload, vectors);
  }
}

function numeric(overload: string, vectors: readonly Vector[]): Compiled {
  const [name = '', type] = overload.split(/_(?=number$|boolean$)/);
  const comparison = type === undefined ? undefined : comparisonLoops[name];
  if (comparison !== undefined) {
    return compareNumbers(comparison, numbersAt(vectors, 0), numbersAt(vectors, 1));
  }
  const unaryLoop = unaryLoops[overload];
  if (unaryLoop !== undefined) return unary(unaryLoop, numbersAt(vectors, 0));
  const loop = arithmeticLoops[overload];
  check(loop !== undefined, 'every overload has an operation');
  const first = arithmetic(loop, numbersAt(vectors, 0), numbersAt(vectors, 1));
  return vectors.slice(2).reduce((sofar: { vector: NumberVector; step: Step }, _, index) => {
    const next = arithmetic(loop, sofar.vector, numbersAt(vectors, index + 2));
    const step: Step = (batch) => {
      sofar.step(batch);
      next.step(batch);
    };
    return { vector: next.vector, step };
  }, first);
}

const literals = ({ operands }: Call) =>
  operands.slice(1).map((item) => (item.node === 'literal' ? item.value : ''));

function textIn(source: TextVector, items: readonly string[]): Compiled {
  const equal = textTests.equal_text;
  const spans = items.map((item) => wholeSpan(leaves.utf8(item)));
  return testByCode(source, (text) => spans.some((span) => equal?.(text, span)));
}

/** With a literal on one side the other side's codes are resolved once each. */
function textComparison({ overload, operands }: Call, vectors: readonly Vector[]): Compiled {
  const test = textTests[overload];
  check(test !== undefined, 'a test of texts');
  const [a, b] = operands;
  if (b?.node === 'literal') {
    const span = wholeSpan(leaves.utf8(String(b.value)));
    return testByCode(textsAt(vectors, 0), (text) => test(text, span));
  }
  if (a?.node === 'literal') {
    const span = wholeSpan(leaves.utf8(String(a.value)));
    return testByCode(textsAt(vectors, 1), (text) => test(span, text));
  }
  return testByRow(test, textsAt(vectors, 0), textsAt(vectors, 1));
}
