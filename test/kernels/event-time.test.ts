import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type EventTimeUnit,
  integerToEpochMs,
  iso8601ToEpochMs,
  numberToEpochMs,
} from '../../kernels/event-time.ts';

test('numbers: fractions are floored to the millisecond', () => {
  const f = (unit: EventTimeUnit, text: string, expected: number) => {
    assert.equal(numberToEpochMs(text, unit), expected, `${text} ${unit}`);
    if (!/^(0|-?[1-9]\d{0,14})$/.test(text)) return;
    assert.equal(integerToEpochMs(Number(text), unit), expected, `integer ${text} ${unit}`);
  };
  f('ms', '1767225600000', 1767225600000);
  f('ms', '1767225600000.999', 1767225600000);
  f('ms', '-1.5', -2);
  f('ms', '-0.0001', -1);
  f('ms', '-0.0', 0);
  f('ms', '-2', -2);
  f('ms', '1.7672256e12', 1767225600000);
  f('ms', '0', 0);
  f('ms', '1e-99999999999', 0);
  f('ms', '-1e-99999999999', -1);
  f('ms', '1e99999999999', NaN);
  f('ms', '9007199254740991', 9007199254740991);
  f('ms', '9007199254740992', NaN);
  f('ms', '-9007199254740991', -9007199254740991);
  f('ms', '-9007199254740991.5', NaN);
  f('s', '1700000000.123', 1700000000123);
  f('s', '1700000000.1239999', 1700000000123);
  f('s', '1.1', 1100);
  f('s', '4.35', 4350);
  f('s', '-0.0015', -2);
  f('s', '1700000000', 1700000000000);
  f('s', '9007199254740', 9007199254740000);
  f('s', '999999999999999', NaN);
  f('us', '1700000000123456', 1700000000123);
  f('us', '1700000000123999.9', 1700000000123);
  f('us', '-1', -1);
  f('us', '-1000', -1);
  f('us', '-1001', -2);
  f('us', '999999999999999', 999999999999);
  f('us', '-999999999999999', -1000000000000);
  f('ns', '1700000000123456789', 1700000000123);
  f('ns', '1700000000123999999', 1700000000123);
  f('ns', '1700000000124000000', 1700000000124);
  f('ns', '1.700000000123999999e18', 1700000000123);
  f('ns', '-1', -1);
  f('ns', '-1000000', -1);
  f('ns', '-1000001', -2);
  f('ns', '-1700000000123456789', -1700000000124);
  f('iso8601', '1700000000', NaN);
});

test('no double rounding: any digits, against exact integers', () => {
  const units = [
    ['s', -3],
    ['ms', 0],
    ['us', 3],
    ['ns', 6],
  ] as const;
  const fraction = fc.stringMatching(/^\d{0,12}$/);
  const whole = fc.bigInt({ min: 0n, max: 10n ** 19n });
  fc.assert(
    fc.property(
      fc.constantFrom(...units),
      fc.boolean(),
      whole,
      fraction,
      (unit, negative, n, rest) => {
        const [name, places] = unit;
        const text = `${negative ? '-' : ''}${n}${rest && `.${rest}`}`;
        const numerator = BigInt(`${n}${rest}`) * (negative ? -1n : 1n) * 1000n;
        const scale = 10n ** BigInt(rest.length + places + 3);
        const floor = numerator / scale - (numerator % scale < 0n ? 1n : 0n);
        const expected = Number.isSafeInteger(Number(floor)) ? Number(floor) : NaN;
        assert.equal(numberToEpochMs(text, name), expected, `${text} ${name}`);
      },
    ),
    { numRuns: 1000 },
  );
});

function iso(text: string): number {
  const bytes = Buffer.from(`9${text}9`);
  return iso8601ToEpochMs(bytes, 1, bytes.length - 1);
}

test('ISO 8601 with an offset', () => {
  const f = (text: string, expected: string) => assert.equal(iso(text), Date.parse(expected), text);
  f('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
  f('2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.500Z');
  f('2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00.123Z');
  f('2026-01-01T00:00:00,25Z', '2026-01-01T00:00:00.250Z');
  f('2026-01-01T00:00:00.99999999999999999999Z', '2026-01-01T00:00:00.999Z');
  f('1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z');
  f('2026-01-01T02:00:00+02:00', '2026-01-01T00:00:00Z');
  f('2026-01-01T02:00:00+0200', '2026-01-01T00:00:00Z');
  f('2026-01-01T02:00:00+02', '2026-01-01T00:00:00Z');
  f('2025-12-31T18:30:00.001-05:30', '2026-01-01T00:00:00.001Z');
  f('2026-01-01T00:00Z', '2026-01-01T00:00:00Z');
  f('2026-01-01T00:00+01:00', '2025-12-31T23:00:00Z');
  f('2024-02-29T12:00:00Z', '2024-02-29T12:00:00Z');
  f('2000-02-29T12:00:00Z', '2000-02-29T12:00:00Z');
  f('0000-01-01T00:00:00Z', '0000-01-01T00:00:00Z');
  f('0099-03-01T00:00:00Z', '0099-03-01T00:00:00Z');
  f('9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z');
  f('1582-10-10T00:00:00-00:00', '1582-10-10T00:00:00Z');
});

test('anything else is unreadable', () => {
  const f = (text: string) => assert.equal(iso(text), NaN, text);
  f('');
  f('2026-01-01');
  f('2026-01-01T00:00:00');
  f('2026-01-01T00:00:00.5');
  f('2026-01-01 00:00:00Z');
  f('2026-01-01t00:00:00Z');
  f('2026-01-01T00:00:00z');
  f('2026-13-01T00:00:00Z');
  f('2026-00-01T00:00:00Z');
  f('2026-01-00T00:00:00Z');
  f('2026-01-32T00:00:00Z');
  f('2026-04-31T00:00:00Z');
  f('2026-02-29T00:00:00Z');
  f('1900-02-29T00:00:00Z');
  f('2026-01-01T24:00:00Z');
  f('2026-01-01T23:60:00Z');
  f('2026-01-01T23:59:60Z');
  f('2026-01-01T00:00:00.Z');
  f('2026-01-01T00:00:00Z ');
  f(' 2026-01-01T00:00:00Z');
  f('2026-01-01T00:00:0Z');
  f('2026-1-01T00:00:00Z');
  f('26-01-01T00:00:00Z');
  f('+2026-01-01T00:00:00Z');
  f('2026-01-01T00:00:00+24:00');
  f('2026-01-01T00:00:00+02:60');
  f('2026-01-01T00:00:00+2');
  f('2026-01-01T00:00:00+02:');
  f('2026-01-01T00:00:00+02:000');
  f('2026-01-01T00:00:00ZZ');
  f('2026-W01-1T00:00:00Z');
  f('２026-01-01T00:00:00Z');
});

test('every day of many years, against Date', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }),
      fc.nat(999),
      (s, ms) => {
        const time = s * 1000 + ms;
        assert.equal(iso(new Date(time).toISOString()), time);
      },
    ),
    { numRuns: 2000 },
  );
});
