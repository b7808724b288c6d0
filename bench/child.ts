/** A measured program as a child process; what it tells of itself comes in a file, a JSON object a line. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KILL_AFTER_MS = 600_000;

export interface ChildResult {
  readonly stdout: string;
  readonly marks: readonly Mark[];
}

/** Times are of the monotonic clock, which all threads and processes of a machine share; CPU is the whole process's. */
export interface Mark {
  readonly mark: string;
  readonly at_ms: number;
  readonly cpu_ms: number;
  readonly [detail: string]: unknown;
}

export interface ChildOptions {
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** A command that starts it, such as `taskset -c 0`. */
  readonly prefix?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program on this Node.js to its end. @throws where it does not end with 0 */
export async function runChild(
  args: readonly string[],
  { flags = [], prefix = [], env = {} }: ChildOptions = {},
): Promise<ChildResult> {
  const dir = mkdtempSync(join(tmpdir(), 'la-bench-marks-'));
  const marks = join(dir, 'marks');
  writeFileSync(marks, '');
  try {
    const [command = '', ...rest] = [...prefix, process.execPath, ...flags, ...args];
    const stdout = await output(command, rest, { ...process.env, ...env, BENCH_MARKS: marks });
    const lines = readFileSync(marks, 'utf8').split('\n').slice(0, -1);
    return { stdout, marks: lines.map((line): Mark => JSON.parse(line)) };
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function output(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  const stdout: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.once('error', reject);
  child.once('close', (code, signal) => {
    if (code === 0) resolve();
    else reject(new Error(`${args.join(' ')} ended with ${code ?? signal}`));
  });
  try {
    await promise;
  } finally {
    clearTimeout(killer);
  }
  return Buffer.concat(stdout).toString();
}
