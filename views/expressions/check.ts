import { viewError } from '../errors.ts';
import type { ExpressionScope, Typed } from './typed.ts';

export function checkExpression(text: string, _scope: ExpressionScope, _wanted?: 'boolean'): Typed {
  throw viewError('LA_EXPRESSION_SYNTAX', { column: 1, problem: `not yet: ${text}` });
}
