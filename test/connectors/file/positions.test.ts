import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Positions } from '../../../connectors/file/positions.ts';

test('the nearest mark at or before a line is found, in whatever order they came', () => {
  const positions = new Positions();
  const f = (line: number, expected: [number, number]) => {
    const found = positions.before(line);
    assert.deepEqual([found.line, found.position], expected);
  };
  f(5, [0, 0]);
  for (const line of [10, 30, 20, 30, 5]) positions.add(line, line * 7);
  f(4, [0, 0]);
  f(5, [5, 35]);
  f(19, [10, 70]);
  f(20, [20, 140]);
  f(1000, [30, 210]);
});

test('of very many marks all new ones stay, and old ones at even distances', () => {
  const positions = new Positions();
  const lines = 100_000;
  for (let line = 0; line < lines; line++) positions.add(line, line * 3);
  for (const line of [0, 1, 777, 40_000, lines - 4000, lines - 1]) {
    const found = positions.before(line);
    assert.equal(found.position, found.line * 3);
    if (line >= lines - 4000) assert.equal(found.line, line);
    assert.ok(line - found.line < lines / 1000);
  }
});
