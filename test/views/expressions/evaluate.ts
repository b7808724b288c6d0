/** Runs an expression over rows, as a unit would. */
import { columnUses } from '../../../views/columns.ts';
import { checkExpression } from '../../../views/expressions/check.ts';
import { compileExpression } from '../../../views/expressions/evaluator.ts';
import type { Typed, ValueType } from '../../../views/expressions/typed.ts';
import type { Evaluator, RowBatch } from '../../../views/plan.ts';
import { BatchMaker, type Row } from '../batches.ts';
import type { Scalar } from './interpreter.ts';

export type Types = Readonly<Record<string, ValueType>>;

/** Columns are of the types given; others are not declared. */
export function typed(
  expression: string,
  types: Types = {},
  derived: Record<string, string> = {},
): Typed {
  const known = new Map<string, Typed>();
  const scope = {
    columnType: (path: string) => (Object.hasOwn(types, path) ? types[path] : undefined),
    derived: (name: string) => known.get(name),
  };
  for (const [name, text] of Object.entries(derived)) known.set(name, checkExpression(text, scope));
  return checkExpression(expression, scope, 'boolean');
}

export function prepared(expression: Typed): { evaluator: Evaluator; maker: BatchMaker } {
  const uses = columnUses();
  const evaluator = compileExpression(expression, uses);
  return { evaluator, maker: new BatchMaker(uses.columns) };
}

export function valuesOf(evaluator: Evaluator, batch: RowBatch): Scalar[] {
  const { type, numbers, nulls, codes, texts } = evaluator.evaluate(batch);
  return Array.from({ length: batch.rows }, (_, row) => {
    if (nulls[row] !== 0) return null;
    if (type === 'number') return numbers[row]!;
    if (type === 'boolean') return numbers[row] === 1;
    const start = texts.starts[codes[row]!]!;
    return Buffer.from(texts.bytes.slice(start, start + texts.lengths[codes[row]!]!)).toString();
  });
}

export function evaluate(expression: string, rows: readonly Row[], types: Types = {}): Scalar[] {
  const { evaluator, maker } = prepared(typed(expression, types));
  return valuesOf(evaluator, maker.batch(rows));
}
