/** Text of an expression to tokens. */
import { viewError } from '../errors.ts';

export type Token =
  | { readonly token: 'number'; readonly value: number; readonly at: number }
  | { readonly token: 'text'; readonly value: string; readonly at: number }
  | {
      readonly token: 'name';
      readonly value: string;
      readonly quoted: boolean;
      readonly at: number;
    }
  | { readonly token: 'symbol'; readonly value: string; readonly at: number }
  | { readonly token: 'end'; readonly value: ''; readonly at: number };

export const EXPRESSION_CHARACTERS_MAX = 8192;
export const TEXT_CHARACTERS_MAX = 1000;

const pattern =
  /\s+|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<name>[\p{L}_$][\p{L}\p{N}_$]*)|`(?<quoted>[^`]+)`|(?<symbol>&&|\|\||[=!<>]=|[-+*/%!<>()[\],.?:])|(?<quote>["'])/uy;

const mistakes: Readonly<Record<string, string>> = {
  '=': 'a single "=" (write "==")',
  '&': 'a single "&" (write "&&")',
  '|': 'a single "|" (write "||")',
};

/** @throws LA_EXPRESSION_SYNTAX, LA_EXPRESSION_TOO_LARGE */
export function tokensOf(text: string): Token[] {
  if (text.length > EXPRESSION_CHARACTERS_MAX) {
    const limit = EXPRESSION_CHARACTERS_MAX;
    throw viewError('LA_EXPRESSION_TOO_LARGE', { limit, what: 'characters' });
  }
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    pattern.lastIndex = at;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) throw unexpectedCharacter(text, at);
    const start = at;
    at = pattern.lastIndex;
    const { number, name, quoted, symbol, quote } = groups;
    if (number !== undefined) tokens.push(numberToken(text, number, start));
    else if (symbol !== undefined) tokens.push({ token: 'symbol', value: symbol, at: start });
    else if (quote !== undefined) {
      const read = readText(text, start, quote);
      tokens.push({ token: 'text', value: read.value, at: start });
      at = read.end;
    } else if (name !== undefined || quoted !== undefined) {
      const value = name ?? quoted ?? '';
      tokens.push({ token: 'name', value, quoted: quoted !== undefined, at: start });
    }
  }
  tokens.push({ token: 'end', value: '', at: text.length });
  return tokens;
}

export const syntaxError = (at: number, problem: string) =>
  viewError('LA_EXPRESSION_SYNTAX', { column: at + 1, problem });

function unexpectedCharacter(text: string, at: number) {
  const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
  return syntaxError(at, mistakes[character] ?? `unexpected ${JSON.stringify(character)}`);
}

function numberToken(text: string, digits: string, at: number): Token {
  const value = Number(digits);
  const next = text[at + digits.length] ?? '';
  if (/[\p{L}\p{N}_$]/u.test(next)) {
    throw syntaxError(at, `${JSON.stringify(digits + next)} is not a number`);
  }
  if (!Number.isFinite(value)) throw syntaxError(at, 'the number is too large');
  return { token: 'number', value, at };
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

function readText(text: string, start: number, quote: string): { value: string; end: number } {
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === quote) {
      if (value.length > TEXT_CHARACTERS_MAX) {
        const what = 'characters in one text';
        throw viewError('LA_EXPRESSION_TOO_LARGE', { limit: TEXT_CHARACTERS_MAX, what });
      }
      return { value, end: at + 1 };
    }
    if (character !== '\\') {
      value += character;
      continue;
    }
    at++;
    const unicode = /^u([0-9a-fA-F]{4})/.exec(text.slice(at, at + 5));
    const escaped = unicode
      ? String.fromCharCode(Number.parseInt(unicode[1] ?? '', 16))
      : escapes[text[at] ?? ''];
    if (escaped === undefined) throw syntaxError(at - 1, 'an unknown escape after "\\"');
    value += escaped;
    if (unicode) at += 4;
  }
  throw syntaxError(start, 'the text has no closing quote');
}
