/** Writes a planned project into a folder. */
import { copyFile, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { check } from '../../runtime/errors.ts';
import type { Json } from '../../runtime/json.ts';
import { jsonText } from '../json-text.ts';
import { lintDirectory } from '../load-project.ts';
import { plannedViews } from '../testing/view-tests.ts';
import { initError } from './errors.ts';
import { firstTests } from './first-tests.ts';
import type { ProjectPlan } from './plan-project.ts';
import type { SampleRecord } from './sample.ts';

/** Larger files stay where they are. */
const COPIED_BYTES_MAX = 256 * 2 ** 20;
/** Rows of tests may stand on long lines. */
const TEST_WIDTH = 200;
/** An aggregation stands on a line. */
const VIEW_WIDTH = 140;
const SCHEMAS = ['la.schema.json', 'view.schema.json', 'view-test.schema.json'];
/** In a checkout and in the package alike. */
const schemaFolder = join(import.meta.dirname, '../../schemas');

export interface WriteOptions {
  /** Absolute. */
  readonly dir: string;
  /** Absolute path of the data. */
  readonly dataPath: string;
  readonly plan: ProjectPlan;
  readonly records: readonly SampleRecord[];
}

/** Names of what is in the folder already, beside the data and hidden files. @throws LA_INIT_WRITE */
export async function foreignFiles(dir: string, dataPath: string): Promise<string[]> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw writeError(dir, error);
  });
  const own = relative(dir, dataPath).split(sep)[0];
  return names.filter((name) => !name.startsWith('.') && name !== own);
}

/** Paths written, relative to the folder, and the path of the source as la.json has it. @throws LA_INIT_WRITE */
export async function writeProject(options: WriteOptions): Promise<string[]> {
  const { dir } = options;
  const written: string[] = [];
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), text);
    written.push(path);
  };
  try {
    const source = await placeData(options, written);
    await write('la.json', `${jsonText(projectDocument(options.plan, source))}\n`);
    for (const { name, document } of options.plan.views) {
      await write(`views/${name}.json`, `${jsonText(document, '', 0, VIEW_WIDTH)}\n`);
    }
    for (const name of SCHEMAS) {
      await write(`schemas/${name}`, await readFile(join(schemaFolder, name), 'utf8'));
    }
    await write('.gitignore', 'state/\n');
    await writeTests(options, write);
    return written;
  } catch (error) {
    throw writeError(dir, error);
  }
}

const writeError = (dir: string, error: unknown) => {
  const isSystem = error instanceof Error && 'syscall' in error;
  return isSystem ? initError('LA_INIT_WRITE', { dir, reason: error.message }, error) : error;
};

/** Within the project, so that it can be moved and shared as it is; the path for la.json. */
async function placeData({ dir, dataPath }: WriteOptions, written: string[]): Promise<string> {
  const inside = relative(dir, dataPath);
  if (!inside.startsWith('..') && !isAbsolute(inside)) return inside.split(sep).join('/');
  if ((await stat(dataPath)).size > COPIED_BYTES_MAX) return resolve(dataPath);
  const path = `data/${basename(dataPath)}`;
  await mkdir(join(dir, 'data'), { recursive: true });
  await copyFile(dataPath, join(dir, path));
  written.push(path);
  return path;
}

const projectDocument = ({ stream, streamDocument }: ProjectPlan, path: string): Json => ({
  $schema: './schemas/la.schema.json',
  streams: {
    [stream]: { source: { type: 'file', path, start: 'earliest' }, ...streamDocument },
  },
  sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
  checkpoints: { type: 'file', path: 'state/checkpoints', interval: '15s' },
});

/** After the views: what the tests expect is what comes out of the project as it was written. */
async function writeTests(
  { dir, plan, records }: WriteOptions,
  write: (path: string, text: string) => Promise<void>,
): Promise<void> {
  const { project, faults } = await lintDirectory(dir);
  const own = new Set(plan.views.map(({ name }) => name));
  check(project !== undefined, `what is written is valid: ${JSON.stringify(faults)}`);
  for (const [name, view] of plannedViews(project)) {
    if (!own.has(name)) continue;
    const tests = firstTests({ records, view, withLateRow: view.plan.keys.length === 0 });
    if (tests === undefined) continue;
    await write(`views/${name}.test.json`, `${jsonText(tests, '', 0, TEST_WIDTH)}\n`);
  }
}
