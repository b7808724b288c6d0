/** Aggregations over plain rows, for tests: builds the columns that `fold` wants and keeps groups side by side. */
import { EntryType } from '../../../runtime/dictionary.ts';
import { hash64, hashed } from '../../../runtime/hash.ts';
import type { Json } from '../../../runtime/json.ts';
import type {
  Aggregation,
  HashInput,
  ParamSpec,
  Params,
  ValueInput,
} from '../../../views/aggregations/contract.ts';
import { Heap } from '../../../views/aggregations/heap.ts';

export type Value = number | string;
/** A value for each input of an aggregation, by name. */
export type Row = Readonly<Record<string, Value>>;

const encoder = new TextEncoder();

/** The hash that chunks carry for a value. */
export function hashOf(value: Value): [low: number, high: number] {
  const bytes = encoder.encode(typeof value === 'number' ? `${value + 0}` : value);
  const type = typeof value === 'number' ? EntryType.NUMBER : EntryType.TEXT;
  hash64(type, bytes, 0, bytes.length);
  return [hashed.low, hashed.high];
}

function valueInput(values: readonly Value[]): ValueInput {
  const numbers = Float64Array.from(values, (value) => (typeof value === 'number' ? value : NaN));
  if (values.every((value) => typeof value === 'number')) {
    return { numbers, codes: undefined, texts: undefined };
  }
  const entries = [...new Set(values.filter((value) => typeof value === 'string'))];
  const parts = entries.map((entry) => encoder.encode(entry));
  const starts = new Uint32Array(entries.length + 1);
  const lengths = new Uint32Array(entries.length + 1);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  parts.forEach((part, index) => {
    starts[index + 1] = at;
    lengths[index + 1] = part.length;
    bytes.set(part, at);
    at += part.length;
  });
  const codes = Uint32Array.from(values, (value) =>
    typeof value === 'string' ? entries.indexOf(value) + 1 : 0,
  );
  return { numbers, codes, texts: { bytes, starts, lengths } };
}

function hashInput(values: readonly Value[]): HashInput {
  const hashes = values.map(hashOf);
  return {
    low: Uint32Array.from(hashes, ([low]) => low),
    high: Uint32Array.from(hashes, ([, high]) => high),
  };
}

function inputsOf(definition: Aggregation, rows: readonly Row[]): Record<string, unknown> {
  const inputs: Record<string, unknown> = {};
  for (const [name, kind] of Object.entries(definition.inputs)) {
    const values = rows.map((row) => row[name] ?? NaN);
    if (kind === 'value') inputs[name] = valueInput(values);
    else if (kind === 'hash') inputs[name] = hashInput(values);
    else if (kind === 'condition') inputs[name] = undefined;
    else inputs[name] = Float64Array.from(values, Number);
  }
  return inputs;
}

/** Some groups of one aggregation, as a view's table holds them. */
export class Groups {
  readonly definition: Aggregation;
  readonly params: Params;
  readonly width: number;
  cells: Float64Array;
  heap: Heap;

  constructor(definition: Aggregation, params: Params, count = 1) {
    this.definition = definition;
    this.params = params;
    const { cells } = definition;
    const initial = typeof cells === 'function' ? cells(params) : cells;
    this.width = initial.length;
    this.cells = new Float64Array(initial.length * count);
    for (let group = 0; group < count; group++) this.cells.set(initial, group * this.width);
    this.heap = new Heap();
  }

  /** Folds row by row into the group that `groupOf` says, by default the first. */
  fold(rows: readonly Row[], groupOf: (row: number) => number = () => 0): this {
    const at = Uint32Array.from(rows, (_, row) => groupOf(row) * this.width);
    const inputs = inputsOf(this.definition, rows);
    this.definition.fold(this.cells, at, inputs, rows.length, this.heap, this.params);
    return this;
  }

  /** Folds all rows into the first group in the way of views without grouping columns, where there is one. */
  foldOne(rows: readonly Row[]): this {
    if (this.definition.foldOne === undefined) return this.fold(rows);
    const inputs = inputsOf(this.definition, rows);
    this.definition.foldOne(this.cells, 0, inputs, rows.length, this.heap, this.params);
    return this;
  }

  merge(from: Groups, group = 0, fromGroup = 0): this {
    this.definition.merge(
      this.cells,
      group * this.width,
      from.cells,
      fromGroup * from.width,
      this.heap,
      from.heap,
      this.params,
    );
    return this;
  }

  result(group = 0): Json {
    return this.definition.result(this.cells, group * this.width, this.heap, this.params);
  }

  /** What a checkpoint keeps and a restore gives back. */
  restored(): Groups {
    const copy = new Groups(this.definition, this.params);
    copy.cells = this.cells.slice();
    copy.heap = new Heap({ bytes: this.heap.bytes.slice(0, this.heap.top), free: this.heap.free });
    return copy;
  }
}

/** Defaults of the parameters, and for those without one the given value. */
export function defaultParams(definition: Aggregation, given: Params = {}): Params {
  const specs: [string, ParamSpec][] = Object.entries(definition.params ?? {});
  const defaults = specs.flatMap(([name, spec]) =>
    'default' in spec && spec.default !== undefined ? [[name, spec.default] as const] : [],
  );
  return { ...Object.fromEntries(defaults), ...given };
}
