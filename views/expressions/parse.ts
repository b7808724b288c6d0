/** Expressions: a subset of the grammar of CEL (literals, columns, operators, functions; no macros beside `has`). */
import type { LaError } from '../../runtime/errors.ts';
import { viewError } from '../errors.ts';
import { syntaxError, type Token, tokensOf } from './tokens.ts';

export type Node =
  | { readonly node: 'literal'; readonly value: number | string | boolean; readonly at: number }
  | { readonly node: 'column'; readonly path: string; readonly at: number }
  | { readonly node: 'has'; readonly path: string; readonly at: number }
  | {
      readonly node: 'call';
      /** A function, or an operator: `-x` is the unary minus, `in []` and `?:` the others that no name can be taken for. */
      readonly name: string;
      readonly operands: readonly Node[];
      readonly at: number;
    };

export const NODES_MAX = 200;
export const DEPTH_MAX = 20;
const PATH_CHARACTERS_MAX = 200;

/** Binary operators from the loosest to the tightest. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['<', '<=', '>', '>=', '==', '!=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** What people write for an operator. */
const words: ReadonlyMap<string, string> = new Map([
  ['and', '&&'],
  ['or', '||'],
  ['not', '!'],
  ['is', '=='],
]);

/** @throws LA_EXPRESSION_SYNTAX, _TOO_LARGE, _TOO_DEEP, _NULL, _ARGUMENTS */
export const parseExpression = (text: string): Node => new Parser(tokensOf(text)).parse();

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #nodes = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Node {
    const root = this.#expression();
    if (this.#peek.token !== 'end') throw this.#unexpected();
    return root;
  }

  get #peek(): Token {
    // The last token is the end, which is never taken.
    return this.#tokens[this.#next]!;
  }

  #isAt(value: string): boolean {
    const token = this.#peek;
    if (token.token === 'name') return value === 'in' && token.value === 'in' && !token.quoted;
    return token.token === 'symbol' && token.value === value;
  }

  #take(value: string): boolean {
    if (!this.#isAt(value)) return false;
    this.#next++;
    return true;
  }

  #expect(value: string, after: string): void {
    if (!this.#take(value)) throw this.#unexpected(`"${value}" is missing ${after}`);
  }

  #unexpected(problem?: string): LaError {
    const { token, value, at } = this.#peek;
    if (problem !== undefined) return syntaxError(at, problem);
    if (token === 'end') return syntaxError(at, 'it ends too early');
    const hint = token === 'name' ? words.get(String(value)) : undefined;
    const shown = token === 'text' ? 'text' : `"${value}"`;
    return syntaxError(at, `unexpected ${shown}${hint === undefined ? '' : ` (write "${hint}")`}`);
  }

  #made(node: Node): Node {
    this.#nodes++;
    if (this.#nodes > NODES_MAX) {
      throw viewError('LA_EXPRESSION_TOO_LARGE', { limit: NODES_MAX, what: 'parts' });
    }
    return node;
  }

  #call(name: string, operands: readonly Node[], at: number): Node {
    return this.#made({ node: 'call', name, operands, at });
  }

  /** Runs one more level of nesting. */
  #nested(inner: () => Node): Node {
    this.#depth++;
    if (this.#depth > DEPTH_MAX) {
      const column = this.#peek.at + 1;
      throw viewError('LA_EXPRESSION_TOO_DEEP', { limit: DEPTH_MAX, column });
    }
    const node = inner();
    this.#depth--;
    return node;
  }

  #expression(): Node {
    return this.#nested(() => {
      const condition = this.#binary(0);
      const { at } = this.#peek;
      if (!this.#take('?')) return condition;
      const yes = this.#expression();
      this.#expect(':', 'after the "?" part');
      return this.#call('?:', [condition, yes, this.#expression()], at);
    });
  }

  #binary(level: number): Node {
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (;;) {
      const operator = operators.find((name) => this.#isAt(name));
      if (operator === undefined) return left;
      const { at } = this.#peek;
      this.#next++;
      const right = operator === 'in' ? this.#list() : [this.#binary(level + 1)];
      left = this.#call(operator === 'in' ? 'in []' : operator, [left, ...right], at);
    }
  }

  #unary(): Node {
    const { at } = this.#peek;
    if (this.#take('!')) return this.#call('!', [this.#nested(() => this.#unary())], at);
    if (!this.#take('-')) return this.#postfix();
    const operand = this.#nested(() => this.#unary());
    if (operand.node === 'literal' && typeof operand.value === 'number') {
      return { ...operand, value: 0 - operand.value, at };
    }
    return this.#call('-x', [operand], at);
  }

  #postfix(): Node {
    let node = this.#primary();
    while (this.#take('.')) {
      const { token, value, at } = this.#peek;
      if (token !== 'name') throw this.#unexpected('a name is missing after "."');
      this.#next++;
      this.#expect('(', `after "${value}"`);
      node = this.#call(value, [node, ...this.#operands()], at);
    }
    return node;
  }

  #primary(): Node {
    const token = this.#peek;
    const { at } = token;
    if (token.token === 'number' || token.token === 'text') {
      this.#next++;
      return this.#made({ node: 'literal', value: token.value, at });
    }
    if (token.token === 'name') return this.#named();
    if (!this.#take('(')) throw this.#unexpected();
    const inner = this.#expression();
    this.#expect(')', 'to close "("');
    return inner;
  }

  /** A literal word, a column, a function, or a method of a column. */
  #named(): Node {
    const first = this.#peek;
    const { at } = first;
    const bare = first.token === 'name' && !first.quoted ? first.value : '';
    if (words.has(bare) || bare === 'in') throw this.#unexpected();
    if (bare === 'null') throw viewError('LA_EXPRESSION_NULL', { column: at + 1 });
    if (bare === 'true' || bare === 'false') {
      this.#next++;
      return this.#made({ node: 'literal', value: bare === 'true', at });
    }
    const names: string[] = [this.#name()];
    if (bare !== '' && this.#take('(')) {
      return bare === 'has' ? this.#has(at) : this.#call(bare, this.#operands(), at);
    }
    while (this.#take('.')) {
      const method = this.#peek;
      names.push(this.#name());
      if (method.token === 'name' && !method.quoted && this.#take('(')) {
        names.pop();
        return this.#call(method.value, [this.#column(names, at), ...this.#operands()], method.at);
      }
    }
    return this.#column(names, at);
  }

  #name(): string {
    const token = this.#peek;
    if (token.token !== 'name') throw this.#unexpected('a name is missing after "."');
    this.#next++;
    return token.value;
  }

  #column(names: readonly string[], at: number): Node {
    const path = names.join('.');
    if (path.length > PATH_CHARACTERS_MAX) throw syntaxError(at, 'the name is too long');
    return this.#made({ node: 'column', path, at });
  }

  #has(at: number): Node {
    const inner = this.#operands();
    const [column] = inner;
    if (inner.length !== 1 || column?.node !== 'column') {
      const expected = 'one column';
      throw viewError('LA_EXPRESSION_ARGUMENTS', { name: 'has', column: at + 1, expected });
    }
    return { node: 'has', path: column.path, at: column.at };
  }

  /** Operands up to the closing parenthesis; the opening one is taken. */
  #operands(): Node[] {
    const operands: Node[] = [];
    if (this.#take(')')) return operands;
    do operands.push(this.#expression());
    while (this.#take(','));
    this.#expect(')', 'after the arguments');
    return operands;
  }

  /** The literals of an `in`. */
  #list(): Node[] {
    this.#expect('[', 'after "in"');
    const items: Node[] = [];
    if (this.#isAt(']')) throw this.#unexpected('the list is empty');
    do {
      const { at } = this.#peek;
      const item = this.#unary();
      if (item.node !== 'literal') throw syntaxError(at, 'a list holds numbers or text only');
      items.push(item);
    } while (this.#take(','));
    this.#expect(']', 'after the list');
    return items;
  }
}
