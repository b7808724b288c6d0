/** The functions of expressions. Each can be written as a method too: `size(ap)` and `ap.size()` are the same. */
import type { ValueType } from './typed.ts';

export interface FunctionSpec {
  readonly takes: readonly ValueType[];
  /** The last parameter may be repeated. */
  readonly variadic?: true;
  readonly gives: ValueType;
  readonly doc: string;
}

const number = (doc: string): FunctionSpec => ({ takes: ['number'], gives: 'number', doc });
const textTest = (doc: string): FunctionSpec => ({
  takes: ['text', 'text'],
  gives: 'boolean',
  doc,
});

export const functions: Readonly<Record<string, FunctionSpec>> = {
  abs: number('The number without its sign.'),
  ceil: number('The smallest whole number that is not below.'),
  floor: number('The largest whole number that is not above.'),
  round: number('The nearest whole number; halves go away from zero.'),
  int: number('The whole part: 2.7 gives 2, -2.7 gives -2.'),
  sqrt: number('The square root; null of a negative number.'),
  min: { takes: ['number', 'number'], variadic: true, gives: 'number', doc: 'The smallest.' },
  max: { takes: ['number', 'number'], variadic: true, gives: 'number', doc: 'The largest.' },
  size: { takes: ['text'], gives: 'number', doc: 'Characters (Unicode code points) of the text.' },
  startsWith: textTest('Whether the first text begins with the second.'),
  endsWith: textTest('Whether the first text ends with the second.'),
  contains: textTest('Whether the second text occurs in the first.'),
  lowerAscii: { takes: ['text'], gives: 'text', doc: 'A to Z turned into a to z.' },
  upperAscii: { takes: ['text'], gives: 'text', doc: 'a to z turned into A to Z.' },
  string: {
    takes: ['number'],
    gives: 'text',
    doc: 'A number or boolean as text: 1.50 gives "1.5".',
  },
  number: { takes: ['text'], gives: 'number', doc: 'The number in a text; null where it is none.' },
};
