import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LaError } from '../../../runtime/errors.ts';
import { TextOutput } from '../../../views/expressions/text-output.ts';
import { BatchMaker } from '../batches.ts';
import { type Types, typed } from './evaluate.ts';

const types: Types = { rssi: 'number', ap: 'text', ok: 'boolean' };

/** The code and the column it points to. */
function f(expression: string, code: string, column?: number) {
  assert.throws(
    () => typed(expression, types),
    (error) => {
      assert.ok(error instanceof LaError, String(error));
      assert.equal(error.code, `LA_EXPRESSION_${code}`, `${expression}: ${error.message}`);
      assert.equal(error.context.column, column, `${expression}: ${error.message}`);
      return true;
    },
  );
}

test('syntax', () => {
  f('', 'SYNTAX', 1);
  f('rssi >', 'SYNTAX', 7);
  f('rssi = 5', 'SYNTAX', 6);
  f('ok & ok', 'SYNTAX', 4);
  f('ok and ok', 'SYNTAX', 4);
  f('(rssi > 5', 'SYNTAX', 10);
  f('rssi > 5)', 'SYNTAX', 9);
  f('ap == "x', 'SYNTAX', 7);
  f('ap == "\\q"', 'SYNTAX', 8);
  f('rssi > 10s', 'SYNTAX', 8);
  f('rssi > 1e999', 'SYNTAX', 8);
  f('rssi in []', 'SYNTAX', 10);
  f('rssi in [rssi]', 'SYNTAX', 10);
  f('rssi # 1', 'SYNTAX', 6);
  f('ap.', 'SYNTAX', 4);
  f('ok ? 1', 'SYNTAX', 7);
});

test('types', () => {
  f('rssi == "5"', 'TYPE', 9);
  f('ap > 5', 'TYPE', 6);
  f('rssi && ok', 'TYPE', 1);
  f('ok + 1', 'TYPE', 4);
  f('ok < true', 'TYPE', 4);
  f('rssi.startsWith("a")', 'TYPE', 1);
  f('ok ? 1 : "a"', 'TYPE', 10);
  f('rssi in [1, "a"]', 'TYPE', 13);
  f('ap in [1]', 'TYPE', 1);
  f('ok in [true]', 'TYPE', 4);
  f('(ok ? x : y) == (ok ? x : y)', 'AMBIGUOUS', 7);
});

test('functions and null', () => {
  f('lower(ap) == "a"', 'UNKNOWN_FUNCTION', 1);
  f('ap.matches("a")', 'UNKNOWN_FUNCTION', 4);
  f('constructor(ap)', 'UNKNOWN_FUNCTION', 1);
  f('neg(rssi) > 1', 'UNKNOWN_FUNCTION', 1);
  f('rssi.in(1 + 1)', 'UNKNOWN_FUNCTION', 6);
  f('ap.toString()', 'UNKNOWN_FUNCTION', 4);
  f('size(ap, ap) > 1', 'ARGUMENTS', 1);
  f('min(1) > 1', 'ARGUMENTS', 1);
  f('has(1)', 'ARGUMENTS', 1);
  f('ap == null', 'NULL', 7);
});

test('limits', () => {
  f(Array.from({ length: 101 }, () => 'ok').join(' && '), 'TOO_LARGE');
  f(`ap == "${'a'.repeat(1001)}"`, 'TOO_LARGE');
  f(`ok || ${' '.repeat(9000)} ok`, 'TOO_LARGE');
  f(`${'('.repeat(20)}ok${')'.repeat(20)}`, 'TOO_DEEP', 21);
  f(`${'!'.repeat(30)}ok`, 'TOO_DEEP', 21);
  assert.doesNotThrow(() => typed(Array.from({ length: 100 }, () => 'ok').join(' && '), types));
  assert.doesNotThrow(() => typed(`${'('.repeat(19)}ok${')'.repeat(19)}`, types));
});

test('derived columns of derived columns cannot multiply without limit', () => {
  const derived = Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`d${i}`, i === 0 ? 'rssi + 1' : `d${i - 1} + d${i - 1}`]),
  );
  assert.throws(() => typed('d11 > 0', types, derived), { code: 'LA_EXPRESSION_TOO_LARGE' });
});

test('an undeclared column has the type of its use', () => {
  const g = (expression: string, ...uses: string[]) => {
    const found: string[] = [];
    JSON.stringify(typed(expression, types), (_, node) => {
      if (node?.node === 'column') found.push(`${node.path} ${node.type}`);
      return node;
    });
    assert.deepEqual(found, uses, expression);
  };
  g('x > -50', 'x number');
  g('x == "5"', 'x text');
  g('x == true', 'x boolean');
  g('x', 'x boolean');
  g('x == y', 'x value', 'y value');
  g('x == ap', 'x text', 'ap text');
  g('a.b.c + 1 > d', 'a.b.c number', 'd number');
  g('`odd name`.x > 1', 'odd name.x number');
  g('x == 5 || x == "5"', 'x number', 'x text');
  g('x in ["a"]', 'x text');
  g('x + "a" == y', 'x text', 'y text');
  g('(ok ? x : 1) > y', 'ok boolean', 'x number', 'y number');
});

test('texts that are made start a new epoch when full, and grow for a batch that needs more', () => {
  const output = new TextOutput({ entriesMax: 2, bytesMax: 32 }, 4);
  const maker = new BatchMaker([]);
  const run = (words: readonly string[]) => {
    const batch = maker.batch(words.map(() => ({})));
    output.fill(batch, (codes) =>
      words.every((word, row) => {
        codes[row] = output.intern(Buffer.from(word), 0, word.length);
        return codes[row] !== 0;
      }),
    );
    const { codes, dictionary, epoch } = output.vector;
    const texts = words.map((_, row) => {
      const start = dictionary.starts[codes[row]!]!;
      return Buffer.from(
        dictionary.bytes.slice(start, start + dictionary.lengths[codes[row]!]!),
      ).toString();
    });
    assert.deepEqual(texts, words);
    return epoch;
  };
  const first = run(['a', 'b', 'c']);
  assert.equal(run(['c', 'd']), first);
  const second = run(['e']);
  assert.notEqual(second, first);
  run(['1', '2', '3', '4', '5', '6', '7', '8', '9']);
  run(['x'.repeat(60), 'y'.repeat(60), 'z'.repeat(60)]);
});
