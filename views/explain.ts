/** What a plan will do, in words and numbers: for `la explain`. */
import type { ColumnKind } from '../runtime/chunk.ts';
import { formatDuration } from './duration.ts';
import type { InputPlan, ValueSource, ViewPlan, WindowPlan } from './plan.ts';

export interface Explanation {
  readonly view: string;
  readonly stream: string;
  readonly columns: readonly {
    readonly path: string;
    readonly kind: ColumnKind;
    readonly meaning: string;
  }[];
  readonly group_by: readonly string[];
  readonly derived: readonly { readonly name: string; readonly type: string }[];
  readonly filtered: boolean;
  readonly aggregations: readonly {
    readonly name: string;
    readonly aggregation: string;
    /** Where each input comes from. */
    readonly inputs: Readonly<Record<string, string>>;
    readonly error: string;
    readonly cells: number;
    readonly filtered: boolean;
  }[];
  readonly window: {
    readonly rule: string;
    readonly example: string;
    readonly open_at_once: number;
  };
  readonly state: {
    /** Without what sketches and sets keep beside their cells. */
    readonly bytes_per_group: number;
    readonly cells_per_group: number;
    readonly groups_max: number;
    readonly memory_max_bytes: number;
  };
  readonly lateness: readonly string[];
  readonly writes: string;
  readonly sinks: readonly string[];
  readonly generation_hash: string;
}

const kinds: Record<ColumnKind, string> = {
  f64: 'numbers',
  dict32: 'values by code, for grouping and text',
  hash64: 'hashes, for distinct counts',
  value: 'numbers and text mixed',
};

/** What a group takes besides its cells, as measured: the count of its rows, where it changed, its place in the look-up
 * table, and for each grouping column a value of about a dozen bytes. */
const ROWS_BYTES = 8;
const MARK_BYTES = 8;
const LOOK_UP_BYTES = 16;
const KEY_BYTES = 16;

const bytesPerGroup = (keys: number, cells: number): number =>
  ROWS_BYTES + MARK_BYTES + LOOK_UP_BYTES + KEY_BYTES * keys + 8 * cells;

export function explainPlan(plan: ViewPlan): Explanation {
  const cells = plan.aggregations.reduce((sum, { cells }) => sum + cells.length, 0);
  return {
    view: plan.view,
    stream: plan.stream,
    columns: plan.columns.map(({ path, kind }) => ({ path, kind, meaning: kinds[kind] })),
    group_by: plan.keys.map(({ name, source }) => {
      const from = sourceName(plan, source);
      return from === name ? name : `${name} (from ${from})`;
    }),
    derived: plan.derived.map(({ name, evaluator }) => ({ name, type: evaluator.type })),
    filtered: plan.filter !== null,
    aggregations: plan.aggregations.map((aggregation) => ({
      name: aggregation.name,
      aggregation: aggregation.aggregation,
      inputs: Object.fromEntries(
        Object.entries(aggregation.inputs).map(([name, input]) => [name, inputName(plan, input)]),
      ),
      error: aggregation.definition.error,
      cells: aggregation.cells.length,
      filtered: aggregation.filter !== null,
    })),
    window: {
      rule: windowRule(plan.window),
      example: windowExample(plan.window),
      open_at_once: openAtOnce(plan),
    },
    state: {
      bytes_per_group: bytesPerGroup(plan.keys.length, cells),
      cells_per_group: cells,
      groups_max: plan.limits.groups,
      memory_max_bytes: plan.limits.memoryBytes,
    },
    lateness: latenessRules(plan),
    writes: writeRule(plan),
    sinks: plan.sinks,
    generation_hash: plan.generationHash,
  };
}

function sourceName(plan: ViewPlan, source: ValueSource): string {
  const name =
    source.from === 'column' ? plan.columns[source.index]?.path : plan.derived[source.index]?.name;
  return name ?? '?';
}

function inputName(plan: ViewPlan, input: InputPlan): string {
  if (input.from === 'time') return 'event time';
  return input.from === 'condition' ? 'a condition' : sourceName(plan, input);
}

function windowRule({ sizeMs, hopMs, timezone }: WindowPlan): string {
  const size = formatDuration(sizeMs);
  const where = timezone === null ? '' : ` of the calendar of ${timezone}`;
  if (hopMs === sizeMs) return `Windows of ${size}${where}; each row belongs to one.`;
  const count = sizeMs / hopMs;
  return `Windows of ${size}${where}, one every ${formatDuration(hopMs)}; each row belongs to ${count}.`;
}

/** A noon of winter, so that no clock changes are near. */
const EXAMPLE_TIME = Date.UTC(2026, 0, 15, 12, 34, 56);

function windowExample(window: WindowPlan): string {
  const spans = window
    .windowsOfPane(window.paneStart(EXAMPLE_TIME))
    .map((start) => `[${iso(start)}, ${iso(window.windowEnd(start))})`);
  const shown = spans.length > 3 ? [spans[0], '…', spans.at(-1)] : spans;
  return `A row at ${iso(EXAMPLE_TIME)} belongs to ${shown.join(', ')}.`;
}

const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');

/** Windows whose state is kept at one time when partitions keep together. */
function openAtOnce({ window, delayMs, allowedLatenessMs }: ViewPlan): number {
  return Math.ceil((window.sizeMs + delayMs + allowedLatenessMs) / window.hopMs);
}

function latenessRules({ delayMs, allowedLatenessMs, idleAfterMs }: ViewPlan): string[] {
  const delay = formatDuration(delayMs);
  const lateness = formatDuration(allowedLatenessMs);
  return [
    `The watermark of a partition is its largest event time minus ${delay}.`,
    'A window is complete when the watermarks of all active partitions have reached its end.',
    `A row is late when its own partition's watermark has reached the window's end: it still counts for ${lateness}, and the row is written again.`,
    'A row that is later than that goes to the dead letters and is counted as too late.',
    `A partition that is silent for ${formatDuration(idleAfterMs)} no longer holds back completion.`,
  ];
}

const writeRule = ({ writeIntervalMs }: ViewPlan): string =>
  writeIntervalMs === null
    ? 'Rows are written when their window completes, and again when a late row changes them.'
    : `Changed rows are written every ${formatDuration(writeIntervalMs)}, and when their window completes.`;
