import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTestFile, readViewTests, viewFileOf } from '../../views/view-tests.ts';

const view = { path: 'views/by_k.json', text: '// A view.\n{ "view": "sums" }' };
const outputsOf = (name: string) => (name === 'sums' ? ['k', 'total'] : undefined);

const read = (text: string, path = 'views/by_k.test.json') =>
  readViewTests({ files: [view, { path, text }], outputsOf })[0]!;

test('which files are tests, and of what', () => {
  assert.ok(isTestFile('views/a.test.json'));
  assert.ok(!isTestFile('views/a.json') && !isTestFile('views/x/a.test.json'));
  assert.equal(viewFileOf('views/a.b.test.json'), 'views/a.b.json');
});

test('cases of the view beside, with defaults', () => {
  const { view, cases, faults } = read(
    '{ "cases": [{ "name": "n", "rows": ["x", {}] /* two */ }] }',
  );
  assert.deepEqual(faults, []);
  assert.equal(view, 'sums');
  assert.deepEqual(cases, [{ name: 'n', rows: ['x', {}], complete: true }]);
});

test('faults have their places', () => {
  /** The last `at` of the text is where the fault is. */
  const f = (test: string | object, code: string, at: string, path?: string) => {
    const text = typeof test === 'string' ? test : JSON.stringify(test);
    const { faults, cases } = read(text, path);
    const shown = faults.map(({ line, column, code }) => `${line}:${column} ${code}`);
    assert.deepEqual(shown, [`1:${text.lastIndexOf(at) + 1} ${code}`], faults[0]?.message);
    assert.equal(cases, undefined);
  };
  const one = { name: 'n', rows: [], expect: [] };
  f('{ "cases": [', 'LA_CONFIG_JSON', '');
  f('{}', 'LA_CONFIG_MISSING_KEY', '{');
  f({ cases: [] }, 'LA_CONFIG_OUT_OF_RANGE', '[');
  f({ cases: [{ ...one, partition: {} }] }, 'LA_CONFIG_UNKNOWN_KEY', '"partition"');
  f({ cases: [{ ...one, rows: [1] }] }, 'LA_CONFIG_WRONG_TYPE', '1');
  f({ cases: [{ ...one, expect: [{ totl: 1 }] }] }, 'LA_TEST_UNKNOWN_COLUMN', '"totl"');
  f({ cases: [{ ...one, expect: [{ window_start: '1970' }] }] }, 'LA_TEST_BAD_TIME', '"1970"');
  f({ cases: [one, one] }, 'LA_TEST_DUPLICATE_NAME', '"n"');
  f({ cases: [{ ...one, partitions: {} }] }, 'LA_TEST_INPUT', '"partitions"');
  f({ cases: [{ name: 'n' }] }, 'LA_TEST_INPUT', '{"name"');
  f({ cases: [{ ...one, counters: { lost: 1 } }] }, 'LA_CONFIG_UNKNOWN_KEY', '"lost"');
  f({ cases: [one] }, 'LA_TEST_NO_VIEW', '{"cases"', 'views/other.test.json');
});

test('columns of a view that has faults of its own are not judged', () => {
  const broken = { path: 'views/b.json', text: '{ "view": "broken" }' };
  const text = '{ "cases": [{ "name": "n", "rows": [], "expect": [{ "any": 1 }] }] }';
  const [tests] = readViewTests({
    files: [broken, { path: 'views/b.test.json', text }],
    outputsOf,
  });
  assert.deepEqual(tests?.faults, []);
});
