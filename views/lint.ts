/** Everything that is wrong with a project's files, at once, each with its place and remedy. */
import { aggregations as embedded } from './aggregations/registry.ts';
import type { AggregationRegistry } from './compile.ts';
import { viewError } from './errors.ts';
import {
  byPlace,
  CheckedFile,
  type Fault,
  faultAt,
  type ProjectFile,
} from './lint/checked-file.ts';
import {
  type FileExists,
  type ProjectFacts,
  projectFacts,
  projectProblems,
} from './lint/project-rules.ts';
import { listOf, memberOf, textOf } from './lint/raw.ts';
import { viewProblems } from './lint/view-rules.ts';
import type { Problem } from './problem.ts';
import { type ConnectorSchemas, projectSchema } from './schema/project-schema.ts';
import { projectSpec } from './schema/to-spec.ts';
import { type ViewDocument, viewSchema } from './schema/view-schema.ts';
import type { ProjectSpec } from './spec.ts';

export type { Fault, ProjectFile };

export interface LintOptions {
  /** la.json and the views; `*.test.json` and other files are left alone. */
  readonly files: readonly ProjectFile[];
  readonly connectors: ConnectorSchemas;
  readonly aggregations?: AggregationRegistry;
  /** Where given, files that sources name are looked for. */
  readonly fileExists?: FileExists;
}

export interface LintResult {
  /** Undefined where there are errors. */
  readonly project?: ProjectSpec;
  /** By file, line and column. */
  readonly faults: readonly Fault[];
}

export const PROJECT_FILE = 'la.json';

/** Whether a file of a project folder is a view. */
export const isViewFile = (path: string): boolean =>
  /^(\.\/)?views\/[^/]+\.json$/.test(path) && !path.endsWith('.test.json');

export function lintProject(options: LintOptions): LintResult {
  const { files, connectors, aggregations = embedded, fileExists } = options;
  const parsed = files
    .filter(({ path }) => isProjectFile(path) || isViewFile(path))
    .map((file) => new CheckedFile(file));
  const main = parsed.find(({ path }) => isProjectFile(path));
  const views = parsed.filter(({ path }) => isViewFile(path));
  const faults: Fault[] = [];
  if (main === undefined)
    faults.push(faultAt(PROJECT_FILE, viewError('LA_CONFIG_NO_PROJECT_FILE')));
  if (views.length === 0) faults.push(faultAt('views', viewError('LA_CONFIG_NO_VIEWS')));
  const facts = main?.root === undefined ? undefined : projectFacts(main.root.value);
  const document = main?.shape(projectSchema(connectors));
  main?.rules((root) => projectProblems(root.value, fileExists));
  const documents: ViewDocument[] = [];
  for (const view of views) {
    const shaped = view.shape(viewSchema);
    if (shaped !== undefined) documents.push(shaped);
    view.rules((root) => viewProblems(root.value, facts, aggregations));
  }
  reportDuplicateNames(views);
  if (facts !== undefined) main?.rules(() => sharedFiles(views, facts));
  faults.push(...parsed.flatMap((file) => file.faults));
  faults.sort(byPlace);
  const failed = faults.some(({ severity }) => severity === 'error');
  if (failed || document === undefined) return { faults };
  return { project: projectSpec(document, documents), faults };
}

const isProjectFile = (path: string) => path === PROJECT_FILE || path === `./${PROJECT_FILE}`;

const nameIn = ({ root }: CheckedFile) => textOf(memberOf(root?.value, 'view'));

function reportDuplicateNames(views: readonly CheckedFile[]): void {
  const first = new Map<string, string>();
  for (const file of views) {
    const view = nameIn(file);
    if (view === undefined) continue;
    const other = first.get(view);
    if (other === undefined) first.set(view, file.path);
    else {
      const error = viewError('LA_VIEW_DUPLICATE_NAME', { view, other });
      file.rules(() => [{ error, path: ['view'] }]);
    }
  }
}

/** File sinks that several views would write over each other. */
function sharedFiles(views: readonly CheckedFile[], facts: ProjectFacts): Problem[] {
  return [...facts.sinks].flatMap(([sink, { type, path }]) => {
    if (type !== 'file' || path.includes('{view}')) return [];
    const writers = views.filter(({ root }) =>
      listOf(memberOf(root?.value, 'sinks')).includes(sink),
    );
    if (writers.length < 2) return [];
    const names = writers.map((file) => nameIn(file) ?? file.path).join(', ');
    const error = viewError('LA_VIEW_SHARED_FILE', { value: sink, views: names });
    return [{ error, path: ['sinks', sink, 'path'] }];
  });
}
