/** Projects for tests of the whole engine, run as a user runs them: through the command line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Summary } from '../../cli/summary.ts';
import type { DeadLetter } from '../../runtime/dead-letter.ts';
import type { Json } from '../../runtime/json.ts';
import { temporaryFolder } from '../connectors/temporary-folder.ts';

export type Files = Readonly<Record<string, string | Uint8Array | object>>;

/** A project folder with these files; objects are written as JSON. */
export async function makeProject(files: Files): Promise<string> {
  const dir = await temporaryFolder();
  await addFiles(dir, files);
  return dir;
}

export async function addFiles(dir: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(dir, path);
    await mkdir(dirname(target), { recursive: true });
    const plain = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(target, plain ? content : JSON.stringify(content, null, 2));
  }
}

export interface Finished {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const launcher = join(import.meta.dirname, '../../bin/la.cjs');

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** No run of a test may outlive it, whatever goes wrong. */
const KILL_AFTER_MS = 60_000;

/** Starts `la ARGS`, which is killed if it takes longer than a minute. */
export function startLa(
  args: readonly string[],
  env: Record<string, string> = {},
  cwd: string = process.cwd(),
): Running {
  const child = spawn(process.execPath, [launcher, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const killer = setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exit, signal) => {
      clearTimeout(killer);
      resolve({ exit, signal, stdout, stderr });
    });
  });
  return { child, finished };
}

export const la = (...args: string[]): Promise<Finished> => startLa(args).finished;

/** `la run DIR --once --json`, which must succeed; its summary. */
export async function runOnce(dir: string, ...args: string[]): Promise<Summary> {
  const { exit, stdout, stderr } = await la('run', dir, '--once', '--json', ...args);
  if (exit !== 0) throw new Error(`la run ended with ${exit}: ${stderr}`);
  return JSON.parse(stdout);
}

export type TableRow = Record<string, Json>;

/** A view's rows in a SQLite sink, ordered by window and group. Columns of the version that name the writer are left out. */
export function tableRows(dir: string, view: string, database = 'state/results.db'): TableRow[] {
  const db = new DatabaseSync(join(dir, database), { readOnly: true });
  try {
    const rows = db.prepare(`SELECT * FROM "${view}" ORDER BY window_start, group_key`).all();
    return rows.map((row) => {
      const { claim, ...rest } = row as TableRow;
      return rest;
    });
  } finally {
    db.close();
  }
}

/** By key: a letter may be written again after a crash. */
export async function deadLetters(dir: string): Promise<Map<string, DeadLetter>> {
  const text = await readFile(join(dir, 'state/dead-letters.ndjson'), 'utf8');
  const letters = new Map<string, DeadLetter>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const letter: DeadLetter = JSON.parse(line);
    const { view, generation, partition, offset } = letter;
    letters.set(`${view} ${generation} ${partition} ${offset}`, letter);
  }
  return letters;
}

/** The errors that a run with `--json` told of on stderr. */
export function errorsOf({ stderr }: Finished): { code: string; message: string }[] {
  return stderr.split('\n').flatMap((line) => {
    if (!line.startsWith('{"error"')) return [];
    const { error }: { error: { code: string; message: string } } = JSON.parse(line);
    return [error];
  });
}
