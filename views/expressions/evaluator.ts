import { check } from '../../runtime/errors.ts';
import type { ColumnUses } from '../columns.ts';
import type { Evaluator } from '../plan.ts';
import type { Typed } from './typed.ts';

export function compileExpression(_typed: Typed, _uses: ColumnUses): Evaluator {
  check(false, 'not yet');
}
