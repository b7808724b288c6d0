/** JSON with comments, every key and value with its place, so that faults can point at them. */
import type { LaError } from '../runtime/errors.ts';
import type { Json } from '../runtime/json.ts';
import { viewError } from './errors.ts';

export interface Placed {
  readonly value: Json;
  /** Of the value in the text: [start, end). */
  readonly start: number;
  readonly end: number;
  /** Of an object, by key; of a key that stands twice the last. */
  readonly members?: ReadonlyMap<string, { readonly keyStart: number; readonly placed: Placed }>;
  /** Of an array. */
  readonly items?: readonly Placed[];
}

export interface PlacedFault {
  readonly error: LaError;
  readonly at: number;
}

export interface ParsedFile {
  /** Undefined where the text is not JSON. */
  readonly root?: Placed;
  readonly faults: readonly PlacedFault[];
}

const DEPTH_MAX = 64;
/** Keys that would reach an object's prototype; refused everywhere and left out of the values. */
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

export function parseWithPlaces(text: string): ParsedFile {
  const reader = new Reader(text);
  try {
    const root = reader.document();
    return { root, faults: reader.faults };
  } catch (stop) {
    if (!(stop instanceof Stop)) throw stop;
    const error = viewError('LA_CONFIG_JSON', { problem: stop.message });
    return { faults: [...reader.faults, { error, at: stop.at }] };
  }
}

class Stop extends Error {
  readonly at: number;

  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

const space = /(?:[ \t\r\n\ufeff]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them inside text
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const word = /true|false|null/y;

class Reader {
  readonly faults: PlacedFault[] = [];
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Placed {
    const root = this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#stop('there is more after the end');
    return root;
  }

  #stop(problem: string): Stop {
    return new Stop(problem, this.#at);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #space(): void {
    this.#match(space);
    if (this.#text.startsWith('/*', this.#at)) throw this.#stop('the comment has no end');
  }

  #value(): Placed {
    this.#space();
    const start = this.#at;
    const first = this.#text[start];
    if (first === '{' || first === '[') {
      if (++this.#depth > DEPTH_MAX) throw this.#stop(`nested more than ${DEPTH_MAX} levels deep`);
      const placed = first === '{' ? this.#object(start) : this.#array(start);
      this.#depth--;
      return placed;
    }
    const scalar = first === '"' ? this.#match(string) : (this.#match(number) ?? this.#match(word));
    if (scalar === undefined) throw this.#unexpected(first);
    const value: Json = JSON.parse(scalar);
    return { value, start, end: this.#at };
  }

  #unexpected(character: string | undefined): Stop {
    if (character === undefined) return this.#stop('the file ends too early');
    if (character === '"') return this.#stop('the text has no closing quote, or a wrong escape');
    if (character === "'") return this.#stop('text stands in double quotes');
    if (character === '}' || character === ']') {
      return this.#stop(`a value is missing before "${character}" (a comma too many?)`);
    }
    return this.#stop(`unexpected ${JSON.stringify(character)}`);
  }

  /** Whether another member follows: takes the comma, or the closing bracket. */
  #another(close: '}' | ']'): boolean {
    const end = this.#at;
    this.#space();
    const next = this.#text[this.#at];
    if (next !== ',' && next !== close) {
      this.#at = end;
      throw this.#stop(
        next === undefined ? `"${close}" is missing` : `"," or "${close}" is missing`,
      );
    }
    this.#at++;
    return next === ',';
  }

  /** Takes the opening bracket, and the closing one where nothing is between. */
  #isEmpty(close: '}' | ']'): boolean {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] !== close) return false;
    this.#at++;
    return true;
  }

  #array(start: number): Placed {
    const items: Placed[] = [];
    if (!this.#isEmpty(']')) {
      do items.push(this.#value());
      while (this.#another(']'));
    }
    return { value: items.map(({ value }) => value), start, end: this.#at, items };
  }

  #object(start: number): Placed {
    const members = new Map<string, { keyStart: number; placed: Placed }>();
    if (!this.#isEmpty('}')) {
      do this.#member(members);
      while (this.#another('}'));
    }
    const entries = [...members].map(([key, { placed }]): [string, Json] => [key, placed.value]);
    return { value: Object.fromEntries(entries), start, end: this.#at, members };
  }

  #member(members: Map<string, { keyStart: number; placed: Placed }>): void {
    this.#space();
    const keyStart = this.#at;
    const quoted = this.#match(string);
    if (quoted === undefined) {
      throw this.#text[keyStart] === '}'
        ? this.#stop('a comma too many')
        : this.#stop('a key in double quotes is missing');
    }
    const key: string = JSON.parse(quoted);
    this.#space();
    if (this.#match(/:/y) === undefined) throw this.#stop('":" is missing after the key');
    const placed = this.#value();
    const code = FORBIDDEN_KEYS.has(key) ? 'LA_CONFIG_FORBIDDEN_KEY' : 'LA_CONFIG_DUPLICATE_KEY';
    if (FORBIDDEN_KEYS.has(key) || members.has(key)) {
      this.faults.push({ error: viewError(code, { key }), at: keyStart });
    }
    if (!FORBIDDEN_KEYS.has(key)) members.set(key, { keyStart, placed });
  }
}

/** The place of what a path leads to, or of the last thing on it that exists. */
export function placeOf(root: Placed, path: readonly (string | number)[], onKey = false): number {
  let placed = root;
  let at = root.start;
  for (const step of path) {
    const member = placed.members?.get(String(step));
    const next = member?.placed ?? placed.items?.[Number(step)];
    if (next === undefined) return at;
    at = onKey && member !== undefined ? member.keyStart : next.start;
    placed = next;
  }
  return at;
}

/** Where the character `index` of a text that starts (with its quote) at `start` stands in the file, escapes counted. */
export function placeInText(text: string, start: number, index: number): number {
  let at = start + 1;
  for (let passed = 0; passed < index && at < text.length; passed++) {
    at += text[at] === '\\' ? (text[at + 1] === 'u' ? 6 : 2) : 1;
  }
  return at;
}

/** 1-based line and column, in UTF-16 units as editors count them. */
export function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return { line, column: at - before.lastIndexOf('\n') };
}
