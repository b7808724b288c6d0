import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { catalogue, renderCatalogue } from '../../../views/aggregations/catalogue.ts';
import type { Aggregation } from '../../../views/aggregations/contract.ts';
import { aggregations } from '../../../views/aggregations/registry.ts';
import { Groups } from './fold-rows.ts';

const root = new URL('../../../', import.meta.url);

test('docs/aggregations.md is what the registry says (LA_UPDATE=1 rewrites it)', () => {
  const file = new URL('docs/aggregations.md', root);
  if (process.env.LA_UPDATE === '1') writeFileSync(file, renderCatalogue());
  assert.equal(readFileSync(file, 'utf8'), renderCatalogue());
});

test('every aggregation is declared whole', () => {
  const list: [string, Aggregation][] = Object.entries(aggregations);
  for (const [name, { doc, error, inputs, params = {}, version }] of list) {
    assert.match(name, /^[a-z]+(_[a-z]+)*$/);
    assert.match(doc, /^[A-Z].*\.$/s, name);
    assert.ok(error.length > 0 && version >= 1, name);
    const columns = Object.keys(inputs).filter((input) => input !== 'x' && input !== 'time');
    const named = Object.entries(params).filter(([, { type }]) => /column|expression/.test(type));
    assert.deepEqual(named.map(([param]) => param).sort(), columns.sort(), name);
  }
});

test('an entry says what a user needs', () => {
  const entry = (name: string) => catalogue().find((candidate) => candidate.name === name);
  assert.deepEqual(entry('histogram'), {
    name: 'histogram',
    doc: 'Counts of numbers between bounds: of (-∞, b0], (b0, b1] … (bk, ∞), not cumulative.',
    inputs: 'x: number',
    params: 'bounds: numbers ascending, at most 256, upper bounds, inclusive',
    result: 'json',
    empty: '[0,0,0] with {"bounds":[1,2]}',
    error: 'exact',
    cells: '3 with {"bounds":[1,2]}',
  });
  assert.equal(entry('top_k')?.params, 'k: integer 1 … 1000, default 10, values to list');
});

test('the example of docs/add-an-aggregation.md works', async () => {
  const docs = readFileSync(new URL('docs/add-an-aggregation.md', root), 'utf8');
  const [, code] = /```ts\n(.*?)```/s.exec(docs) ?? [];
  assert.ok(code !== undefined);
  const contract = new URL('views/aggregations/contract.ts', root).href;
  const folder = mkdtempSync(join(tmpdir(), 'la-example-'));
  try {
    const file = join(folder, 'max-abs.ts');
    writeFileSync(file, code.replace('./contract.ts', contract));
    const { maxAbs }: { maxAbs: Aggregation } = await import(pathToFileURL(file).href);
    const fold = (...x: number[]) => new Groups(maxAbs, {}).fold(x.map((value) => ({ x: value })));
    assert.equal(fold(3, -7).result(), 7);
    assert.equal(fold(3).merge(fold(-9)).merge(fold()).result(), 9);
    assert.equal(fold().result(), null);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
