import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText, quantity, spanText, timeText } from '../../cli/quantities.ts';

test('numbers, sizes, times', () => {
  const f = (got: string, expected: string) => assert.equal(got, expected);
  f(quantity(0), '0');
  f(quantity(0.26), '0.3');
  f(quantity(9), '9');
  f(quantity(12.6), '13');
  f(quantity(1234567), '1,234,567');
  f(bytesText(0), '0 B');
  f(bytesText(1023), '1,023 B');
  f(bytesText(1536), '1.5 KiB');
  f(bytesText(200 * 2 ** 20), '200 MiB');
  f(bytesText(3 * 2 ** 50), '3,072 TiB');
  f(spanText(0), '0 s');
  f(spanText(340), '0.3 s');
  f(spanText(59_000), '59 s');
  f(spanText(210_000), '3.5 min');
  f(spanText(7_200_000), '2 h');
  f(spanText(36 * 3_600_000), '1.5 d');
  f(timeText(0), '1970-01-01 00:00:00');
  f(timeText(-1), '1969-12-31 23:59:59');
  f(timeText(Number.NaN), '–');
  f(timeText(1e300), '–');
});
