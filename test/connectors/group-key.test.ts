import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { elementValue, groupKeyColumns, groupKeyTexts } from '../../connectors/group-key.ts';
import { resultRows } from '../../connectors/result-rows.ts';
import { resultBatch, wifiSchema } from './contract/result-batches.ts';

const scalar = fc.oneof(
  fc.constantFrom('', ',', '"', '\\', '],["', '\u0000', 'é', '💡', null, true, false, 0, -1.5),
  fc.string({ unit: 'grapheme' }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

test('group keys come apart into the elements they were made of', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4 }),
      fc.func(scalar),
      fc.nat({ max: 5 }),
      (width, at, count) => {
        const keys = Array.from({ length: count }, (_, row) =>
          Array.from({ length: width }, (_, column) => at(row, column)),
        );
        const batch = resultBatch(
          wifiSchema,
          keys.map((key) => ({ key: JSON.stringify(key) })),
        );
        const texts = groupKeyTexts(batch);
        assert.deepEqual(
          texts,
          keys.map((key) => JSON.stringify(key)),
        );
        const columns = groupKeyColumns(texts, width);
        assert.equal(columns.length, width);
        const back = keys.map((_, row) => columns.map((column) => elementValue(column[row]!)));
        assert.deepEqual(back, JSON.parse(JSON.stringify(keys)));
      },
    ),
  );
});

test('a key of another width is a defect', () => {
  assert.throws(() => groupKeyColumns(['[1,2,3]'], 2), /check failed/);
  assert.throws(() => groupKeyColumns(['[1]'], 2), /check failed/);
});

test('result rows hold the columns, values, version, and flags only where they are true', () => {
  const rows = [
    {
      key: '["a",1]',
      window: 60_000,
      rows: 3,
      complete: true,
      gap: true,
      values: [1.5, 2, 'x', [1]],
    },
    { key: '[null,true]', truncated: true },
  ];
  assert.deepEqual(
    resultRows(resultBatch(wifiSchema, rows, { generation: 9, claim: 4 }), wifiSchema),
    [
      {
        ...{ ap: 'a', 'place.floor': 1, window_start: 60_000, window_end: 120_000 },
        ...{ avg_rssi: 1.5, phones: 2, last: 'x', 'top "k"': [1] },
        ...{ generation: 9, rows: 3, complete: true, claim: 4, gap: true, group_key: '["a",1]' },
      },
      {
        ...{ ap: null, 'place.floor': true, window_start: 0, window_end: 60_000 },
        ...{ avg_rssi: null, phones: null, last: null, 'top "k"': null },
        ...{ generation: 9, rows: 1, complete: false, claim: 4, truncated: true },
        group_key: '[null,true]',
      },
    ],
  );
});
