/** Runs a project as a user does and holds each view's results against the oracle. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { lintDirectory } from '../../cli/load-project.ts';
import { readResultFile } from '../../connectors/file/read-results.ts';
import { aggregations } from '../../views/aggregations/registry.ts';
import type { ViewSpec } from '../../views/spec.ts';
import { runOnce, tableRows } from '../engine/project.ts';
import { differences, expectedRows, type GotRow } from './expected-rows.ts';

const DIFFERENCES_SHOWN = 20;
const definitions = new Map(Object.entries(aggregations));

/** Rows of a view in out/VIEW.ndjson or, where there is none, in state/results.db. */
async function resultRows(dir: string, view: ViewSpec): Promise<readonly GotRow[]> {
  const file = resolve(dir, 'out', `${view.view}.ndjson`);
  if (existsSync(file)) {
    const keys = view.keys.map(({ name }) => name);
    const rows = await readResultFile(file, { view: view.view, keys, values: [] });
    return rows.map((row): GotRow => ({ ...row }));
  }
  const lists = view.aggregations
    .filter(({ aggregation }) => definitions.get(aggregation)?.result_type === 'json')
    .map(({ name }) => name);
  return tableRows(dir, view.view).map((row) => {
    const parsed = lists.map((name) => [name, JSON.parse(String(row[name]))]);
    return { ...row, ...Object.fromEntries(parsed) };
  });
}

/** `sql`: the views' expressions, as the oracle takes them. Returns the number of result rows of each view. */
export async function checkProject(dir: string, sql: Readonly<Record<string, string>> = {}) {
  const { project, faults } = await lintDirectory(dir);
  assert.ok(project, `the project has faults: ${JSON.stringify(faults, null, 2)}`);
  const summary = await runOnce(dir);
  const rows: Record<string, number> = {};
  for (const [name, stream] of Object.entries(project.streams)) {
    const ofStream: readonly ViewSpec[] = project.views.filter((view) => view.stream === name);
    const files = [stream.source.options['path']].flat().map((path) => resolve(dir, String(path)));
    for await (const [view, expected] of expectedRows(ofStream, { stream, files, sql })) {
      const found = differences(expected, await resultRows(dir, view));
      assert.deepEqual(found.slice(0, DIFFERENCES_SHOWN), [], `${found.length} in ${view.view}`);
      const counted = summary.views.find((counts) => counts.view === view.view);
      const { folded, filtered, invalid } = expected;
      assert.partialDeepStrictEqual(counted, { folded, filtered, invalid, too_late: 0 });
      rows[view.view] = expected.rows.length;
    }
  }
  return rows;
}
