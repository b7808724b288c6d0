/** Runs the cases of a test file against its view. */
import { StraightLane } from '../../actors/straight-lane.ts';
import type { ViewTests } from '../../views/view-tests.ts';
import { differencesText } from './difference-text.ts';
import { type CaseDifferences, differencesOf, isPassed, runCase } from './run-case.ts';
import { type CaseUpdate, updatedText } from './update.ts';
import type { PlannedView } from './view-tests.ts';

/** Cases are small, and every view has a lane of its own. */
const LANE = { chunkRows: 256, dictionary: { entriesMax: 1 << 16, bytesMax: 1 << 20 } };

export interface CaseReport {
  readonly name: string;
  readonly passed: boolean;
  readonly differences: CaseDifferences;
  /** For people; empty where it passed. */
  readonly text: string;
}

export interface FileReport {
  readonly file: string;
  readonly view: string;
  readonly cases: readonly CaseReport[];
  /** The file's text with what came out; undefined where all is as expected. */
  readonly updated: string | undefined;
}

export function runTests(tests: ViewTests, { plan, stream }: PlannedView): FileReport {
  const { file, text, root, cases = [] } = tests;
  const bytesMax = Math.max(LANE.dictionary.bytesMax, stream.maxRecordBytes);
  const lane = new StraightLane({
    stream,
    plans: [plan],
    chunkRows: LANE.chunkRows,
    dictionary: { ...LANE.dictionary, bytesMax },
  });
  const updates: CaseUpdate[] = [];
  const reports = cases.map((one, index): CaseReport => {
    const outcome = runCase(lane, plan, one);
    const differences = differencesOf(plan, one, outcome);
    const passed = isPassed(differences);
    if (!passed) updates.push({ index, one, outcome, differences });
    const shown = passed ? '' : differencesText(plan, differences);
    return { name: one.name, passed, differences, text: shown };
  });
  const isSame = updates.length === 0 || root === undefined;
  const updated = isSame ? undefined : updatedText({ text, root }, plan, updates);
  return { file, view: plan.view, cases: reports, updated };
}
