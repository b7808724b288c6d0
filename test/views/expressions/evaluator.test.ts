import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../runtime/json.ts';
import { evaluate, prepared, type Types, typed, valuesOf } from './evaluate.ts';
import type { Scalar } from './interpreter.ts';

/** The expression for x being each of the values, and what comes out. */
function f(
  expression: string,
  values: readonly Json[],
  expected: readonly Scalar[],
  types: Types = {},
) {
  const rows = values.map((x) => ({ x, one: 1, ab: 'ab', yes: true }));
  assert.deepEqual(evaluate(expression, rows, types), expected, expression);
}

test('comparisons of numbers: null and other types give null', () => {
  const values = [4, 5, 6, null, '5', true, [5], { a: 5 }];
  const rest = [null, null, null, null, null];
  f('x < 5', values, [true, false, false, ...rest]);
  f('x <= 5', values, [true, true, false, ...rest]);
  f('x > 5', values, [false, false, true, ...rest]);
  f('x >= 5', values, [false, true, true, ...rest]);
  f('x == 5', values, [false, true, false, ...rest]);
  f('x != 5', values, [true, false, true, ...rest]);
  f('5 > x', values, [true, false, false, ...rest]);
  f('x in [4, 6]', values, [true, false, true, ...rest]);
});

test('comparisons of texts: by UTF-8 bytes', () => {
  const values = ['a', 'b', 'c', '', 'é', null, 5, true, ['b']];
  const rest = [null, null, null, null];
  f('x == "b"', values, [false, true, false, false, false, ...rest]);
  f('x != "b"', values, [true, false, true, true, true, ...rest]);
  f('x < "b"', values, [true, false, false, true, false, ...rest]);
  f('x >= "b"', values, [false, true, true, false, true, ...rest]);
  f('"b" < x', values, [false, false, true, false, true, ...rest]);
  f('x in ["a", "é"]', values, [true, false, false, false, true, ...rest]);
});

test('comparisons of two undeclared columns: by value', () => {
  const values = [1, 2, '1', true, null];
  f('x == one', values, [true, false, false, false, null]);
  f('x != one', values, [false, true, true, true, null]);
  f('one < x', values, [false, true, null, null, null]);
  f('x == yes', values, [false, false, false, true, null]);
  f('ab <= x', ['ac', 'aa', 'ab', 3, null], [true, false, true, null, null]);
  f('yes <= x', [true, false], [null, null]);
});

test('booleans', () => {
  const values = [true, false, null, 1, 'true'];
  f('x', values, [true, false, null, null, null]);
  f('!x', values, [false, true, null, null, null]);
  f('x == true', values, [true, false, null, null, null]);
  f('x != yes', values, [false, true, null, null, null], { x: 'boolean' });
  f('x', [1, 2], [null, null]);
});

test('logic of three values', () => {
  const values = [true, false, null];
  f('x && true', values, [true, false, null]);
  f('x && false', values, [false, false, false]);
  f('x || true', values, [true, true, true]);
  f('x || false', values, [true, false, null]);
  f('x && missing', values, [null, false, null]);
  f('missing || x', values, [true, null, null]);
  f('x ? 1 : 2', values, [1, 2, null]);
  f('true ? x : true', values, [true, false, null]);
  f('false ? missing : x', values, [true, false, null]);
});

test('has tells missing and null from all other values', () => {
  f('has(x)', [null, 0, '', false, [], {}], [false, true, true, true, true, true]);
  f('has(missing)', [1], [false]);
  f('has(x) && x > 1', [null, 0, 2], [false, false, true]);
  f('has(x) ? x : -1', [null, 0, 2], [-1, 0, 2], { x: 'number' });
});

test('arithmetic', () => {
  f('x + 1 == 3', [2, 3, null, '2'], [true, false, null, null]);
  f('x * 2 - 1', [2, -3, null], [3, -7, null]);
  f('x / 2', [5, 0, null], [2.5, 0, null]);
  f('10 / x', [4, 0, null], [2.5, null, null]);
  f('x % 3', [7, -7, 0], [1, -1, 0]);
  f('x % 0', [7], [null]);
  f('x * 1e300', [1e300, 1], [null, 1e300]);
  f('-x', [1, -1, 0, null], [-1, 1, 0, null]);
  f('1 + 2 * 3 - 4 / 2', [0], [5]);
  f('(1 + 2) * 3', [0], [9]);
  f('10 - 4 - 3', [0], [3]);
  f('2 > 1 == true', [0], [true]);
});

test('no result is -0, which would be another group key', () => {
  for (const expression of [
    'x * -1',
    '-x',
    'ceil(x - 0.5)',
    'round(x - 0.3)',
    'int(x - 0.3)',
    'x % 1',
    'number("-0")',
  ]) {
    const [result] = evaluate(expression, [{ x: 0 }]);
    assert.ok(Object.is(result, 0), expression);
  }
});

test('functions of numbers', () => {
  f('abs(x)', [-2, 3, null], [2, 3, null]);
  f('ceil(x)', [1.2, -1.2], [2, -1]);
  f('floor(x)', [1.8, -1.2], [1, -2]);
  f('round(x)', [0.5, 1.4, -0.5, -1.5, 0.49999999999999994], [1, 1, -1, -2, 0]);
  f('int(x)', [2.7, -2.7], [2, -2]);
  f('sqrt(x)', [9, -1], [3, null]);
  f('min(x, 3)', [1, 5, null], [1, 3, null]);
  f('max(x, 3, one, 4)', [1, 5, null], [4, 5, null]);
  f('x.abs()', [-2], [2]);
});

