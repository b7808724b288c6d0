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

/** Places of results that are kept, by pair of operands; a power of two. */
const KEPT_RESULTS = 4096;

/** Both texts after one another; null where that is too long. */
export function concat(a: TextVector, b: TextVector): Computed {
  const output = new TextOutput();
  const scratch = new Uint8Array(TEXT_RESULT_BYTES_MAX);
  const keptA = new Uint32Array(KEPT_RESULTS);
  const keptB = new Uint32Array(KEPT_RESULTS);
  /** 0 for null, which is also right for the pair (0, 0) that the arrays begin with. */
  const kept = new Uint32Array(KEPT_RESULTS);
  let epochs = '';
  const write = (codes: Uint32Array, rows: number): boolean => {
    const { dictionary: dictionaryA, codes: codesA } = a;
    const { dictionary: dictionaryB, codes: codesB } = b;
    const now = `${a.epoch} ${b.epoch} ${output.vector.epoch}`;
    if (now !== epochs) for (const array of [keptA, keptB, kept]) array.fill(0);
    epochs = now;
    for (let row = 0; row < rows; row++) {
      const codeA = codesA[row]!;
      const codeB = codesB[row]!;
      const place = (Math.imul(codeA, 0x9e3779b1) + codeB) & (KEPT_RESULTS - 1);
      if (keptA[place] !== codeA || keptB[place] !== codeB) {
        const code = join(scratch, output, spanIn(dictionaryA, codeA), spanIn(dictionaryB, codeB));
        if (code < 0) return false;
        keptA[place] = codeA;
        keptB[place] = codeB;
        kept[place] = code;
      }
      codes[row] = kept[place]!;
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
  const keptValues = new Float64Array(KEPT_RESULTS).fill(Number.NaN);
  const kept = new Uint32Array(KEPT_RESULTS);
  let epoch = output.vector.epoch;
  const write = (codes: Uint32Array, rows: number): boolean => {
    const { numbers, nulls, mayBeNull } = source;
    if (output.vector.epoch !== epoch) keptValues.fill(Number.NaN);
    epoch = output.vector.epoch;
    for (let row = 0; row < rows; row++) {
      if (mayBeNull && nulls[row] !== 0) {
        codes[row] = 0;
        continue;
      }
      const value = numbers[row]! + 0;
      const place = value & (KEPT_RESULTS - 1);
      if (keptValues[place] !== value) {
        const bytes = utf8(spell(value));
        const code = output.intern(bytes, 0, bytes.length);
        if (code === 0) return false;
        keptValues[place] = value;
        kept[place] = code;
      }
      codes[row] = kept[place]!;
    }
    return true;
  };
  return { vector: output.vector, step: (batch) => output.fill(batch, write) };
}
