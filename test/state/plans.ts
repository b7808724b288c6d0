/** Plans by hand: the state's tests depend on nothing of the compiler but windows. */
import type { ColumnKind, ColumnSpec } from '../../runtime/chunk.ts';
import type { Aggregation } from '../../views/aggregations/contract.ts';
import { count } from '../../views/aggregations/count.ts';
import type { AggregationPlan, Evaluator, InputPlan, KeyPlan, ViewPlan } from '../../views/plan.ts';
import { compileWindow } from '../../views/windows.ts';

export interface PlanOptions {
  /** Grouping columns, as paths or as derived columns. */
  readonly keys?: readonly (string | { readonly derived: Evaluator })[];
  readonly aggregations?: readonly AggregationOptions[];
  readonly filter?: Evaluator | null;
  readonly sizeMs?: number;
  readonly hopMs?: number;
  readonly delayMs?: number;
  readonly allowedLatenessMs?: number;
  readonly writeIntervalMs?: number | null;
  readonly limits?: ViewPlan['limits'];
}

export interface AggregationOptions {
  readonly name: string;
  readonly definition: Aggregation;
  /** Input name → `kind:path`, `time`, or an evaluator (a condition, or a derived value with `derived`). */
  readonly inputs?: Readonly<Record<string, string | Evaluator | { readonly derived: Evaluator }>>;
  readonly filter?: Evaluator;
  readonly params?: AggregationPlan['params'];
}

export function planOf(options: PlanOptions): ViewPlan {
  const columns: ColumnSpec[] = [];
  const derived: { name: string; evaluator: Evaluator }[] = [];
  const column = (kind: ColumnKind, path: string) => {
    const found = columns.findIndex((other) => other.kind === kind && other.path === path);
    return found >= 0 ? found : columns.push({ kind, path }) - 1;
  };
  const derive = (evaluator: Evaluator) =>
    derived.push({ name: `derived_${derived.length}`, evaluator }) - 1;
  const keys = (options.keys ?? []).map((key, index): KeyPlan => {
    return typeof key === 'string'
      ? { name: key, source: { from: 'column', index: column('dict32', key) } }
      : { name: `key_${index}`, source: { from: 'derived', index: derive(key.derived) } };
  });
  const input = (given: string | Evaluator | { readonly derived: Evaluator }): InputPlan => {
    if (typeof given !== 'string') {
      return 'derived' in given
        ? { from: 'derived', index: derive(given.derived) }
        : { from: 'condition', evaluator: given };
    }
    if (given === 'time') return { from: 'time' };
    const [kind, path] = given.split(':') as [ColumnKind, string];
    return { from: 'column', index: column(kind, path) };
  };
  const given = options.aggregations ?? [{ name: 'n', definition: count }];
  const aggregations = given.map(({ name, definition, inputs = {}, filter, params = {} }) => ({
    name,
    aggregation: name,
    definition,
    params,
    inputs: Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, input(value)])),
    filter: filter ?? null,
    cells: typeof definition.cells === 'function' ? definition.cells(params) : definition.cells,
    signature: JSON.stringify([name, definition.doc, inputs, params]),
    meaning: name,
  }));
  const sizeMs = options.sizeMs ?? 10;
  return {
    view: 'v',
    stream: 's',
    columns,
    keys,
    derived,
    filter: options.filter ?? null,
    window: compileWindow({ sizeMs, hopMs: options.hopMs ?? sizeMs, timezone: null }),
    aggregations,
    schema: {
      view: 'v',
      keys: keys.map(({ name }) => name),
      values: aggregations.map(({ name, definition }) => ({ name, type: definition.result_type })),
    },
    allowedLatenessMs: options.allowedLatenessMs ?? 0,
    writeIntervalMs: options.writeIntervalMs === undefined ? 1000 : options.writeIntervalMs,
    checkpointIntervalMs: 1000,
    sinks: [],
    limits: options.limits ?? { groups: 1_000_000, memoryBytes: 2 ** 30 },
    lagSloMs: null,
    delayMs: options.delayMs ?? 0,
    idleAfterMs: 1000,
    generationHash: 'g',
  };
}
