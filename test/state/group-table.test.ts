import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GroupTable } from '../../state/group-table.ts';
import { currentLayout } from '../../state/layout.ts';
import { at, Harness, sums } from './harness.ts';
import { planOf } from './plans.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('the index is made in pieces, while groups are added', () => {
  const table = new GroupTable(1, currentLayout(planOf(sums)));
  const add = (key: string) => table.add(bytesOf(key), 0, key.length);
  const find = (key: string) => table.find(bytesOf(key), 0, key.length);
  for (let group = 0; group < 100; group++) add(`key-${group}`);
  let steps = 1;
  while (!table.prepareFind(7)) {
    add(`late-${steps}`);
    steps++;
  }
  assert.equal(steps, Math.ceil((100 + steps - 1) / 7));
  for (let group = 0; group < 100; group++) assert.equal(find(`key-${group}`), group);
  for (let late = 1; late < steps; late++) assert.equal(find(`late-${late}`), 99 + late);
  assert.equal(find('other'), -1);
  assert.equal(add('other'), table.count - 1);
  assert.equal(find('other'), table.count - 1);
});

test('a table of one group without keys has no index', () => {
  const { keys: _, ...global } = sums;
  const harness = new Harness({ ...global, keys: [] });
  harness.rows(0, at(1), at(2));
  harness.rows(0, at(3));
  assert.ok(harness.unit.memoryBytes < 256 * 1024, `${harness.unit.memoryBytes} bytes`);
});
