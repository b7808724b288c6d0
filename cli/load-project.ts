/** Reads and checks a project folder. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deadLetters, sinks, sources } from '../connectors/registry.ts';
import type { AggregationRegistry } from '../views/compile.ts';
import {
  isViewFile,
  type LintResult,
  lintProject,
  PROJECT_FILE,
  type ProjectFile,
} from '../views/lint.ts';
import type { ProjectSpec } from '../views/spec.ts';
import { cliError } from './errors.ts';
import { counted, faultLines, jsonLine } from './print.ts';

export interface LoadedProject {
  readonly project: ProjectSpec;
  /** Absolute. */
  readonly projectDir: string;
}

/** The files that make a project, with paths relative to it. @throws LA_PROJECT_UNREADABLE */
export async function projectFiles(projectDir: string): Promise<ProjectFile[]> {
  const names = await readable(readdir(projectDir), projectDir);
  const views = (await readdirOrNone(join(projectDir, 'views'))).sort();
  const paths = [PROJECT_FILE, ...views.map((name) => `views/${name}`).filter(isViewFile)];
  const files: ProjectFile[] = [];
  for (const path of paths) {
    if (path === PROJECT_FILE && !names.includes(PROJECT_FILE)) continue;
    const text = await readable(readFile(join(projectDir, path), 'utf8'), path);
    files.push({ path, text });
  }
  return files;
}

async function readdirOrNone(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return readable(readdir(folder), folder);
}

async function readable<T>(work: Promise<T>, path: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('LA_PROJECT_UNREADABLE', { path, reason }, error);
  }
}

export async function lintDirectory(
  projectDir: string,
  aggregations?: AggregationRegistry,
): Promise<LintResult> {
  return lintProject({
    files: await projectFiles(projectDir),
    connectors: { sources, sinks, deadLetters },
    fileExists: (path) => existsSync(resolve(projectDir, path)),
    ...(aggregations === undefined ? {} : { aggregations }),
  });
}

export interface LoadOptions {
  /** Faults are printed as JSON, one a line. */
  readonly json?: boolean;
  /** Beside the embedded ones. */
  readonly aggregations?: AggregationRegistry;
}

/** Faults go to stderr. @throws LA_PROJECT_UNREADABLE, LA_PROJECT_INVALID */
export async function loadProject(
  dir: string | undefined,
  { json = false, aggregations }: LoadOptions = {},
): Promise<LoadedProject> {
  const projectDir = resolve(dir ?? '.');
  const { project, faults } = await lintDirectory(projectDir, aggregations);
  for (const fault of faults) {
    process.stderr.write(json ? jsonLine({ fault }) : faultLines(fault));
  }
  if (project === undefined) {
    const count = faults.filter(({ severity }) => severity === 'error').length;
    throw cliError('LA_PROJECT_INVALID', { dir: projectDir, faults: counted(count, 'fault') });
  }
  return { project, projectDir };
}
