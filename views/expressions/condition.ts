import { viewError } from '../errors.ts';
import { checkExpression } from './check.ts';
import type { ExpressionScope, Typed } from './typed.ts';

/**
 * An expression that decides about rows: a filter, or the condition of an aggregation.
 * @throws LA_EXPRESSION_…
 */
export function checkCondition(text: string, scope: ExpressionScope): Typed {
  const typed = checkExpression(text, scope, 'boolean');
  if (typed.type !== 'boolean') {
    throw viewError('LA_EXPRESSION_NOT_A_CONDITION', { found: `a ${typed.type}` });
  }
  return typed;
}
