/** Columns that an expression names, as written: for linting. */
import { type Node, parseExpression } from './parse.ts';

export interface NamedColumn {
  readonly path: string;
  /** Character in the expression. */
  readonly at: number;
}

/** @throws LA_EXPRESSION_… where it does not parse */
export function columnNames(text: string): NamedColumn[] {
  const found: NamedColumn[] = [];
  const visit = (node: Node): void => {
    if (node.node === 'column' || node.node === 'has') found.push({ path: node.path, at: node.at });
    if (node.node === 'call') node.operands.forEach(visit);
  };
  visit(parseExpression(text));
  return found;
}
