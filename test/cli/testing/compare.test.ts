import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareRows, type Row } from '../../../cli/testing/compare.ts';

const kinds = (expected: readonly Row[], actual: readonly Row[]) =>
  compareRows(expected, actual, ['k']).map(({ expected, actual, columns }) => {
    if (actual === null) return `missing ${JSON.stringify(expected)}`;
    if (expected === null) return `unexpected ${JSON.stringify(actual)}`;
    return `${JSON.stringify(expected)} is ${JSON.stringify(actual)} in ${columns.join()}`;
  });

test('only the columns named count, and every row does', () => {
  const f = (expected: readonly Row[], actual: readonly Row[], differences: readonly string[]) =>
    assert.deepEqual(kinds(expected, actual), differences);
  f([], [], []);
  f([{ k: 'a' }], [{ k: 'a', n: 1 }], []);
  f([{ n: 1 }, { n: 2 }], [{ n: 2 }, { n: 1 }], []);
  f(
    [{ k: 'a', n: 2 }],
    [{ k: 'a', n: 1, m: 3 }],
    ['{"k":"a","n":2} is {"k":"a","n":1,"m":3} in n'],
  );
  f([{ k: 'a' }], [], ['missing {"k":"a"}']);
  f([], [{ k: 'a' }], ['unexpected {"k":"a"}']);
  f([{ k: 'a' }, { k: 'a' }], [{ k: 'a' }], ['missing {"k":"a"}']);
  f(
    [{ k: 'a', n: 1 }],
    [{ k: 'b', n: 1 }],
    ['missing {"k":"a","n":1}', 'unexpected {"k":"b","n":1}'],
  );
  f([{ k: 'a', x: 1 }], [{ k: 'a' }], ['{"k":"a","x":1} is {"k":"a"} in x']);
  f([{ n: null }], [{ n: 0 }], ['missing {"n":null}', 'unexpected {"n":0}']);
  f([{ n: 1 }], [{ n: '1' }], ['missing {"n":1}', 'unexpected {"n":"1"}']);
  f([{ n: 0.3333333333 }], [{ n: 1 / 3 }], []);
  f(
    [{ k: 1, n: 0.33333 }],
    [{ k: 1, n: 1 / 3 }],
    ['{"k":1,"n":0.33333} is {"k":1,"n":0.3333333333333333} in n'],
  );
  f([{ t: [{ value: 'a', count: 1 }] }], [{ t: [{ count: 1, value: 'a' }] }], []);
  f([{ k: 1, t: [1, 2] }], [{ k: 1, t: [2, 1] }], ['{"k":1,"t":[1,2]} is {"k":1,"t":[2,1]} in t']);
});

test('a row expected under few columns does not take the only one that fits another', () => {
  assert.deepEqual(
    kinds(
      [{ k: 'a' }, { k: 'a', n: 1 }],
      [
        { k: 'a', n: 1 },
        { k: 'a', n: 2 },
      ],
    ),
    [],
  );
});

test('of rows that fit, any order and any selection of columns is accepted', () => {
  const row = fc.record({ k: fc.integer({ max: 3, min: 0 }), n: fc.integer({ max: 2, min: 0 }) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), fc.infiniteStream(fc.nat(2)), (rows, picks) => {
      const expected = rows.map(({ k, n }): Row => {
        const pick = picks.next().value;
        return pick === 0 ? { k } : pick === 1 ? { n } : { k, n };
      });
      assert.deepEqual(kinds(expected.toReversed(), rows), []);
      assert.equal(kinds([...expected, { k: 9 }], rows).length, 1);
    }),
  );
});
