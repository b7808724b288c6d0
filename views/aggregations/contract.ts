/**
 * What an aggregation is: one file that exports one of these, and one line in the registry. The JSON schema's enum,
 * `la aggregations`, docs/aggregations.md, the bench list and the law tests derive from it.
 */
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

// biome-ignore lint/suspicious/noExplicitAny: the registry holds aggregations of every input shape
export interface Aggregation<I extends Record<string, InputKind> = any> {
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

  /** The group's result. Not finite numbers are turned into null by the caller. */
  result(cells: Float64Array, at: number, heap: Heap, params: Params): Json;

  /** Whether a cap of its own made the result leave something out, which is what marks a row `truncated`. */
  truncated?(cells: Float64Array, at: number): boolean;
}

/** Gives literal types to an aggregation's inputs, so that `fold` is typed by them. */
export const aggregation = <const I extends Record<string, InputKind>>(
  definition: Aggregation<I>,
): Aggregation<I> => definition;