test('functions of texts', () => {
  const values = ['WAP012', 'xWAP0', '', null, 7];
  f('x.startsWith("WAP0")', values, [true, false, false, null, null]);
  f('endsWith(x, "0")', values, [false, true, false, null, null]);
  f('x.contains("AP")', values, [true, true, false, null, null]);
  f('"WAP012345".startsWith(x)', values, [true, false, true, null, null]);
  f('x.startsWith(ab)', ['abc', 'a', null], [true, false, null]);
  f('ab.contains(x)', ['b', 'c', null], [true, false, null]);
  f('size(x)', ['', 'abc', 'é€😀', null], [0, 3, 3, null]);
  f('x.lowerAscii()', ['AbÉ[', null], ['abÉ[', null]);
  f('x.upperAscii() + "!"', ['abé{', null], ['ABé{!', null]);
  f('x.upperAscii().startsWith("AB")', ['abc', 'b'], [true, false]);
  f('number(x)', ['1.5', ' -2e1 ', '0x10', '', 'NaN', '1e999'], [1.5, -20, null, null, null, null]);
});

test('texts that are made', () => {
  f('x > 5 ? "high" : "low"', [6, 5, null], ['high', 'low', null]);
  f('x == "" ? "none" : x', ['', 'a', null], ['none', 'a', null]);
  f('x + "-" + ab', ['1', null, 1], ['1-ab', null, null]);
  f(
    'string(x) + "/" + string(one)',
    [1.5, -0, 1e21, null, 'a'],
    ['1.5/1', '0/1', '1e+21/1', null, null],
  );
  f('string(x > 1)', [1, 2, null], ['false', 'true', null]);
  f('string(ab)', [1], ['ab'], { ab: 'text' });
});

test('a text that gets too long is null', () => {
  f('x + x', ['a'.repeat(2048), 'a'.repeat(2049)], ['a'.repeat(4096), null], { x: 'text' });
});

test('derived columns can be used, and asked for', () => {
  const rows = [{ x: 1 }, { x: 3 }, { x: null }];
  const g = (expression: string, expected: Scalar[]) => {
    const { evaluator, maker } = prepared(
      typed(expression, {}, { twice: 'x * 2', name: 'twice > 3 ? "b" : "a"' }),
    );
    assert.deepEqual(valuesOf(evaluator, maker.batch(rows)), expected, expression);
  };
  g('twice + 1', [3, 7, null]);
  g('name == "b"', [false, true, null]);
  g('name', ['a', 'b', null]);
  g('has(twice)', [true, true, false]);
  g('has(name) && twice > 2', [false, true, false]);
});

test('a new dictionary epoch is not read with the codes of the one before', () => {
  for (const expression of [
    'x == "a"',
    'x.upperAscii()',
    'size(x)',
    'x',
    'x + "!"',
    'true ? x : "z"',
  ]) {
    const { evaluator, maker } = prepared(typed(expression, { x: 'text' }));
    const values = (x: string) => valuesOf(evaluator, maker.batch([{ x }]));
    const first = values('a');
    const { textEpoch } = evaluator.evaluate(maker.batch([{ x: 'a' }]));
    maker.newEpoch();
    const second = values('bb');
    assert.notDeepEqual(first, second, expression);
    const again = evaluator.evaluate(maker.batch([{ x: 'bb' }]));
    if (expression === 'x') assert.notEqual(again.textEpoch, textEpoch);
    maker.newEpoch();
    assert.deepEqual(values('a'), first, expression);
  }
});

test('codes left over in malformed rows do not spoil later rows', () => {
  for (const expression of ['x == "b"', 'x.upperAscii()', 'size(x) + 1']) {
    const { evaluator, maker } = prepared(typed(expression, { x: 'text' }));
    const rows = [{ x: 'a' }, { x: 'q' }];
    valuesOf(evaluator, maker.batch(rows));
    maker.newEpoch();
    // The second row keeps code 2 of the epoch before, whose new entry is only made later.
    valuesOf(evaluator, maker.batch([{ x: 'a' }, null]));
    const expected = evaluate(expression, [{ x: 'a' }, { x: 'b' }], { x: 'text' });
    assert.deepEqual(
      valuesOf(evaluator, maker.batch([{ x: 'a' }, { x: 'b' }])),
      expected,
      expression,
    );
  }
});

test('more texts than the first dictionary of an expression holds', () => {
  for (const expression of ['x.upperAscii()', 'has(x) ? x : "none"', 'x + "!"']) {
    const { evaluator, maker } = prepared(typed(expression, { x: 'text' }));
    for (let batch = 0; batch < 40; batch++) {
      const rows = Array.from({ length: 64 }, (_, row) => ({
        x: row < 4 ? `R${row}` : `T${batch}/${row}`,
      }));
      const expected = rows.map(({ x }) => (expression.endsWith('"!"') ? `${x}!` : x));
      assert.deepEqual(valuesOf(evaluator, maker.batch(rows)), expected);
    }
  }
});

test('more numbers than the first dictionary of their texts holds', () => {
  const { evaluator, maker } = prepared(typed('string(x)', { x: 'number' }));
  for (let batch = 0; batch < 40; batch++) {
    const numbers = Array.from({ length: 64 }, (_, row) => (row < 4 ? row : batch * 64 + row));
    // The first values of a batch come again at its end, after the dictionary may have grown.
    const rows = [...numbers, ...numbers.slice(0, 4)].map((x) => ({ x }));
    assert.deepEqual(
      valuesOf(evaluator, maker.batch(rows.slice(4))),
      rows.slice(4).map(({ x }) => String(x)),
    );
  }
});
