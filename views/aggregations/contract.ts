/**
 * What an aggregation is: one file that exports one of these, and one line in the registry. The JSON schema's enum,
 * `la aggregations`, docs/aggregations.md, the bench list and the law tests derive from it.
 */
import { check } from '../../runtime/errors.ts';
import type { Json } from '../../runtime/json.ts';
import type { ResultType } from '../../runtime/result-batch.ts';
import type { Heap } from './heap.ts';

/** Texts behind codes: entry c is bytes [starts[c], starts[c] + lengths[c]), UTF-8. */
export interface Texts {
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
}

/** Numbers and texts mixed. `codes[row]` > 0 says that the row's value is that text, otherwise it is `numbers[row]`. */
export interface ValueInput {
  readonly numbers: Float64Array;
  /** Undefined when every row is a number. */
  readonly codes: Uint32Array | undefined;
  readonly texts: Texts | undefined;
}

/** 64-bit hashes of values (numbers by value, text by bytes), in halves. */
export interface HashInput {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

/**
 * Kinds of inputs and what `fold` gets for them:
 * - `number`: Float64Array, never NaN; a value of another type makes the row invalid for the view.
 * - `value`: numbers and text.
 * - `hash`: of numbers and text.
 * - `time`: Float64Array, the row's event time in epoch ms; never null.
 * - `condition`: an expression; rows where it is not true are removed. `fold` gets nothing for it.
 */
export interface InputArrays {
  number: Float64Array;
  value: ValueInput;
  hash: HashInput;
  time: Float64Array;
  condition: undefined;
}
export type InputKind = keyof InputArrays;

/**
 * `column`: the name of another column, which becomes an input of the same name. `expression` likewise. `resultOnly`: only
 * `result` reads it, so that entries which differ in nothing else share their cells.
 */
export type ParamSpec =
  | {
      readonly type: 'number';
      readonly min: number;
      readonly max: number;
      readonly default?: number;
      readonly resultOnly?: true;
      readonly doc: string;
    }
  | {
      readonly type: 'integer';
      readonly min: number;
      readonly max: number;
      readonly default?: number;
      readonly resultOnly?: true;
      readonly doc: string;
    }
  | {
      readonly type: 'numbers';
      readonly itemsMax: number;
      readonly ascending: true;
      readonly doc: string;
    }
  | { readonly type: 'column'; readonly doc: string }
  | { readonly type: 'expression'; readonly doc: string };

export type Params = Readonly<Record<string, number | readonly number[]>>;

/**
 * Results of the groups at `at[0]` to `at[count - 1]`, to `out`, NaN for null; returns how many are null. -1 where one is neither a
 * number nor null: then `result` is asked for each.
 */
export type Results = (
  cells: Float64Array,
  at: Uint32Array,
  count: number,
  out: Float64Array,
  heap: Heap,
  params: Params,
) => number;

// biome-ignore lint/suspicious/noExplicitAny: the registry holds aggregations of every input shape
export interface AggregationDefinition<I extends Record<string, InputKind> = any> {
  /** One sentence. */
  readonly doc: string;
  /** `exact`, or how far off a result may be. */
  readonly error: string;
  /** The result of a group none of whose rows had a value. */
  readonly empty: Json | ((params: Params) => Json);
  readonly result_type: ResultType;
  /**
   * Inputs by name. `x` comes from `col_name`, `time` inputs from the event time, and any other from the parameter of
   * its name (a column or an expression).
   */
  readonly inputs: I;
  readonly params?: Readonly<Record<string, ParamSpec>>;
  /** Initial cells of a group; their number is the width. */
  readonly cells: readonly number[] | ((params: Params) => readonly number[]);
  /** Its one cell counts the rows folded: an entry without a filter takes the count that each group has anyway. */
  readonly countsRows?: true;
  /** Raised when the meaning of the cells or blocks changes: state of another version is not read. */
  readonly version: number;

  /**
   * Folds rows [0, count): `at[row]` is the first cell of the row's group, `cells` starts at this aggregation's own. Rows
   * with a null input are not among them.
   */
  fold(
    cells: Float64Array,
    at: Uint32Array,
    inputs: { readonly [K in keyof I]: InputArrays[I[K]] },
    count: number,
    heap: Heap,
    params: Params,
  ): void;

  /**
   * The same for rows that are all of the group at `cell`, as in a view without grouping columns; `fold` does it where this is
   * left out. Sums in registers are several times as fast as sums whose rows wait for each other in memory.
   */
  foldOne?(
    cells: Float64Array,
    cell: number,
    inputs: { readonly [K in keyof I]: InputArrays[I[K]] },
    count: number,
    heap: Heap,
    params: Params,
  ): void;

  /** Merges the group at `fromAt` of `from` into the group at `at` of `into`. `from` stays as it is. */
  merge(
    into: Float64Array,
    at: number,
    from: Float64Array,
    fromAt: number,
    heap: Heap,
    fromHeap: Heap,
    params: Params,
  ): void;

  /** Where results are numbers: those of many groups at once. Not finite numbers are turned into null by the caller. */
  readonly results?: Results;

  /** The group's result; where results are only ever numbers it follows from `results`. */
  result?(cells: Float64Array, at: number, heap: Heap, params: Params): Json;

  /** Whether a cap of its own made the result leave something out, which is what marks a row `truncated`. */
  truncated?(cells: Float64Array, at: number): boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: as above
export interface Aggregation<I extends Record<string, InputKind> = any>
  extends AggregationDefinition<I> {
  result(cells: Float64Array, at: number, heap: Heap, params: Params): Json;
}

/** Gives literal types to an aggregation's inputs, so that `fold` is typed by them. */
export function aggregation<const I extends Record<string, InputKind>>(
  definition: AggregationDefinition<I>,
): Aggregation<I> {
  const { results, result_type } = definition;
  const isNumber = result_type === 'number' || result_type === 'integer';
  const result = results !== undefined && isNumber ? resultOf(results) : definition.result;
  check(result !== undefined, 'an aggregation has results or result');
  return { ...definition, result };
}

function resultOf(results: Results): Aggregation['result'] {
  const one = new Uint32Array(1);
  const out = new Float64Array(1);
  return (cells, at, heap, params) => {
    one[0] = at;
    return results(cells, one, 1, out, heap, params) === 0 ? out[0]! : null;
  };
}
