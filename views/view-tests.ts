/** Reads the tests that stand beside a view: views/NAME.test.json for views/NAME.json. */
import { viewError } from './errors.ts';
import type { Placed } from './json-with-places.ts';
import { parseWithPlaces } from './json-with-places.ts';
import { byPlace, CheckedFile, type Fault, type ProjectFile } from './lint/checked-file.ts';
import { memberOf, textOf } from './lint/raw.ts';
import { viewTestProblems } from './lint/view-test-rules.ts';
import { type ViewTestCase, viewTestSchema } from './schema/view-test-schema.ts';

const TEST_FILE = /^(?:\.\/)?(views\/[^/]+)\.test\.json$/;

export const isTestFile = (path: string): boolean => TEST_FILE.test(path);

/** The view file that a test file stands beside. */
export const viewFileOf = (path: string): string => path.replace(TEST_FILE, '$1.json');

/** What a view file calls its view; undefined where that cannot be read. */
export const viewNameIn = ({ text }: ProjectFile): string | undefined =>
  textOf(memberOf(parseWithPlaces(text).root?.value, 'view'));

export interface ViewTests {
  readonly file: string;
  readonly view: string | undefined;
  /** Undefined where there are faults. */
  readonly cases?: readonly ViewTestCase[];
  /** For changing the file where it stands. */
  readonly root: Placed | undefined;
  readonly text: string;
  readonly faults: readonly Fault[];
}

export interface ViewTestOptions {
  /** View files and test files. */
  readonly files: readonly ProjectFile[];
  /** Output columns of a view by its name; undefined where the view has faults of its own. */
  readonly outputsOf: (view: string) => readonly string[] | undefined;
}

export function readViewTests({ files, outputsOf }: ViewTestOptions): ViewTests[] {
  const views = new Map(files.map((file) => [file.path, file]));
  return files
    .filter(({ path }) => isTestFile(path))
    .map((file) => {
      const beside = views.get(viewFileOf(file.path));
      const view = beside === undefined ? undefined : viewNameIn(beside);
      const checked = new CheckedFile(file);
      const document = checked.shape(viewTestSchema);
      checked.rules((root) => {
        const outputs = view === undefined ? undefined : outputsOf(view);
        const problems = viewTestProblems(root.value, outputs);
        if (beside !== undefined) return problems;
        const error = viewError('LA_TEST_NO_VIEW', { value: viewFileOf(file.path) });
        return [{ error, path: [] }, ...problems];
      });
      const faults = [...checked.faults].sort(byPlace);
      const { root } = checked;
      const read = { file: file.path, view, root, text: file.text, faults };
      return faults.length > 0 || document === undefined
        ? read
        : { ...read, cases: document.cases };
    });
}
