import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  canonicalBytes,
  canonicalNumber,
  canonicalNumberText,
} from '../../kernels/canonical-number.ts';
import { canonical } from './json-oracle.ts';

/** Text of the number, from between other bytes; undefined when it is not finite. */
function textOf(source: string): string | undefined {
  const bytes = Buffer.from(`1${source}2`);
  const length = canonicalNumber(bytes, 1, bytes.length - 1);
  return length === 0 ? undefined : Buffer.from(canonicalBytes.subarray(0, length)).toString();
}

test('equal by value means equal text', () => {
  const f = (sources: readonly string[], expected: string | undefined) => {
    for (const source of sources) assert.equal(textOf(source), expected, source);
  };
  f(['1', '1.0', '1e0', '10e-1', '0.1e1', '1.000', '100E-2', '0.01e+2'], '1');
  f(['0', '-0', '0.0', '-0.0e5', '0e999999999', '1e-400', '-1e-400'], '0');
  f(['-12', '-12.0', '-1.2e1'], '-12');
  f(['0.1', '1e-1', '0.10', '0.1000000000000000055511151231257827'], '0.1');
  f(['0.000001', '1e-6'], '0.000001');
  f(['1e-7', '0.0000001'], '1e-7');
  f(['9007199254740991', '9007199254740991.0', '9007199254740991e0'], '9007199254740991');
  f(
    ['9007199254740993', '9007199254740993.00', '900719925474099300e-2', '9.007199254740993e15'],
    '9007199254740993',
  );
  f(['-9007199254740993', '-90071992547409930e-1'], '-9007199254740993');
  f(
    ['123456789012345678901234567890', '12345678901234567890123456789e1'],
    '123456789012345678901234567890',
  );
  f(['1e21', '1000000000000000000000', '1000000000000000000000.0'], '1000000000000000000000');
  f(['1e308', `1${'0'.repeat(308)}`], `1${'0'.repeat(308)}`);
  f([`0.${'0'.repeat(400)}1e420`], `1${'0'.repeat(19)}`);
  f(['9007199254740992.5'], '9007199254740992');
  f(['1234567890123456789012.5'], '1.2345678901234568e+21');
  f(['1e400', '-1e400', '1.8e308', `1${'0'.repeat(400)}`, '1e99999999999999999999'], undefined);
  f(['5e-324', '4.9406564584124654e-324'], '5e-324');
});

test('canonical text is a fixed point', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
      (x) => {
        const text = canonicalNumberText(JSON.stringify(x));
        assert.ok(text !== undefined);
        assert.equal(canonicalNumberText(text), text);
        assert.equal(Number(text), x + 0);
      },
    ),
  );
});

test('any way to write a number, against exact integers', () => {
  const digits = fc.stringMatching(/^(0|[1-9]\d{0,30})$/);
  const fraction = fc.stringMatching(/^(\.\d{1,25})?$/);
  const exponent = fc.option(fc.integer({ min: -60, max: 60 }), { nil: undefined });
  fc.assert(
    fc.property(
      fc.constantFrom('', '-'),
      digits,
      fraction,
      exponent,
      (sign, whole, rest, power) => {
        const source = `${sign}${whole}${rest}${power === undefined ? '' : `e${power}`}`;
        assert.equal(textOf(source), Number(source) === 0 ? '0' : canonical(source), source);
      },
    ),
    { numRuns: 1000 },
  );
});
