/** The command line as such: help, versions, wrong usage, what is machine-readable. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue } from '../../views/aggregations/catalogue.ts';
import { la, startLa } from '../engine/project.ts';

const root = join(import.meta.dirname, '../..');

test('help and version', async () => {
  const [none, help, commandHelp, version] = await Promise.all([
    la(),
    la('--help'),
    la('run', '--help'),
    la('--version'),
  ]);
  assert.deepEqual([none.exit, help.exit, commandHelp.exit, version.exit], [2, 0, 0, 0]);
  assert.equal(none.stdout, help.stdout);
  for (const name of ['demo', 'lint', 'run', 'checkpoint', 'aggregations']) {
    assert.match(help.stdout, new RegExp(`^  ${name} +\\S`, 'm'));
  }
  assert.match(commandHelp.stdout, /^Usage: la run \[DIR\]/m);
  assert.match(commandHelp.stdout, /^ {2}--grace S +\S/m);
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.equal(version.stdout, `${manifest.version}\n`);
});

test('wrong usage: exit code 2, what was meant, no stack trace', async () => {
  const f = async (args: string[], expected: RegExp, env: Record<string, string> = {}) => {
    const { exit, stdout, stderr } = await startLa(args, env).finished;
    assert.equal(exit, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, expected);
    assert.doesNotMatch(stderr, /\n {4}at /);
  };
  await Promise.all([
    f(['limt'], /^LA_USAGE_UNKNOWN_COMMAND: .*"limt".* Did you mean "lint"\?\n {2}\S/),
    f(['constructor'], /^LA_USAGE_UNKNOWN_COMMAND: There is no command "constructor"\.\n/),
    f(['run', '--onec'], /^LA_USAGE_UNKNOWN_FLAG: .*Did you mean --once\?/),
    f(['run', '.'], /^LA_USAGE_ARGUMENTS: .*--grace is "soon"/, { LA_GRACE: 'soon' }),
    f(['demo', 'here'], /^LA_USAGE_ARGUMENTS: .*"here" is one argument too many/),
    f(['checkpoint', 'verfiy'], /^LA_USAGE_ARGUMENTS: .*Did you mean "verify"\?/),
    f(['run', '--plugin', 'no-such.ts'], /^LA_RUN_PLUGIN: .*no-such\.ts/),
  ]);
});

test('with --json errors are JSON on stderr', async () => {
  const [flag, variable] = await Promise.all([
    la('limt', '--json'),
    startLa(['limt'], { LA_JSON: '1' }).finished,
  ]);
  for (const { stderr } of [flag, variable]) {
    const { error } = JSON.parse(stderr);
    assert.equal(error.code, 'LA_USAGE_UNKNOWN_COMMAND');
    assert.deepEqual(error.context.command, 'limt');
    assert.ok(error.remedy.length > 0);
  }
});

test('la aggregations', async () => {
  const [text, json] = await Promise.all([la('aggregations'), la('aggregations', '--json')]);
  assert.deepEqual(JSON.parse(json.stdout), catalogue());
  for (const { name } of catalogue()) {
    assert.match(text.stdout, new RegExp(`^${name} +\\S`, 'm'));
  }
});

test('nobody reads on: no error', async () => {
  const launcher = join(root, 'bin/la.cjs');
  const child = spawn(process.execPath, [launcher, 'aggregations'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 30_000,
    killSignal: 'SIGKILL',
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [exit] = await once(child, 'close');
  assert.deepEqual([exit, stderr], [0, '']);
});
