import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Json } from '../../runtime/json.ts';
import { Feed } from './feed.ts';
import { at, evaluatorOf, Harness } from './harness.ts';
import { planOf } from './plans.ts';

const keyValue = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom(
    '"',
    '\\',
    '\n\t\b\f\r',
    '\u0000\u001f\u007f',
    '1',
    'true',
    'null',
    '😀',
    '\u2028',
  ),
);

/** -0 is 0. */
const canonical = (values: readonly Json[]) =>
  JSON.stringify(values.map((value) => (Object.is(value, -0) ? 0 : value)));

/** JSON.stringify writes large integers with exponents, keys hold their digits: such keys are compared by value. */
const isPlain = (value: Json) => typeof value !== 'number' || Math.abs(value) < 2 ** 53;

test('keys are the JSON arrays of their values, through lanes, epochs and restarts', () => {
  for (const width of [1, 2, 3]) {
    const names = Array.from({ length: width }, (_, index) => `k${index}`);
    const tuple = fc.array(keyValue.filter(isPlain), { minLength: width, maxLength: width });
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.array(tuple, { maxLength: 8 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('epoch' as const, 'lane' as const, 'restart' as const),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), (steps) => {
        let harness = new Harness({ keys: names });
        const lanes: Feed[] = [harness.feed];
        const expected = new Map<string, number>();
        let feed = harness.feed;
        try {
          for (const step of steps) {
            if (step === 'epoch') {
              feed.newEpoch();
            } else if (step === 'lane') {
              feed = new Feed(harness.plan.columns);
              lanes.push(feed);
              harness.unit.bind(feed.lane);
              harness.unit.partition(0, 'p0');
            } else if (step === 'restart') {
              harness.commit();
              harness = harness.restart();
              feed = harness.feed;
              lanes.push(feed);
            } else {
              const rows = step.map((values) =>
                at(1, Object.fromEntries(values.map((value, index) => [names[index]!, value]))),
              );
              harness.unit.process(feed.chunk(0, harness.unit.nextOffset(0), rows));
              for (const values of step) {
                const key = canonical(values);
                expected.set(key, (expected.get(key) ?? 0) + 1);
              }
            }
          }
          const got = harness.emit().map(({ key, rows }): [string, number] => [key, rows]);
          assert.deepEqual(got.sort(), [...expected].sort());
          assert.equal(harness.unit.groups, expected.size);
        } finally {
          for (const lane of lanes) lane.release();
        }
      }),
      { numRuns: 100 },
    );
  }
});

test('keys of integers beyond 2^53 keep the digits that the dictionary has', () => {
  const harness = new Harness({ keys: ['k'] });
  harness.rows(0, at(1, { k: 1e21 }), at(1, { k: 2 ** 53 }));
  assert.deepEqual(
    harness.emit().map(({ key }) => key),
    ['[1000000000000000000000]', '[9007199254740992]'],
  );
});

test('a view without grouping columns has one group', () => {
  const harness = new Harness({ keys: [] });
  harness.rows(0, at(1), at(2));
  assert.deepEqual(
    harness.emit().map(({ key, rows }) => [key, rows]),
    [['[]', 2]],
  );
});

test('more combinations than fit side by side, and many more codes than groups of a window', () => {
  const harness = new Harness({ keys: ['a', 'b', 'c'], delayMs: 100 });
  const feed = new Feed(harness.plan.columns, 4096, 1 << 16);
  harness.unit.bind(feed.lane);
  harness.unit.partition(0, 'p0');
  const expected = new Map<string, number>();
  // Codes of up to 13 bits each, 39 in all; every 16th row is in a window that knows few of them.
  // The first chunk's codes still fit side by side.
  for (let offset = 0, length = 100; offset < 20_000; offset += length, length = 4096) {
    const rows = Array.from({ length }, (_, row) => {
      const n = offset + row;
      const values = { a: `a${n % 5000}`, b: n % 4999, c: `c${(n * 7) % 4993}` };
      const time = n % 16 === 0 ? 5 : 15;
      const name = `${time - 5} ${JSON.stringify(Object.values(values))}`;
      expected.set(name, (expected.get(name) ?? 0) + 1);
      return at(time, values);
    });
    harness.unit.process(feed.chunk(0, offset, rows));
  }
  const got = harness
    .emit()
    .map(({ key, start, rows }): [string, number] => [`${start} ${key}`, rows]);
  assert.deepEqual(got.sort(), [...expected].sort());
  feed.release();
});

test('expressions as grouping columns', () => {
  const number = evaluatorOf('number', ({ columns }, row) => {
    const x = columns[0]!.numbers[row]!;
    return x === 9 ? null : x === 8 ? -0 : x / 2;
  });
  const boolean = evaluatorOf('boolean', ({ columns }, row) => {
    const x = columns[0]!.numbers[row]!;
    return x === 9 ? null : x % 2;
  });
  const text = evaluatorOf('text', ({ columns }, row) => {
    const x = columns[0]!.numbers[row]!;
    return x === 9 ? null : `"${x}`;
  });
  for (const [evaluator, expected] of [
    [number, ['[0.5]', '[1]', '[0]', '[null]']],
    [boolean, ['[true]', '[false]', '[false]', '[null]']],
    [text, ['["\\"1"]', '["\\"2"]', '["\\"8"]', '[null]']],
  ] as const) {
    const plan = planOf({ keys: [{ derived: evaluator }], aggregations: [] });
    const harness = new Harness({ ...plan, columns: [{ kind: 'f64', path: 'x' }] });
    harness.rows(0, at(1, { x: 1 }), at(1, { x: 2 }), at(1, { x: 8 }), at(1, { x: 9 }));
    assert.deepEqual(
      harness.emit().map(({ key }) => key),
      [...new Set(expected)],
    );
  }
});
