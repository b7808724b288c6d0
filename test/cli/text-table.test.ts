import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainCells, tableLines } from '../../cli/text-table.ts';

const columns = [
  { title: 'NAME' },
  { title: 'N', align: 'right', rank: 1 },
  { title: 'STATE', rank: 2 },
] as const;
const rows = [plainCells(['a', '1', 'running']), plainCells(['long name', '1,234', 'ok'])];

test('columns are as wide as their widest cell', () => {
  assert.deepEqual(tableLines(columns, rows), [
    'NAME           N  STATE',
    'a              1  running',
    'long name  1,234  ok',
  ]);
});

test('those of the highest rank go first, those of rank 0 never', () => {
  const f = (width: number, expected: string) =>
    assert.equal(tableLines(columns, rows, { width })[0], expected);
  f(25, 'NAME           N  STATE');
  f(24, 'NAME           N');
  f(16, 'NAME           N');
  f(15, 'NAME');
  f(1, 'NAME');
});

test('styles take up no room', () => {
  const red = (text: string) => `<${text}>`;
  const lines = tableLines(columns, [[{ text: 'a', style: red }, { text: '1' }]], {
    titleStyle: red,
    width: 15,
  });
  assert.deepEqual(lines, ['<NAME>  <N>  <STATE>', '<a   >  1  ']);
});
