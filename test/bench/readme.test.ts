import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readmeFigures, withFigures } from '../../bench/report/readme.ts';
import { readResults } from '../../bench/report/results.ts';

const readme = new URL('../../README.md', import.meta.url);
const results = new URL('../../docs/benchmark.json', import.meta.url);

test('the figures in README are those that were measured: npm run bench -- report --render --readme', () => {
  const text = readFileSync(readme, 'utf8');
  const figures = existsSync(results) ? readmeFigures(readResults(results.pathname)) : '';
  assert.equal(text, withFigures(text, figures));
});

test('only what stands between the marks is replaced', () => {
  const text =
    'a\n<!-- figures: npm run bench -- report --readme -->\nold\n<!-- end of figures -->\nb';
  assert.equal(withFigures(text, 'new\n'), text.replace('old', 'new'));
  assert.throws(() => withFigures('a', 'new'), /has no/);
});
