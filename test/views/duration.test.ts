import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, parseDuration, parseSize } from '../../views/duration.ts';

test('durations', () => {
  const f = (text: string, ms: number) => assert.equal(parseDuration(text), ms, text);
  f('250ms', 250);
  f('10s', 10_000);
  f('90m', 5_400_000);
  f('2h', 7_200_000);
  f('1d', 86_400_000);
  f('1w', 604_800_000);
  f('1.5h', 5_400_000);
  f('0s', 0);
  const g = (text: string, code = 'LA_CONFIG_BAD_DURATION') =>
    assert.throws(() => parseDuration(text), { code }, text);
  for (const text of ['', '10', 's', '10 s', '10S', '1e3s', '1.0001ms', '10min', '∞s', '200000d'])
    g(text);
  g('-5m', 'LA_CONFIG_NEGATIVE_DURATION');
});

test('a duration written out is read back', () => {
  const f = (ms: number, text: string) => {
    assert.equal(formatDuration(ms), text);
    assert.equal(parseDuration(text), ms);
  };
  f(0, '0ms');
  f(90_000, '90s');
  f(60_000, '1m');
  f(604_800_000, '1w');
  f(1, '1ms');
});

test('sizes', () => {
  const f = (text: string, bytes: number) => assert.equal(parseSize(text), bytes, text);
  f('1GiB', 2 ** 30);
  f('1.5MiB', 1.5 * 2 ** 20);
  f('100MB', 1e8);
  f('12B', 12);
  for (const text of ['', '1', '1gib', '-1GiB', '1 GiB', '99999999TiB']) {
    assert.throws(() => parseSize(text), { code: 'LA_CONFIG_BAD_SIZE' }, text);
  }
});
