/**
 * One code a row for the whole group key. One grouping column: its own codes. Several: their codes side by side in 31 bits
 * while these suffice, numbered tuples beyond. What a code means lasts until `forget` or `rename` is called on the tables.
 */
import { EntryType } from '../runtime/dictionary.ts';
import type { ExpressionValues, KeyPlan } from '../views/plan.ts';
import type { ChunkValues } from './chunk-values.ts';
import type { KeyColumn } from './key-text.ts';
import { NumberCodes } from './number-codes.ts';
import { TupleCodes } from './tuple-codes.ts';

const BITS_MAX = 31;
const NO_CODES = new Uint32Array(0);
const noKeys = {
  codes: NO_CODES,
  bytes: new Uint8Array(0),
  starts: NO_CODES,
  lengths: NO_CODES,
  types: null,
};

/** What the owner of the tables does when codes change their meaning. */
export interface CodeListener {
  forget(): void;
  rename(rename: (code: number) => number): void;
}

const BOOLEANS = {
  bytes: new Uint8Array(Array.from('falsetrue', (character) => character.charCodeAt(0))),
  starts: Uint32Array.of(0, 0, 5),
  lengths: Uint32Array.of(0, 5, 4),
  types: new Uint8Array(3).fill(EntryType.BOOLEAN),
};

export class KeyCodes {
  readonly #keys: readonly KeyPlan[];
  readonly #listener: CodeListener;
  /** Of the chunk loaded, by grouping column and row. */
  readonly columns: readonly KeyColumn[];
  readonly #numbers: readonly NumberCodes[];
  readonly #numberTypes = new Map<number, Uint8Array>();
  readonly #textEpochs: number[];
  #epoch = -1;
  /** Bits of each column in a combined code; null when they are too many and tuples are numbered. */
  #bits: number[] | null;
  /** Of each column the bits that any code of the rows combined last has. */
  readonly #seen: Uint32Array;
  readonly #tuples: TupleCodes;

  constructor(keys: readonly KeyPlan[], listener: CodeListener) {
    this.#keys = keys;
    this.#listener = listener;
    this.columns = keys.map(() => ({ ...noKeys }));
    this.#numbers = keys.map(() => new NumberCodes());
    this.#textEpochs = keys.map(() => -1);
    this.#bits = keys.map(() => 1);
    this.#seen = new Uint32Array(keys.length);
    this.#tuples = new TupleCodes(keys.length);
  }

  get memoryBytes(): number {
    return this.#tuples.memoryBytes;
  }

  /** Another lane: its dictionaries are others. */
  rebind(): void {
    this.#epoch = -1;
    this.#textEpochs.fill(-1);
    for (const column of this.columns) Object.assign(column, noKeys);
    this.#startAnew();
  }

