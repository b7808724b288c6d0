import { glob, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { connectorError } from '../errors.ts';

export interface FilePath {
  /** Relative to the project, with `/`: the partition's name. */
  readonly id: string;
  readonly path: string;
}

/**
 * The files that the patterns name, sorted within each pattern, each once. A pattern that names a file as it stands is
 * that file, whatever characters it has.
 */
export async function findFiles(
  projectDir: string,
  patterns: string | readonly string[],
  mayBeMissing: boolean,
): Promise<FilePath[]> {
  const found = new Map<string, string>();
  for (const pattern of typeof patterns === 'string' ? [patterns] : patterns) {
    const paths = await matches(projectDir, pattern);
    if (paths.length === 0 && !mayBeMissing) {
      throw connectorError('LA_FILE_NOT_FOUND', { path: pattern, dir: projectDir });
    }
    for (const path of paths) found.set(relative(projectDir, path).split(sep).join('/'), path);
  }
  return [...found].map(([id, path]) => ({ id, path }));
}

async function matches(projectDir: string, pattern: string): Promise<string[]> {
  const literal = resolve(projectDir, pattern);
  if (await isFile(literal)) return [literal];
  const paths: string[] = [];
  for await (const match of glob(pattern, { cwd: projectDir })) {
    const path = resolve(projectDir, match);
    if (await isFile(path)) paths.push(path);
  }
  return paths.sort();
}

const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() ?? false;
