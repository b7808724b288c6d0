/** Reads and checks a project folder. */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { deadLetters, sinks, sources } from '../connectors/registry.ts';
import type { AggregationRegistry } from '../views/compile.ts';
import { isViewFile, type LintResult, lintProject, type ProjectFile } from '../views/lint.ts';
import type { ProjectSpec } from '../views/spec.ts';
import { cliError } from './errors.ts';
import { faultLines } from './print.ts';

export interface LoadedProject {
  readonly project: ProjectSpec;
  /** Absolute. */
  readonly projectDir: string;
}

/** The files that make a project, with paths relative to it. */
export async function projectFiles(projectDir: string): Promise<ProjectFile[]> {
  const views = await readdir(join(projectDir, 'views')).catch(() => []);
  const paths = ['la.json', ...views.sort().map((name) => `views/${name}`)];
  const files: ProjectFile[] = [];
  for (const path of paths) {
    if (path !== 'la.json' && !isViewFile(path)) continue;
    const text = await readFile(join(projectDir, path), 'utf8').catch(() => undefined);
    if (text !== undefined) files.push({ path, text });
  }
  return files;
}

export async function lintDirectory(
  projectDir: string,
  aggregations?: AggregationRegistry,
): Promise<LintResult> {
  return lintProject({
    files: await projectFiles(projectDir),
    connectors: { sources, sinks, deadLetters },
    fileExists: (path) => existsSync(join(projectDir, path)),
    ...(aggregations === undefined ? {} : { aggregations }),
  });
}

/** Faults go to stderr. @throws LA_PROJECT_INVALID */
export async function loadProject(dir: string | undefined): Promise<LoadedProject> {
  const projectDir = resolve(dir ?? '.');
  const { project, faults } = await lintDirectory(projectDir);
  for (const fault of faults) process.stderr.write(faultLines(fault));
  if (project === undefined) {
    const count = faults.filter(({ severity }) => severity === 'error').length;
    throw cliError('LA_PROJECT_INVALID', { dir: projectDir, count });
  }
  return { project, projectDir };
}