  /** Before a chunk: numbers of tuples start anew when there are too many. */
  makeRoom(): void {
    if (this.#tuples.full) this.#startAnew();
  }

  load(values: ChunkValues): void {
    if (values.chunk.epoch !== this.#epoch) {
      this.#epoch = values.chunk.epoch;
      this.#startAnew();
    }
    for (let index = 0; index < this.#keys.length; index++) {
      const { source } = this.#keys[index]!;
      const column = this.columns[index]!;
      if (source.from === 'column') {
        const dictionary = values.dictionaries[source.index]!;
        column.codes = values.columns[source.index]!.codes;
        column.bytes = dictionary.bytes;
        column.starts = dictionary.starts;
        column.lengths = dictionary.lengths;
        column.types = dictionary.types;
      } else {
        this.#loadDerived(index, values.derived(source.index), values.rows);
      }
    }
  }

  /** Codes of rows `rows[0..count)`, or of rows 0..count when null. Valid until the next call. Not for views without keys. */
  codes(rows: Uint32Array | null, count: number, scratch: Uint32Array): Uint32Array {
    const [first] = this.columns;
    if (this.columns.length === 1) {
      const { codes } = first!;
      if (rows === null) return codes;
      for (let i = 0; i < count; i++) scratch[i] = codes[rows[i]!]!;
      return scratch;
    }
    if (this.#bits !== null && !this.#combine(rows, count, scratch)) {
      // Some code is wider than any before it.
      this.#fitBits();
      if (this.#bits !== null) this.#combine(rows, count, scratch);
    }
    if (this.#bits === null) this.#tuples.intern(this.columns, rows, count, scratch);
    return scratch;
  }

  /** Codes side by side, to `out`; false where some column's need more bits than it has. Leaves the columns' `seen`. */
  #combine(rows: Uint32Array | null, count: number, out: Uint32Array): boolean {
    const bits = this.#bits!;
    const { columns } = this;
    const seen = this.#seen;
    let fits = true;
    for (let index = 0; index < columns.length; index++) {
      const { codes } = columns[index]!;
      seen[index] =
        index === 0
          ? copyCodes(out, codes, rows, count)
          : addCodes(out, codes, rows, count, bits[index]!);
      if (32 - Math.clz32(seen[index]!) > bits[index]!) fits = false;
    }
    return fits;
  }

  /** The code of a key that is null in every column. */
  get nullCode(): number {
    return this.#bits === null ? this.#tuples.nullCode() : 0;
  }

  #startAnew(): void {
    this.#bits = this.#keys.map(() => 1);
    this.#tuples.reset();
    this.#listener.forget();
  }

  #fitBits(): void {
    const old = this.#bits;
    if (old === null) return;
    const bits = old.map((before, index) => {
      return Math.max(before, 32 - Math.clz32(this.#seen[index]!));
    });
    if (bits.reduce((sum, value) => sum + value, 0) > BITS_MAX) {
      this.#bits = null;
      this.#listener.forget();
      return;
    }
    this.#bits = bits;
    this.#listener.rename((code) => widen(code, old, bits));
  }

  #loadDerived(index: number, values: ExpressionValues, rows: number): void {
    const column = this.columns[index]!;
    if (column.codes.length < rows || column.codes.buffer === values.codes.buffer) {
      column.codes = new Uint32Array(Math.max(rows, values.nulls.length));
    }
    const { codes } = column;
    const { nulls, numbers } = values;
    if (values.type === 'boolean') {
      for (let row = 0; row < rows; row++) {
        codes[row] = nulls[row] !== 0 ? 0 : numbers[row] !== 0 ? 2 : 1;
      }
      Object.assign(column, BOOLEANS);
    } else if (values.type === 'text') {
      if (values.textEpoch !== this.#textEpochs[index]) {
        this.#textEpochs[index] = values.textEpoch;
        this.#startAnew();
      }
      for (let row = 0; row < rows; row++) codes[row] = nulls[row] !== 0 ? 0 : values.codes[row]!;
      column.bytes = values.texts.bytes;
      column.starts = values.texts.starts;
      column.lengths = values.texts.lengths;
      column.types = null;
    } else {
      this.#loadNumbers(index, values, rows);
    }
  }

  #loadNumbers(index: number, { nulls, numbers }: ExpressionValues, rows: number): void {
    const column = this.columns[index]!;
    const interned = this.#numbers[index]!;
    if (interned.full) {
      interned.reset();
      this.#startAnew();
    }
    for (let row = 0; row < rows; row++) {
      column.codes[row] = nulls[row] !== 0 ? 0 : interned.intern(numbers[row]!);
    }
    column.bytes = interned.bytes;
    column.starts = interned.starts;
    column.lengths = interned.lengths;
    let types = this.#numberTypes.get(index);
    if (types === undefined || types.length < interned.starts.length) {
      types = new Uint8Array(interned.starts.length).fill(EntryType.NUMBER);
      this.#numberTypes.set(index, types);
    }
    column.types = types;
  }
}

/** out = codes. Returns the bits that any of them has. */
function copyCodes(
  out: Uint32Array,
  codes: Uint32Array,
  rows: Uint32Array | null,
  count: number,
): number {
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const code = codes[rows === null ? i : rows[i]!]!;
    out[i] = code;
    seen |= code;
  }
  return seen;
}

/** out = out << bits | codes. Returns the bits that any of the codes has. */
function addCodes(
  out: Uint32Array,
  codes: Uint32Array,
  rows: Uint32Array | null,
  count: number,
  bits: number,
): number {
  let seen = 0;
  for (let i = 0; i < count; i++) {
    const code = codes[rows === null ? i : rows[i]!]!;
    out[i] = (out[i]! << bits) | code;
    seen |= code;
  }
  return seen;
}

/** The same columns' codes with other numbers of bits. */
function widen(code: number, from: readonly number[], to: readonly number[]): number {
  let rest = code;
  let widened = 0;
  let shift = 0;
  for (let index = from.length - 1; index >= 0; index--) {
    widened |= (rest & ((1 << from[index]!) - 1)) << shift;
    rest >>>= from[index]!;
    shift += to[index]!;
  }
  return widened;
}
