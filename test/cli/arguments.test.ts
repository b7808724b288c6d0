import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments } from '../../cli/arguments.ts';
import { type Command, numberOption } from '../../cli/command.ts';
import { LaError } from '../../runtime/errors.ts';

const command: Command = {
  doc: '',
  usage: '',
  options: {
    once: { type: 'boolean', doc: '' },
    json: { type: 'boolean', doc: '' },
    'dry-run': { type: 'boolean', doc: '' },
    grace: { type: 'string', doc: '' },
  },
  positionalsMax: 1,
  run: async () => 0,
};

test('flags, values and arguments, from the line and from the environment', () => {
  const f = (
    line: string,
    environment: Record<string, string>,
    options: object,
    positionals: string[] = [],
  ) => {
    const read = readArguments(command, line.split(' ').filter(Boolean), environment);
    assert.deepEqual({ ...read, options: { ...read.options } }, { options, positionals }, line);
  };
  f('', {}, {});
  f('dir --once', {}, { once: true }, ['dir']);
  f('--once dir --grace 5', {}, { once: true, grace: '5' }, ['dir']);
  f('--grace=-5', {}, { grace: '-5' });
  f('--grace -5', {}, { grace: '-5' });
  f('--grace=--x', {}, { grace: '--x' });
  f('--dry-run -- --once', {}, { 'dry-run': true }, ['--once']);
  f(
    '',
    { LA_ONCE: '1', LA_GRACE: '7', LA_DRY_RUN: 'true' },
    {
      once: true,
      grace: '7',
      'dry-run': true,
    },
  );
  f(
    '',
    { LA_ONCE: '0', LA_JSON: '', LA_DRY_RUN: 'False' },
    {
      once: false,
      json: false,
      'dry-run': false,
    },
  );
  f('--grace 5 --once', { LA_GRACE: '7', LA_ONCE: '0' }, { grace: '5', once: true });
  f('', { LA_OTHER: '1', ONCE: '1' }, {});
});

test('what does not fit is said with what was meant', () => {
  const f = (line: string, code: string, message: RegExp) =>
    assert.throws(
      () => readArguments(command, line.split(' '), {}),
      (error) => {
        assert.ok(error instanceof LaError);
        assert.equal(error.code, code, line);
        assert.equal(error.exit, 2);
        assert.match(error.message, message);
        return true;
      },
    );
  f('--onec', 'LA_USAGE_UNKNOWN_FLAG', /--onec\. Did you mean --once\?/);
  f('--helpp', 'LA_USAGE_UNKNOWN_FLAG', /Did you mean --help\?/);
  f('--constructor', 'LA_USAGE_UNKNOWN_FLAG', /no option --constructor\.$/);
  f('-x', 'LA_USAGE_UNKNOWN_FLAG', /no option -x/);
  f('--once=yes', 'LA_USAGE_ARGUMENTS', /--once takes no value, but was given "yes"/);
  f('--grace', 'LA_USAGE_ARGUMENTS', /--grace needs a value/);
  f('--grace --once', 'LA_USAGE_ARGUMENTS', /--grace needs a value/);
  f('one two', 'LA_USAGE_ARGUMENTS', /"two" is one argument too many/);
});

test('numbers', () => {
  const f = (grace: string | undefined, expected: number) =>
    assert.equal(numberOption({ grace }, 'grace', { min: 0.5, missing: 25 }), expected);
  f(undefined, 25);
  f('0.5', 0.5);
  f('1e2', 100);
  for (const wrong of ['', ' ', 'x', '0.4', '-1', 'NaN', 'Infinity', '5s']) {
    assert.throws(() => f(wrong, 0), { code: 'LA_USAGE_ARGUMENTS' }, wrong);
  }
});
