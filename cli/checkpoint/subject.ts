/** Which checkpoints a command line means. Liberal: a project whose configuration is broken may still have some. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkpointUnits } from '../../actors/checkpoint/inspect.ts';
import { checkpointsDir, lookAtCheckpoints } from '../../actors/checkpoint-stores.ts';
import { closest } from '../../views/closest.ts';
import { cliError } from '../errors.ts';
import { lintDirectory } from '../load-project.ts';

export interface Subject {
  /** Absolute path of the folder of checkpoints. */
  readonly folder: string;
  readonly units: readonly string[];
}

/** Where checkpoints are in a project whose la.json does not say otherwise or cannot be read, and in the demo's state. */
const USUAL_FOLDERS = ['state/checkpoints', 'checkpoints'];

/** `words` are a folder and names of views or units, all optional. @throws LA_CHECKPOINT_NO_FOLDER, LA_CHECKPOINT_UNKNOWN_UNIT */
export async function findSubject(words: readonly string[]): Promise<Subject> {
  const [first] = words;
  const isFolder = first !== undefined && (isDirectory(first) || /[/\\]/.test(first));
  const folder = await checkpointsIn(resolve(isFolder ? first : '.'));
  const known = existsSync(folder) ? await checkpointUnits(lookAtCheckpoints(folder)) : [];
  const names = isFolder ? words.slice(1) : words;
  const units = names.length === 0 ? known : names.flatMap((name) => unitsOf(name, known));
  return { folder, units };
}

async function checkpointsIn(dir: string): Promise<string> {
  if (!isDirectory(dir)) {
    throw cliError('LA_CHECKPOINT_NO_FOLDER', { dir, reason: 'there is no such folder.' });
  }
  if (['units', 'man', 'data'].some((name) => isDirectory(join(dir, name))) && !isProject(dir)) {
    return dir;
  }
  const { project } = await lintDirectory(dir).catch(() => ({ project: undefined }));
  if (project !== undefined) return checkpointsDir(project, dir);
  const usual = USUAL_FOLDERS.map((folder) => join(dir, folder)).find(isDirectory);
  if (usual !== undefined) return usual;
  const reason = 'it holds no sound project and no checkpoints.';
  throw cliError('LA_CHECKPOINT_NO_FOLDER', { dir, reason });
}

const isProject = (dir: string): boolean => existsSync(join(dir, 'la.json'));

const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A view stands for all its generations. */
function unitsOf(name: string, known: readonly string[]): string[] {
  const units = known.filter((unit) => unit === name || unit.startsWith(`${name}@`));
  if (units.length > 0) return units;
  const near = closest(name, [...known, ...known.map((unit) => unit.replace(/@.*/, ''))]);
  const suggestion = near === undefined ? '' : ` Did you mean "${near}"?`;
  throw cliError('LA_CHECKPOINT_UNKNOWN_UNIT', { unit: name, suggestion });
}
