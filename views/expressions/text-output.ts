/**
 * Texts that an expression makes: interned into a dictionary of its own, which grows up to a limit and then starts a new
 * epoch when it is full. Only a batch that does not fit even an empty one makes it grow further.
 */
import {
  Dictionary,
  type DictionaryLimits,
  dictionaryBytes,
  EntryType,
} from '../../runtime/dictionary.ts';
import { DictionaryWriter } from '../../runtime/dictionary-writer.ts';
import type { RowBatch } from '../plan.ts';
import { isTextCode, type Span, spanOf } from './bytes.ts';
import { emptyDictionary } from './leaves.ts';
import { tableSize } from './text-tests.ts';
import { capacityOf, type TextVector } from './vectors.ts';

/** A longer result is null. */
export const TEXT_RESULT_BYTES_MAX = 4096;

const AT_FIRST: DictionaryLimits = { entriesMax: 1 << 10, bytesMax: 1 << 16 };
const ENTRIES_MAX = 1 << 16;

export class TextOutput {
  readonly vector: TextVector = {
    holds: 'texts',
    codes: new Uint32Array(0),
    dictionary: emptyDictionary,
    epoch: 0,
  };
  #limits: DictionaryLimits;
  readonly #entriesMax: number;
  #writer: DictionaryWriter;

  /** `entriesMax`: where growing ends, unless one batch needs more. */
  constructor(limits = AT_FIRST, entriesMax = ENTRIES_MAX) {
    this.#limits = limits;
    this.#entriesMax = entriesMax;
    this.#writer = this.#create();
  }

  /** Interns the text; 0 when the dictionary is full: the batch has to be done again by `fill`. */
  intern(bytes: Uint8Array, start: number, length: number): number {
    return this.#writer.intern(EntryType.TEXT, bytes, start, start + length);
  }

  /** Lets `write` fill the codes of a batch, once more with an empty dictionary each time it returns false. */
  fill(batch: RowBatch, write: (codes: Uint32Array, rows: number) => boolean): void {
    const { vector } = this;
    if (vector.codes.length < batch.rows) vector.codes = new Uint32Array(capacityOf(batch));
    if (write(vector.codes, batch.rows)) return;
    if (this.#limits.entriesMax < this.#entriesMax) this.#grow();
    else {
      this.#writer.reset();
      vector.epoch++;
    }
    while (!write(vector.codes, batch.rows)) this.#grow();
  }

  #grow(): void {
    const { entriesMax, bytesMax } = this.#limits;
    this.#limits = { entriesMax: entriesMax * 2, bytesMax: bytesMax * 2 };
    this.#writer = this.#create();
  }

  #create(): DictionaryWriter {
    const buffer = new ArrayBuffer(dictionaryBytes(this.#limits));
    const dictionary = new Dictionary(buffer, 0, this.#limits);
    this.vector.dictionary = dictionary;
    this.vector.epoch++;
    return new DictionaryWriter(dictionary);
  }
}

/** Code in an output of each text of a source, made once per code while the epochs of both stay. */
export class CodeMap {
  readonly #source: TextVector;
  readonly #output: TextOutput;
  readonly #intern: (text: Span) => number;
  /** Code + 1; 0 where not made yet. */
  #table = new Uint32Array(0);
  #sourceEpoch = -1;
  #outputEpoch = -1;

  /** `intern` gives the code of a source's text in the output, 0 when that is full. */
  constructor(source: TextVector, output: TextOutput, intern: (text: Span) => number) {
    this.#source = source;
    this.#output = output;
    this.#intern = intern;
  }

  /** To be called before the look-ups of a batch. */
  begin(): void {
    const { epoch } = this.#output.vector;
    if (this.#source.epoch === this.#sourceEpoch && epoch === this.#outputEpoch) return;
    this.#table.fill(0);
    this.#sourceEpoch = this.#source.epoch;
    this.#outputEpoch = epoch;
  }

  /** 0 where the source has no text; -1 when the output is full. */
  lookUp(code: number): number {
    const kept = code < this.#table.length ? this.#table[code]! : 0;
    if (kept !== 0) return kept - 1;
    const { dictionary } = this.#source;
    if (!isTextCode(dictionary, code)) return 0;
    const text = spanOf(dictionary, code);
    const fits = text.length <= TEXT_RESULT_BYTES_MAX;
    const made = fits ? this.#intern(text) : 0;
    if (fits && made === 0) return -1;
    if (code >= this.#table.length) {
      const grown = new Uint32Array(tableSize(code, dictionary));
      grown.set(this.#table);
      this.#table = grown;
    }
    this.#table[code] = made + 1;
    return made;
  }
}
