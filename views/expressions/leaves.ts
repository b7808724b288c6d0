/** Steps that read columns and literals. */
import { RowStatus, Tag } from '../../runtime/chunk.ts';
import { Dictionary, dictionaryBytes, EntryType } from '../../runtime/dictionary.ts';
import { check } from '../../runtime/errors.ts';
import type { RowBatch } from '../plan.ts';
import {
  capacityOf,
  type NumberVector,
  numberVector,
  reserveNulls,
  reserveNumbers,
  type Step,
  type TextVector,
} from './vectors.ts';

interface Leaf<V> {
  readonly vector: V;
  readonly step: Step;
}

/** A column in the batch. The column's place never changes, so a missing one is a fault of the program. */
export function columnOf(batch: RowBatch, index: number) {
  const column = batch.columns[index];
  check(column !== undefined, 'a batch has all columns of its view');
  return column;
}

/** Borrows the arrays of an f64 column: a tag other than PRESENT is a null. */
export function numberColumn(index: number): Leaf<NumberVector> {
  const vector = numberVector();
  return {
    vector,
    step(batch) {
      const column = columnOf(batch, index);
      vector.numbers = column.numbers;
      vector.nulls = column.tags;
      vector.mayBeNull = column.tagged;
    },
  };
}

export function booleanColumn(index: number): Leaf<NumberVector> {
  const vector = numberVector();
  let own = vector.nulls;
  return {
    vector,
    step(batch) {
      const { tags, tagged } = columnOf(batch, index);
      const numbers = reserveNumbers(vector, batch);
      own = reserveNulls(own, batch);
      vector.nulls = own;
      vector.mayBeNull = true;
      const rows = batch.rows;
      // Without tags every row holds a number, which is no boolean.
      if (!tagged) own.fill(1, 0, rows);
      for (let row = 0; tagged && row < rows; row++) {
        const tag = tags[row]!;
        numbers[row] = tag === Tag.TRUE ? 1 : 0;
        own[row] = tag === Tag.TRUE || tag === Tag.FALSE ? 0 : 1;
      }
    },
  };
}

/** Whether the path has a value: other than missing or null. */
export function presence(index: number): Leaf<NumberVector> {
  const vector = numberVector();
  return {
    vector,
    step(batch) {
      const { tags, tagged } = columnOf(batch, index);
      const numbers = reserveNumbers(vector, batch);
      const rows = batch.rows;
      if (!tagged) numbers.fill(1, 0, rows);
      for (let row = 0; tagged && row < rows; row++) numbers[row] = tags[row] === Tag.NULL ? 0 : 1;
    },
  };
}

/** A dictionary of no entries, for vectors before their first batch. */
export const emptyDictionary = (() => {
  const limits = { entriesMax: 0, bytesMax: 0 };
  return new Dictionary(new ArrayBuffer(dictionaryBytes(limits)), 0, limits);
})();

export function textColumn(index: number): Leaf<TextVector> {
  const vector: TextVector = {
    holds: 'texts',
    codes: new Uint32Array(0),
    dictionary: emptyDictionary,
    epoch: 0,
  };
  let chunkEpoch = Number.NaN;
  let own = new Uint32Array(0);
  return {
    vector,
    step(batch) {
      const { codes } = columnOf(batch, index);
      const dictionary = batch.dictionaries[index];
      check(dictionary !== undefined, 'a text column has a dictionary');
      const { chunk, rows } = batch;
      if (dictionary !== vector.dictionary || chunk.epoch !== chunkEpoch) {
        vector.dictionary = dictionary;
        vector.epoch++;
        chunkEpoch = chunk.epoch;
      }
      vector.codes = codes;
      if (!chunk.flagged) return;
      // Invalid rows may hold codes of an earlier epoch, whose meaning must not be kept for later rows.
      if (own.length < rows) own = new Uint32Array(capacityOf(batch));
      const { status } = chunk;
      for (let row = 0; row < rows; row++)
        own[row] = status[row] === RowStatus.OK ? codes[row]! : 0;
      vector.codes = own;
    },
  };
}

export function numberLiteral(value: number): Leaf<NumberVector> {
  const vector = numberVector();
  return {
    vector,
    step(batch) {
      if (vector.numbers.length >= batch.rows) return;
      vector.numbers = new Float64Array(capacityOf(batch)).fill(value);
    },
  };
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text.toWellFormed());

export function textLiteral(text: string): Leaf<TextVector> {
  const bytes = utf8(text);
  const limits = { entriesMax: 1, bytesMax: bytes.length };
  const dictionary = new Dictionary(new ArrayBuffer(dictionaryBytes(limits)), 0, limits);
  dictionary.bytes.set(bytes);
  dictionary.lengths[1] = bytes.length;
  dictionary.types[1] = EntryType.TEXT;
  const vector: TextVector = { holds: 'texts', codes: new Uint32Array(0), dictionary, epoch: 1 };
  return {
    vector,
    step(batch) {
      if (vector.codes.length >= batch.rows) return;
      vector.codes = new Uint32Array(capacityOf(batch)).fill(1);
    },
  };
}
