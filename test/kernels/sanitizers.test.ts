/**
 * Every kernel, compiled for this machine with the address and undefined-behaviour sanitizers, does again what its compiled module did in
 * its own tests: call for call, with the same bytes, each call with exactly the memory that it may touch. See native/native-module.ts.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { NativeModule } from './native/native-module.ts';

const root = join(import.meta.dirname, '../..');
const here = join(import.meta.dirname, 'native');
const modules = readdirSync(join(root, 'kernels/c'))
  .filter((name) => name.endsWith('.c'))
  .map((name) => name.slice(0, -'.c'.length));

const FIXED_SEED = 1;
const TIMEOUT_MS = 60_000;
/** Runs of each property while its calls are recorded. */
const FUZZ_RUNS = '40';

const compiler = ['cc', 'gcc', 'clang'].find(
  (name) => spawnSync(name, ['--version'], { stdio: 'ignore' }).status === 0,
);
const compilerFlags = [
  ...['-std=gnu2x', '-O1', '-g', '-fno-omit-frame-pointer', '-fno-strict-aliasing'],
  ...['-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
  ...[
    '-Wall',
    '-Wextra',
    '-Werror',
    '-Wno-attributes',
    '-Wno-unknown-attributes',
    '-Wno-unknown-pragmas',
  ],
];

/** Of what a program wrote, if that is text. */
const tail = (bytes: Buffer | null) =>
  bytes === null || bytes.includes(0) ? '' : bytes.toString().slice(-3000);

function ran(what: string, command: string, args: readonly string[], options: object = {}) {
  const limits = { timeout: TIMEOUT_MS, maxBuffer: 2 ** 30 };
  const result = spawnSync(command, args, { ...limits, ...options });
  const told = [result.stdout, result.stderr].map(tail).join('\n');
  assert.equal(result.status, 0, `${what}: ${result.error ?? result.signal ?? ''} ${told}`);
  return result;
}

function compile(compilerName: string, module: string, folder: string): string {
  const program = join(folder, module);
  const source = join(here, `${module}.c`);
  ran(`${module} compiles`, compilerName, [...compilerFlags, source, '-lm', '-o', program]);
  return program;
}

function record(
  module: string,
  file: string,
  seed: number,
  folder: string,
  isWhole: boolean,
): void {
  const { NODE_TEST_CONTEXT: _, LA_KERNELS: __, ...env } = process.env;
  const args = ['--import', join(here, 'record.ts'), join(root, file)];
  ran(`${file} with seed ${seed}`, process.execPath, args, {
    cwd: root,
    env: {
      ...env,
      LA_FUZZ_RUNS: FUZZ_RUNS,
      LA_NATIVE_FOLDER: folder,
      LA_NATIVE_MODULE: module,
      LA_NATIVE_SEED: String(seed),
      LA_NATIVE_WHOLE: isWhole ? '1' : '0',
    },
  });
}

/** Names of the calls that were run again. */
function replay(program: string, folder: string): string[] {
  const cases = openSync(join(folder, 'cases'), 'r');
  const stdio = [cases, 'pipe', 'pipe'];
  const { stdout, stderr } = ran('the calls, run again', program, [], { stdio });
  closeSync(cases);
  const lines = `${stderr}`.trim().split('\n');
  const expected = readFileSync(join(folder, 'replies'));
  if (!expected.equals(stdout)) {
    const at = expected.findIndex((byte, index) => byte !== stdout[index]);
    assert.fail(`replies differ at byte ${at} of ${expected.length}, ${stdout.length} were made`);
  }
  return lines.map((line) => line.split(' ')[1] ?? '');
}

async function f(t: TestContext, compilerName: string, module: string) {
  const { native }: { native: NativeModule } = await import(`./native/${module}.ts`);
  const folder = mkdtempSync(join(tmpdir(), `la-${module}-`));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = compile(compilerName, module, folder);
  const replayed = new Map<string, number>();
  const check = (file: string, seed: number, isWhole: boolean) => {
    t.diagnostic(`${file}, seed ${seed}`);
    record(module, file, seed, folder, isWhole);
    for (const name of replay(program, folder)) replayed.set(name, 1 + (replayed.get(name) ?? 0));
  };
  for (const file of native.whole ?? []) check(file, FIXED_SEED, true);
  for (const seed of [FIXED_SEED, Math.trunc(Math.random() * 2 ** 31)]) {
    for (const file of native.corpus) check(file, seed, false);
  }
  t.diagnostic([...replayed].map(([name, count]) => `${name} ${count}`).join(', '));
  assert.deepEqual([...replayed.keys()].sort(), Object.keys(native.calls).sort(), 'all are called');
}

for (const module of modules) {
  test(`${module}, natively and under sanitizers, does what its module does`, async (t) => {
    const driver = ['c', 'ts'].map((ending) => join(here, `${module}.${ending}`));
    for (const path of driver) assert.ok(existsSync(path), `${path} is missing: CONTRIBUTING.md`);
    if (compiler === undefined) {
      assert.notEqual(process.env.CI, 'true', 'CI has a C compiler');
      t.skip(`NO C COMPILER HERE (cc, gcc, clang): kernels/c/${module}.c WAS NOT CHECKED`);
      return;
    }
    await f(t, compiler, module);
  });
}
