import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LaError } from '../../../runtime/errors.ts';
import type { Json } from '../../../runtime/json.ts';
import { checkExpression } from '../../../views/expressions/check.ts';
import { functions } from '../../../views/expressions/functions.ts';
import type { Row } from '../batches.ts';
import { prepared, type Types, typed, valuesOf } from './evaluate.ts';
import { interpret } from './interpreter.ts';

const types: Types = { n: 'number', t: 'text', b: 'boolean' };

const number = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(1e308, 0.1, 2 ** 53),
);
const text = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'ab', 'é', '12', '-1.5'),
  fc.string({ maxLength: 4, unit: 'grapheme' }),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  number,
  text,
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<(number[] | { a: number })[]>([1], { a: 1 }),
);
const row: fc.Arbitrary<Row> = fc.dictionary(fc.constantFrom('n', 't', 'b', 'u', 'v'), value);

/** Expressions that type-check by construction, except where undeclared columns meet; those are skipped. */
const expression = fc.letrec<{ number: string; text: string; boolean: string }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('n', 'u', '0', '1', '2.5', '-3', '1e300'),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*', '/', '%'), tie('number'))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc
      .tuple(fc.constantFrom('abs', 'ceil', 'floor', 'round', 'int', 'sqrt', '-'), tie('number'))
      .map(([f, a]) => `${f}(${a})`),
    fc
      .tuple(fc.constantFrom('min', 'max'), tie('number'), tie('number'), tie('number'))
      .map(([f, a, b, c]) => `${f}(${a}, ${b}, ${c})`),
    fc
      .tuple(tie('boolean'), tie('number'), tie('number'))
      .map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    tie('text').map((a) => `size(${a})`),
    tie('text').map((a) => `number(${a})`),
  ),
  text: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom('t', 'v', '"a"', '"12"', '""', '"é"'),
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + "" + ${b})`),
    tie('text').map((a) => `(${a}).upperAscii()`),
    tie('text').map((a) => `lowerAscii(${a})`),
    fc.tuple(tie('boolean'), tie('text'), tie('text')).map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
    tie('number').map((a) => `string(${a} + 0)`),
    tie('boolean').map((a) => `string(!${a})`),
  ),
  boolean: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(
      'b',
      'true',
      'false',
      'has(u)',
      'has(t)',
      'u == v',
      'u != v',
      'u < v',
      'v >= u',
      'u <= u',
      'u > v',
    ),
    fc
      .tuple(tie('boolean'), fc.constantFrom('&&', '||', '==', '!='), tie('boolean'))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    tie('boolean').map((a) => `!${a}`),
    fc
      .tuple(tie('number'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('number'))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc
      .tuple(tie('text'), fc.constantFrom('<', '<=', '>', '>=', '==', '!='), tie('text'))
      .map(([a, o, b]) => `(${a} ${o} ${b})`),
    fc
      .tuple(fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('text'), tie('text'))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    tie('number').map((a) => `(${a} in [1, 2.5, -3])`),
    tie('text').map((a) => `(${a} in ["a", "12"])`),
    fc
      .tuple(tie('boolean'), tie('boolean'), tie('boolean'))
      .map(([c, a, b]) => `(${c} ? ${a} : ${b})`),
  ),
}));

const any = fc.oneof(expression.number, expression.text, expression.boolean);

test('the compiled form gives what an interpreter gives, batch after batch', () => {
  let checked = 0;
  fc.assert(
    fc.property(
      any,
      fc.array(fc.array(row, { maxLength: 20 }), { minLength: 1, maxLength: 3 }),
      (source, batches) => {
        let expression: ReturnType<typeof typed>;
        try {
          expression = typed(source, types);
        } catch (error) {
          assert.ok(
            error instanceof LaError && error.code.startsWith('LA_EXPRESSION_'),
            String(error),
          );
          return;
        }
        checked++;
        const { evaluator, maker } = prepared(expression);
        for (const rows of batches) {
          const expected = rows.map((one) => interpret(expression, one));
          assert.deepEqual(valuesOf(evaluator, maker.batch(rows)), expected);
          maker.newEpoch();
        }
      },
    ),
    { numRuns: 500 },
  );
  assert.ok(checked > 250, `only ${checked} expressions were valid`);
});

test('whatever the text, an expression is refused with a coded error or accepted', () => {
  const piece = fc.oneof(
    fc.constantFrom(...'()[]!-+*/%<>=&|?:.,"\'`\\ \n'),
    fc.constantFrom(
      '&&',
      '||',
      '==',
      'in',
      'has(',
      'null',
      'true',
      '__proto__',
      'constructor',
      'x',
      't',
      '1',
      '"a"',
    ),
    fc.constantFrom(...Object.keys(functions)),
    fc.string({ maxLength: 3, unit: 'binary' }),
  );
  const scope = {
    columnType: (path: string) => (path === 't' ? ('text' as const) : undefined),
    derived: () => undefined,
  };
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      try {
        checkExpression(pieces.join(''), scope);
      } catch (error) {
        assert.ok(error instanceof LaError, String(error));
        assert.match(error.code, /^LA_EXPRESSION_/);
        assert.ok(!error.message.includes('{'.concat('column')), error.message);
      }
    }),
    { numRuns: 3000 },
  );
});
