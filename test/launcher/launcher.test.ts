/** bin/la.cjs under an old Node.js and under ours: it must behave as if it were not there. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, symlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../connectors/temporary-folder.ts';

const root = join(import.meta.dirname, '../..');
const OLD = 24;

/** A Node.js that is too old, if the machine has one. */
const oldNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'node'))
  .filter((path) => existsSync(path))
  .find((path) => {
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' });
    return Number.parseInt(version.slice(1), 10) < OLD;
  });

/** A checkout with a stand-in for the command line. */
async function checkout({ modules }: { modules: boolean }): Promise<string> {
  const dir = await temporaryFolder();
  for (const folder of ['bin', 'cli']) await mkdir(join(dir, folder));
  await copyFile(join(root, 'bin/la.cjs'), join(dir, 'bin/la.cjs'));
  await copyFile(join(import.meta.dirname, 'fixtures/main.ts'), join(dir, 'cli/main.ts'));
  if (modules) await symlink(join(root, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly said: readonly Record<string, unknown>[];
  readonly stdout: string;
  readonly stderr: string;
}

interface LaunchOptions {
  readonly input?: string;
  /** Called with the first thing that it says. */
  readonly onStart?: (launcher: number, said: Record<string, unknown>) => void;
}

async function launch(
  node: string,
  dir: string,
  args: readonly string[],
  { input = '', onStart }: LaunchOptions = {},
): Promise<Ended> {
  const { MALLOC_ARENA_MAX: _, ...env } = process.env;
  const child = spawn(node, [join(dir, 'bin/la.cjs'), ...args], { stdio: 'pipe', env });
  child.stdin.end(input);
  let [stdout, stderr, begun] = ['', '', false];
  child.stderr.on('data', (text) => {
    stderr += text;
  });
  child.stdout.on('data', (text) => {
    stdout += text;
    if (begun || !stdout.includes('\n')) return;
    begun = true;
    onStart?.(child.pid ?? 0, JSON.parse(stdout.split('\n')[0] ?? ''));
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
      resolve({ code, signal, said: lines.map((line) => JSON.parse(line)), stdout, stderr });
    });
  });
}

const nodes: [string, string | undefined][] = [
  ['our own Node.js', process.execPath],
  ['an older Node.js', oldNode],
];
for (const [name, node] of nodes) {
  const skip = node === undefined && 'there is none on this machine';
  const run = async (args: readonly string[], options?: LaunchOptions) =>
    launch(node ?? '', await checkout({ modules: true }), args, options);

  test(`${name}: arguments, exit code, standard input`, { skip }, async () => {
    const ended = await run(['exit', '7', 'a b', '', '--json', '"']);
    const args = ['exit', '7', 'a b', '', '--json', '"'];
    const arenas = process.platform === 'linux' ? '2' : null;
    const said = { args, version: process.version, env: null, arenas };
    assert.partialDeepStrictEqual(ended.said, [said]);
    assert.deepEqual([ended.code, ended.stderr], [7, '']);
    const echoed = await run(['echo'], { input: 'through\nand through' });
    assert.match(echoed.stdout, /through\nand through$/);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`${name}: ${signal} arrives once`, { skip }, async () => {
      const onStart = (pid: number) => process.kill(pid, signal);
      const ended = await run(['wait', '3'], { onStart });
      assert.deepEqual(ended.said.slice(1), [{ signal }]);
      assert.equal(ended.code, 3);
    });
  }

  test(`${name}: what is killed was killed`, { skip }, async () => {
    assert.equal((await run(['abort'])).signal, 'SIGKILL');
  });

  test(`${name}: kill -9 leaves nothing running`, { skip }, async () => {
    const onStart = (pid: number) => process.kill(pid, 'SIGKILL');
    // `close` comes only when nobody holds our ends of its pipes any more.
    const ended = await run(['wait'], { onStart });
    assert.equal(ended.signal, 'SIGKILL');
  });
}

const noOldNode = oldNode === undefined && 'there is no older Node.js on this machine';
test('an older Node.js without a newer one beside it says so', { skip: noOldNode }, async () => {
  const ended = await launch(oldNode ?? '', await checkout({ modules: false }), ['exit']);
  assert.match(ended.stderr, /^la needs Node\.js 24 or newer, but this is v[^\n]+\n$/);
  assert.equal(ended.code, 1);
});
