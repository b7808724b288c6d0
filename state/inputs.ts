/** Inputs as aggregations take them: a column's own array where all rows are folded, a gathered one otherwise. */
import { canonicalNumberText } from '../kernels/canonical-number.ts';
import { EntryType } from '../runtime/dictionary.ts';
import { hash64, hashed } from '../runtime/hash.ts';
import type {
  HashInput,
  InputArrays,
  InputKind,
  ValueInput,
} from '../views/aggregations/contract.ts';
import type { ExpressionValues, ValueSource } from '../views/plan.ts';
import type { ChunkValues } from './chunk-values.ts';
import type { Selection } from './selection.ts';

const NO_NUMBERS = new Float64Array(0);
const textBytes = new TextEncoder();

/** The arrays of one input of one aggregation, gathered into memory that is used again. */
export class InputReader {
  readonly #kind: InputKind;
  readonly #source: ValueSource | null;
  #numbers = NO_NUMBERS;
  #codes = new Uint32Array(0);
  #low = new Uint32Array(0);
  #high = new Uint32Array(0);

  /** `source` is null for the event time and for conditions. */
  constructor(kind: InputKind, source: ValueSource | null) {
    this.#kind = kind;
    this.#source = source;
  }

  /** Valid until the next `read`. None of the selected rows is null. */
  read(values: ChunkValues, selection: Selection): InputArrays[InputKind] {
    switch (this.#kind) {
      case 'condition':
        return undefined;
      case 'time':
        return this.#gather(values.chunk.time, selection);
      case 'number':
        return this.#gather(this.#numbersOf(values), selection);
      case 'value':
        return this.#value(values, selection);
      case 'hash':
        return this.#hash(values, selection);
    }
  }

  #numbersOf(values: ChunkValues): Float64Array {
    const source = this.#source!;
    return source.from === 'column'
      ? values.columns[source.index]!.numbers
      : values.derived(source.index).numbers;
  }

  #value(values: ChunkValues, selection: Selection): ValueInput {
    const source = this.#source!;
    if (source.from === 'derived') {
      const derived = values.derived(source.index);
      if (derived.type !== 'text') {
        const numbers = this.#gather(derived.numbers, selection);
        return { numbers, codes: undefined, texts: undefined };
      }
      const codes = this.#gatherCodes(derived.codes, selection);
      return { numbers: NO_NUMBERS, codes, texts: derived.texts };
    }
    const column = values.columns[source.index]!;
    const texts = values.dictionaries[source.index];
    if (column.kind === 'dict32') {
      return { numbers: NO_NUMBERS, codes: this.#gatherCodes(column.codes, selection), texts };
    }
    const numbers = this.#gather(column.numbers, selection);
    if (column.kind === 'f64' || !column.tagged)
      return { numbers, codes: undefined, texts: undefined };
    return { numbers, codes: this.#gatherCodes(column.codes, selection), texts };
  }

  #hash(values: ChunkValues, selection: Selection): HashInput {
    const source = this.#source!;
    if (source.from === 'derived')
      return this.#hashDerived(values.derived(source.index), selection);
    const { hashLow, hashHigh } = values.columns[source.index]!;
    const { rows, count } = selection;
    if (rows === null) return { low: hashLow, high: hashHigh };
    this.#reserveHashes(count);
    for (let i = 0; i < count; i++) this.#low[i] = hashLow[rows[i]!]!;
    for (let i = 0; i < count; i++) this.#high[i] = hashHigh[rows[i]!]!;
    return { low: this.#low, high: this.#high };
  }

  #hashDerived(derived: ExpressionValues, { rows, count }: Selection): HashInput {
    this.#reserveHashes(count);
    for (let i = 0; i < count; i++) {
      const row = rows === null ? i : rows[i]!;
      hashValue(derived, row);
      this.#low[i] = hashed.low;
      this.#high[i] = hashed.high;
    }
    return { low: this.#low, high: this.#high };
  }

  #gather(from: Float64Array, { rows, count }: Selection): Float64Array {
    if (rows === null) return from;
    if (this.#numbers.length < count) this.#numbers = new Float64Array(count);
    const out = this.#numbers;
    for (let i = 0; i < count; i++) out[i] = from[rows[i]!]!;
    return out;
  }

  #gatherCodes(from: Uint32Array, { rows, count }: Selection): Uint32Array {
    if (rows === null) return from;
    if (this.#codes.length < count) this.#codes = new Uint32Array(count);
    const out = this.#codes;
    for (let i = 0; i < count; i++) out[i] = from[rows[i]!]!;
    return out;
  }

  #reserveHashes(count: number): void {
    if (this.#low.length >= count) return;
    this.#low = new Uint32Array(count);
    this.#high = new Uint32Array(count);
  }
}

/** The hash that a hash64 column would hold for the value, into `hashed`. */
function hashValue({ type, numbers, codes, texts }: ExpressionValues, row: number): void {
  if (type === 'text') {
    const start = texts.starts[codes[row]!]!;
    hash64(EntryType.TEXT, texts.bytes, start, start + texts.lengths[codes[row]!]!);
    return;
  }
  const bytes = textBytes.encode(canonicalNumberText(String(numbers[row])) ?? '0');
  hash64(EntryType.NUMBER, bytes, 0, bytes.length);
}
