/** The tests of a project, read and checked. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AggregationRegistry } from '../../views/compile.ts';
import { compileView } from '../../views/compile.ts';
import type { ProjectFile } from '../../views/lint.ts';
import type { ViewPlan } from '../../views/plan.ts';
import type { ProjectSpec, StreamSpec } from '../../views/spec.ts';
import { isTestFile, readViewTests, type ViewTests } from '../../views/view-tests.ts';
import { projectFiles } from '../load-project.ts';

export interface PlannedView {
  readonly plan: ViewPlan;
  readonly stream: StreamSpec;
}

/** Every view of a project, ready to run. */
export function plannedViews(
  { streams, views }: ProjectSpec,
  aggregations?: AggregationRegistry,
): Map<string, PlannedView> {
  const planned = new Map<string, PlannedView>();
  for (const view of views) {
    const stream = streams[view.stream];
    if (stream === undefined) continue;
    planned.set(view.view, { stream, plan: compileView(view, stream, aggregations) });
  }
  return planned;
}

/** The tests beside the views of a project, with what is wrong with them. */
export async function viewTestsIn(
  projectDir: string,
  views: ReadonlyMap<string, PlannedView>,
): Promise<ViewTests[]> {
  const outputsOf = (view: string) => {
    const schema = views.get(view)?.plan.schema;
    return schema === undefined
      ? undefined
      : [...schema.keys, ...schema.values.map(({ name }) => name)];
  };
  const files = [...(await projectFiles(projectDir)), ...(await testFiles(projectDir))];
  return readViewTests({ files, outputsOf });
}

async function testFiles(projectDir: string): Promise<ProjectFile[]> {
  const names = await readdir(join(projectDir, 'views')).catch(() => []);
  const paths = names.sort().map((name) => `views/${name}`);
  return Promise.all(
    paths.filter(isTestFile).map(async (path) => {
      return { path, text: await readFile(join(projectDir, path), 'utf8') };
    }),
  );
}
