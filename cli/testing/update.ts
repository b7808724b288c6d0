/** Writes what came out into a test file, and leaves the rest of it as its author wrote it. */
import type { Json } from '../../runtime/json.ts';
import type { Placed } from '../../views/json-with-places.ts';
import { isWindowTime } from '../../views/lint/view-test-rules.ts';
import type { ViewPlan } from '../../views/plan.ts';
import type { ViewTestCase } from '../../views/schema/view-test-schema.ts';
import { jsonText } from '../json-text.ts';
import type { Row } from './compare.ts';
import { isoText } from './difference-text.ts';
import type { CaseDifferences, CaseOutcome } from './run-case.ts';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface CaseUpdate {
  /** Of the case in the file. */
  readonly index: number;
  readonly one: ViewTestCase;
  readonly outcome: CaseOutcome;
  readonly differences: CaseDifferences;
}

/** The file's text with the cases corrected. */
export function updatedText(
  { text, root }: { readonly text: string; readonly root: Placed },
  plan: ViewPlan,
  updates: readonly CaseUpdate[],
): string {
  const cases = root.members?.get('cases')?.placed.items ?? [];
  const edits = updates.flatMap((update) => {
    const placed = cases[update.index];
    if (placed === undefined) return [];
    return corrections(plan, update).map(([key, value]) => edit(text, placed, key, value));
  });
  // From the end, so that places before stay what they are.
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((now, { start, end, text: by }) => now.slice(0, start) + by + now.slice(end), text);
}

function corrections(plan: ViewPlan, update: CaseUpdate): [string, Json][] {
  const { one, outcome, differences } = update;
  const found: [string, Json][] = [];
  if (!differences.expects || differences.rows.length > 0) {
    found.push(['expect', expectedRows(plan, one, outcome)]);
  }
  if (differences.deadLetters.length > 0) {
    const { partitions } = one;
    found.push([
      'dead_letters',
      outcome.deadLetters.map(({ partition, ...letter }) =>
        partitions === undefined ? letter : { partition: partition ?? null, ...letter },
      ),
    ]);
  }
  if (differences.counters.length > 0) {
    const named = Object.keys(one.counters ?? {}).map((name) => [
      name,
      outcome.counters[name] ?? null,
    ]);
    found.push(['counters', Object.fromEntries(named)]);
  }
  return found;
}

/** The rows that came out, under the columns that the author chose, or under all that a view names. */
export function expectedRows(plan: ViewPlan, one: ViewTestCase, { rows }: CaseOutcome): Row[] {
  const chosen = new Set((one.expect ?? []).flatMap((row) => Object.keys(row)));
  const { keys, values } = plan.schema;
  const all = [...keys, 'window_start', ...values.map(({ name }) => name)];
  const columns = chosen.size > 0 ? [...chosen] : one.complete ? all : [...all, 'complete'];
  return rows.map((row) => {
    const named = columns.map((column): [string, Json] => {
      const value = row[column] ?? null;
      return [column, isWindowTime(column) && typeof value === 'number' ? isoText(value) : value];
    });
    const flags = ['truncated', 'gap'].filter((flag) => row[flag] === true);
    return {
      ...Object.fromEntries(named),
      ...Object.fromEntries(flags.map((flag) => [flag, true])),
    };
  });
}

function edit(text: string, placed: Placed, key: string, value: Json): Edit {
  const members = [...(placed.members?.values() ?? [])];
  const known = placed.members?.get(key);
  const last = members.reduce((end, member) => Math.max(end, member.placed.end), placed.start + 1);
  const first = members[0];
  const indent = first === undefined ? '' : indentAt(text, first.keyStart);
  if (known !== undefined) {
    const { start, end } = known.placed;
    const own = indentAt(text, known.keyStart);
    return { start, end, text: jsonText(value, own, start - lineStart(text, start)) };
  }
  const head = `${indent}${JSON.stringify(key)}: `;
  const by = `,\n${head}${jsonText(value, indent, head.length)}`;
  return { start: last, end: last, text: by };
}

const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** White space that the line begins with. */
function indentAt(text: string, at: number): string {
  return /^[ \t]*/.exec(text.slice(lineStart(text, at), at))?.[0] ?? '';
}
