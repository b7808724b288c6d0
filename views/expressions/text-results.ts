/** Operations that make texts. */
import { isTextCode, type Span, spanOf } from './bytes.ts';
import { utf8 } from './leaves.ts';
import { CodeMap, TEXT_RESULT_BYTES_MAX, TextOutput } from './text-output.ts';
import type { NumberVector, Step, TextVector } from './vectors.ts';

interface Computed {
  readonly vector: TextVector;
  readonly step: Step;
}

/** Texts by a condition; null where the condition is. */
export function chooseText(condition: NumberVector, yes: TextVector, no: TextVector): Computed {
  const output = new TextOutput();
  const copy = ({ bytes, start, length }: Span) => output.intern(bytes, start, length);
  const yesMap = new CodeMap(yes, output, copy);
  const noMap = new CodeMap(no, output, copy);
  const write = (codes: Uint32Array, rows: number): boolean => {
    yesMap.begin();
    noMap.begin();
    const { numbers, nulls, mayBeNull } = condition;
    const { codes: yesCodes } = yes;
    const { codes: noCodes } = no;
    for (let row = 0; row < rows; row++) {
      let code = 0;
      if (!mayBeNull || nulls[row] === 0) {
        code = numbers[row] === 1 ? yesMap.lookUp(yesCodes[row]!) : noMap.lookUp(noCodes[row]!);
      }
      if (code < 0) return false;
      codes[row] = code;
    }
    return true;
  };
  return { vector: output.vector, step: (batch) => output.fill(batch, write) };
}

/** Both texts after one another; null where that is too long. */
export function concat(a: TextVector, b: TextVector): Computed {
  const output = new TextOutput();
  const scratch = new Uint8Array(TEXT_RESULT_BYTES_MAX);
  const write = (codes: Uint32Array, rows: number): boolean => {
    const { dictionary: dictionaryA, codes: codesA } = a;
    const { dictionary: dictionaryB, codes: codesB } = b;
    let lastA = 0;
    let lastB = 0;
    let last = 0;
    for (let row = 0; row < rows; row++) {
      const codeA = codesA[row]!;
      const codeB = codesB[row]!;
      if (codeA !== lastA || codeB !== lastB) {
        last = join(scratch, output, spanIn(dictionaryA, codeA), spanIn(dictionaryB, codeB));
        if (last < 0) return false;
        lastA = codeA;
        lastB = codeB;
      }
      codes[row] = last;
    }
    return true;
  };
  return { vector: output.vector, step: (batch) => output.fill(batch, write) };
}

const spanIn = (dictionary: TextVector['dictionary'], code: number): Span | undefined =>
  isTextCode(dictionary, code) ? spanOf(dictionary, code) : undefined;

/** Code of the joined text: 0 for null, -1 when the output is full. */
function join(
  scratch: Uint8Array,
  output: TextOutput,
  a: Span | undefined,
  b: Span | undefined,
): number {
  if (a === undefined || b === undefined || a.length + b.length > scratch.length) return 0;
  for (let i = 0; i < a.length; i++) scratch[i] = a.bytes[a.start + i]!;
  for (let i = 0; i < b.length; i++) scratch[a.length + i] = b.bytes[b.start + i]!;
  return output.intern(scratch, 0, a.length + b.length) || -1;
}

/** ASCII letters from one case to the other, once per code. `from` is the first letter of the case to change. */
export function changeCase(source: TextVector, from: 'a' | 'A'): Computed {
  const output = new TextOutput();
  const scratch = new Uint8Array(TEXT_RESULT_BYTES_MAX);
  const first = from.charCodeAt(0);
  const map = new CodeMap(source, output, ({ bytes, start, length }) => {
    for (let i = 0; i < length; i++) {
      const byte = bytes[start + i]!;
      // The cases differ in one bit.
      scratch[i] = byte >= first && byte < first + 26 ? byte ^ 0x20 : byte;
    }
    return output.intern(scratch, 0, length);
  });
  const write = (codes: Uint32Array, rows: number): boolean => {
    map.begin();
    const { codes: sourceCodes } = source;
    for (let row = 0; row < rows; row++) {
      const code = map.lookUp(sourceCodes[row]!);
      if (code < 0) return false;
      codes[row] = code;
    }
    return true;
  };
  return { vector: output.vector, step: (batch) => output.fill(batch, write) };
}

/** Numbers and booleans as JSON writes them. */
export function textOf(source: NumberVector, holds: 'number' | 'boolean'): Computed {
  const output = new TextOutput();
  const spell = holds === 'number' ? String : (value: number) => (value === 1 ? 'true' : 'false');
  const write = (codes: Uint32Array, rows: number): boolean => {
    const { numbers, nulls, mayBeNull } = source;
    let last = Number.NaN;
    let lastCode = 0;
    for (let row = 0; row < rows; row++) {
      codes[row] = 0;
      if (mayBeNull && nulls[row] !== 0) continue;
      const value = numbers[row]! + 0;
      if (value !== last) {
        const bytes = utf8(spell(value));
        lastCode = output.intern(bytes, 0, bytes.length);
        if (lastCode === 0) return false;
        last = value;
      }
      codes[row] = lastCode;
    }
    return true;
  };
  return { vector: output.vector, step: (batch) => output.fill(batch, write) };
}
