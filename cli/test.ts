/** `la test`: runs the cases that stand beside the views of a project. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, jsonOption } from './command.ts';
import { loadProject } from './load-project.ts';
import { counted, faultLines, jsonLine } from './print.ts';
import { testError } from './testing/errors.ts';
import { type FileReport, runTests } from './testing/run-tests.ts';
import { plannedViews, viewTestsIn } from './testing/view-tests.ts';

export const test: Command = {
  doc: 'Runs the cases that stand beside the views: rows in, result rows out.',
  usage: '[DIR] [--update] [--json]',
  notes:
    'views/NAME.test.json holds cases for views/NAME.json. Rows run through the decoding and folding of production, on one thread and without a clock.',
  positionalsMax: 1,
  options: {
    update: { type: 'boolean', doc: 'Write what comes out into the cases that fail.' },
    json: jsonOption,
  },
  async run({ positionals: [dir], options: { update, json } }) {
    const reports = await testProject(dir, json === true);
    if (update === true) await writeUpdates(reports.projectDir, reports.files);
    const summary = summarize(reports.files, update === true, reports.untested);
    process.stdout.write(json === true ? jsonLine(summary) : reportText(reports.files, summary));
    return summary.ok ? 0 : 1;
  },
};

interface Reports {
  readonly projectDir: string;
  readonly files: readonly FileReport[];
  /** Views without a test file. */
  readonly untested: readonly string[];
}

/** @throws LA_PROJECT_INVALID, LA_TEST_INVALID, LA_TEST_NONE */
export async function testProject(dir: string | undefined, json = false): Promise<Reports> {
  const { project, projectDir } = await loadProject(dir, { json });
  const views = plannedViews(project);
  const tests = await viewTestsIn(projectDir, views);
  if (tests.length === 0) throw testError('LA_TEST_NONE', { dir: projectDir });
  const faults = tests.flatMap((each) => each.faults);
  for (const fault of faults) process.stderr.write(json ? jsonLine({ fault }) : faultLines(fault));
  if (faults.length > 0) {
    throw testError('LA_TEST_INVALID', {
      dir: projectDir,
      faults: counted(faults.length, 'fault'),
    });
  }
  const files = tests.flatMap((each) => {
    const planned = each.view === undefined ? undefined : views.get(each.view);
    return planned === undefined ? [] : [runTests(each, planned)];
  });
  const tested = new Set(files.map(({ view }) => view));
  return { projectDir, files, untested: [...views.keys()].filter((view) => !tested.has(view)) };
}

async function writeUpdates(projectDir: string, files: readonly FileReport[]): Promise<void> {
  for (const { file, updated } of files) {
    if (updated !== undefined) await writeFile(join(projectDir, file), updated);
  }
}

function summarize(files: readonly FileReport[], update: boolean, untested: readonly string[]) {
  const cases = files.flatMap((file) => file.cases);
  const failed = cases.filter(({ passed }) => !passed).length;
  return {
    ok: failed === 0 || update,
    passed: cases.length - failed,
    failed: update ? 0 : failed,
    updated: update ? failed : 0,
    untested,
    files: files.map(({ file, view, cases }) => ({
      file,
      view,
      cases: cases.map(({ name, passed, differences }) => ({
        name,
        passed,
        ...(passed ? {} : { differences }),
      })),
    })),
  };
}

function reportText(
  files: readonly FileReport[],
  { passed, failed, updated, untested }: ReturnType<typeof summarize>,
): string {
  const lines = files.flatMap(({ file, cases }) => [
    `${file}\n`,
    ...cases.map(({ name, passed, text }) => {
      const mark = passed ? 'ok' : updated > 0 ? 'updated' : 'FAILED';
      return `  ${mark.padEnd(8)}${name}\n${text}`;
    }),
  ]);
  const counts = [
    `${counted(passed, 'case')} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(updated > 0 ? [`${updated} updated: look at what changed`] : []),
  ];
  const rest = untested.length === 0 ? '' : `Without tests: ${untested.join(', ')}.\n`;
  return `${lines.join('')}\n${counts.join(', ')}.\n${rest}`;
}
