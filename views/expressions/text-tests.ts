/** Operations on texts that give booleans or numbers. Those on one text are done once per dictionary code, not per row. */
import type { Dictionary } from '../../runtime/dictionary.ts';
import {
  codePoints,
  compareSpans,
  containsSpan,
  endsWithSpan,
  equalSpans,
  isTextCode,
  type Span,
  spanOf,
  startsWithSpan,
  textOfSpan,
} from './bytes.ts';
import {
  type NumberVector,
  numberVector,
  reserveNulls,
  reserveNumbers,
  type Step,
  type TextVector,
} from './vectors.ts';

interface Computed {
  readonly vector: NumberVector;
  readonly step: Step;
}

/** A test of two texts. */
export type TextTest = (a: Span, b: Span) => boolean;

export const textTests: Readonly<Record<string, TextTest>> = {
  equal_text: equalSpans,
  not_equal_text: (a, b) => !equalSpans(a, b),
  less_text: (a, b) => compareSpans(a, b) < 0,
  less_or_equal_text: (a, b) => compareSpans(a, b) <= 0,
  greater_text: (a, b) => compareSpans(a, b) > 0,
  greater_or_equal_text: (a, b) => compareSpans(a, b) >= 0,
  startsWith: startsWithSpan,
  endsWith: endsWithSpan,
  contains: containsSpan,
};

const UNKNOWN = 0;
const FALSE = 1;
const TRUE = 2;
const NULL = 3;
const CODES_AT_FIRST = 1024;

/** Room for a code in a table that doubles up to the dictionary's size. */
export const tableSize = (code: number, dictionary: Dictionary): number => {
  let size = CODES_AT_FIRST;
  while (size <= code) size *= 2;
  return Math.min(size, dictionary.types.length);
};

/** A test of one text, resolved once per code and epoch. */
export function testByCode(source: TextVector, test: (text: Span) => boolean): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  let table = new Uint8Array(CODES_AT_FIRST);
  let epoch = -1;
  const lookUp = (code: number): number => {
    const { dictionary } = source;
    if (!isTextCode(dictionary, code)) return NULL;
    if (code >= table.length) {
      const grown = new Uint8Array(tableSize(code, dictionary));
      grown.set(table);
      table = grown;
    }
    const state = test(spanOf(dictionary, code)) ? TRUE : FALSE;
    table[code] = state;
    return state;
  };
  return {
    vector,
    step(batch) {
      if (source.epoch !== epoch) {
        table.fill(UNKNOWN);
        epoch = source.epoch;
      }
      const out = reserveNumbers(vector, batch);
      own = reserveNulls(own, batch);
      const { codes } = source;
      const { rows } = batch;
      const nulls = own;
      let states = table;
      let seen = 0;
      for (let row = 0; row < rows; row++) {
        const code = codes[row]!;
        let state = code < states.length ? states[code]! : UNKNOWN;
        if (state === UNKNOWN) {
          state = lookUp(code);
          states = table;
        }
        out[row] = state === TRUE ? 1 : 0;
        nulls[row] = state === NULL ? 1 : 0;
        seen |= 1 << state;
      }
      vector.nulls = nulls;
      vector.mayBeNull = (seen & (1 << NULL)) !== 0;
    },
  };
}

/** A number of one text, NaN for none, resolved once per code and epoch. */
export function numberByCode(source: TextVector, measure: (text: Span) => number): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  let values = new Float64Array(CODES_AT_FIRST);
  let resolved = new Uint8Array(CODES_AT_FIRST);
  let epoch = -1;
  const lookUp = (code: number): number => {
    const { dictionary } = source;
    if (!isTextCode(dictionary, code)) return Number.NaN;
    if (code >= values.length) {
      const size = tableSize(code, dictionary);
      const grown = new Float64Array(size);
      grown.set(values);
      values = grown;
      const marks = new Uint8Array(size);
      marks.set(resolved);
      resolved = marks;
    }
    const value = measure(spanOf(dictionary, code));
    values[code] = value;
    resolved[code] = 1;
    return value;
  };
  return {
    vector,
    step(batch) {
      if (source.epoch !== epoch) {
        resolved.fill(0);
        epoch = source.epoch;
      }
      const out = reserveNumbers(vector, batch);
      own = reserveNulls(own, batch);
      const { codes } = source;
      const { rows } = batch;
      for (let row = 0; row < rows; row++) {
        const code = codes[row]!;
        const value = resolved[code] === 1 ? values[code]! : lookUp(code);
        out[row] = value;
        own[row] = Number.isNaN(value) ? 1 : 0;
      }
      vector.nulls = own;
      vector.mayBeNull = true;
    },
  };
}

/** A test of two texts that change from row to row. */
export function testByRow(test: TextTest, a: TextVector, b: TextVector): Computed {
  const vector = numberVector();
  let own = vector.nulls;
  return {
    vector,
    step(batch) {
      const out = reserveNumbers(vector, batch);
      own = reserveNulls(own, batch);
      const { rows } = batch;
      for (let row = 0; row < rows; row++) {
        const codeA = a.codes[row]!;
        const codeB = b.codes[row]!;
        const isNull = !isTextCode(a.dictionary, codeA) || !isTextCode(b.dictionary, codeB);
        own[row] = isNull ? 1 : 0;
        const holds = !isNull && test(spanOf(a.dictionary, codeA), spanOf(b.dictionary, codeB));
        out[row] = holds ? 1 : 0;
      }
      vector.nulls = own;
      vector.mayBeNull = true;
    },
  };
}

/** Whether there is a text: never null itself. */
export function hasText(source: TextVector): Computed {
  const vector = numberVector();
  return {
    vector,
    step(batch) {
      const out = reserveNumbers(vector, batch);
      const { codes, dictionary } = source;
      const { rows } = batch;
      for (let row = 0; row < rows; row++) out[row] = isTextCode(dictionary, codes[row]!) ? 1 : 0;
    },
  };
}

export const sizeOfText = codePoints;

const NUMBER_CHARACTERS_MAX = 400;

/** The number that a text spells as JSON does, spaces around it allowed; NaN otherwise. */
export function numberOfText(span: Span): number {
  if (span.length > NUMBER_CHARACTERS_MAX) return Number.NaN;
  const text = textOfSpan(span).trim();
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number.NaN;
  const value = Number(text) + 0;
  return Number.isFinite(value) ? value : Number.NaN;
}
