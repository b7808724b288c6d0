/** The project of the demo: the Wi-Fi example, with its state in a folder of the demo's own. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { isAbsolute, join, relative } from 'node:path';
import type { ConnectorSpec, ProjectSpec, StreamSpec } from '../../views/spec.ts';
import { cliError } from '../errors.ts';
import { type LoadedProject, loadProject } from '../load-project.ts';

export interface DemoProject extends LoadedProject {
  /** Absolute paths. */
  readonly stateDir: string;
  readonly database: string;
}

const STATE = 'state';

/**
 * Keeps its state in `la-demo` of the current folder, and goes on from it; what is to be read once has a folder of its own
 * in it, which is made anew.
 */
export async function demoProject(currentDir: string, once: boolean): Promise<DemoProject> {
  const exampleDir = join(import.meta.dirname, '..', '..', 'examples', 'wifi');
  if (!existsSync(exampleDir)) throw cliError('LA_DEMO_EXAMPLE', { dir: exampleDir });
  const demoDir = join(currentDir, 'la-demo');
  const stateDir = join(demoDir, once ? 'once' : 'live');
  await prepareState(demoDir, stateDir, once);
  const { project, projectDir } = await loadProject(exampleDir);
  const moved = withState(once ? readOnce(project) : project, projectDir, stateDir);
  return { project: moved, projectDir, stateDir, database: join(stateDir, 'results.db') };
}

async function prepareState(demoDir: string, stateDir: string, anew: boolean): Promise<void> {
  try {
    if (anew) await rm(stateDir, { recursive: true, force: true });
    await mkdir(stateDir, { recursive: true });
    // Run in a checkout of somebody's, it is not to show up among their changes.
    await writeFile(join(demoDir, '.gitignore'), '*\n');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw cliError('LA_DEMO_STATE', { reason }, error);
  }
}

/** Everything that the project keeps in its folder `state` goes to `stateDir`. */
function withState(project: ProjectSpec, projectDir: string, stateDir: string): ProjectSpec {
  const move = <Spec extends ConnectorSpec>(spec: Spec): Spec => {
    const { path } = spec.options;
    if (typeof path !== 'string') return spec;
    const below = relative(join(projectDir, STATE), join(projectDir, path));
    if (below.startsWith('..') || isAbsolute(below)) return spec;
    return { ...spec, options: { ...spec.options, path: join(stateDir, below) } };
  };
  return {
    ...project,
    sinks: mapValues(project.sinks, move),
    checkpoints: move(project.checkpoints),
    deadLetters: move(project.deadLetters),
  };
}

const readOnce = (project: ProjectSpec): ProjectSpec => ({
  ...project,
  streams: mapValues(project.streams, (stream: StreamSpec) => {
    const options = { ...stream.source.options, rate: 'max', loop: false, follow: false };
    return { ...stream, source: { ...stream.source, options } };
  }),
});

const mapValues = <T>(record: Readonly<Record<string, T>>, change: (value: T) => T) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
