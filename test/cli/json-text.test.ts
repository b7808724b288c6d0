import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonText } from '../../cli/json-text.ts';

test('what fits stands on one line', () => {
  const f = (value: Parameters<typeof jsonText>[0], expected: string) =>
    assert.equal(jsonText(value), expected);
  f({}, '{}');
  f([], '[]');
  f({ a: [1, 'x', null] }, '{ "a": [1, "x", null] }');
  const long = 'x'.repeat(60);
  f([long, long], `[\n  "${long}",\n  "${long}"\n]`);
  f({ a: { b: long, c: long } }, `{\n  "a": {\n    "b": "${long}",\n    "c": "${long}"\n  }\n}`);
});

test('it says what was to be said, in lines of 100 characters where that can be', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(value, fc.constantFrom('', '  ', '\t'), (value, indent) => {
      const json = JSON.parse(JSON.stringify(value));
      assert.deepEqual(JSON.parse(jsonText(json, indent)), json);
    }),
  );
});
