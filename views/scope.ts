/** Names and types that a view's expressions and aggregations may use: the stream's columns and the derived ones. */
import { checkExpression } from './expressions/check.ts';
import type { ExpressionScope, Typed } from './expressions/typed.ts';
import { type ColumnType, RECORD_COLUMNS, type StreamSpec, type ViewSpec } from './spec.ts';

export interface ViewScope extends ExpressionScope {
  readonly derivedColumns: ReadonlyMap<string, Typed>;
  /** Type of a column or derived column; undefined where it is not known. */
  typeOf(name: string): ColumnType | undefined;
}

type Columns = StreamSpec['columns'];

export const columnType = (columns: Columns, path: string): ColumnType | undefined => {
  const types = path.startsWith('$') ? RECORD_COLUMNS : columns;
  return Object.hasOwn(types, path) ? types[path] : undefined;
};

export function scopeOf(columns: Columns, derivedColumns: ReadonlyMap<string, Typed>): ViewScope {
  const derived = (name: string) => derivedColumns.get(name);
  const declared = (path: string) => columnType(columns, path);
  return {
    derivedColumns,
    derived,
    columnType: declared,
    typeOf(name) {
      const type = derived(name)?.type;
      return type === undefined || type === 'value' ? declared(name) : type;
    },
  };
}

/** The scope with all derived columns of a valid view. */
export function viewScope(view: ViewSpec, stream: StreamSpec): ViewScope {
  const derivedColumns = new Map<string, Typed>();
  const scope = scopeOf(stream.columns, derivedColumns);
  for (const { name, expression } of view.derive) {
    derivedColumns.set(name, checkExpression(expression, scope));
  }
  return scope;
}
