/** Expressions after type checking: every operation is one fixed overload, every column has the type of its use. */

/** `value`: numbers, text and booleans mixed; only for comparing two columns of which neither is declared. */
export type ValueType = 'number' | 'boolean' | 'text';
export type OperandType = ValueType | 'value';

export type Typed =
  | {
      readonly node: 'literal';
      readonly type: ValueType;
      readonly value: number | boolean | string;
    }
  | { readonly node: 'column'; readonly type: OperandType; readonly path: string }
  | { readonly node: 'has'; readonly type: 'boolean'; readonly path: string }
  | {
      readonly node: 'call';
      readonly type: ValueType;
      /** Name of an overload, such as `add` or `less_text`. */
      readonly overload: string;
      readonly operands: readonly Typed[];
    };

/** Names that an expression may use. */
export interface ExpressionScope {
  /** Declared type of a column; undefined where the stream does not declare it. */
  columnType(path: string): ValueType | undefined;
  /** A derived column that is already defined. */
  derived(name: string): Typed | undefined;
}
