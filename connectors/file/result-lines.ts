/**
 * Result rows as JSON lines. Texts are built as Latin-1 strings that stand for UTF-8 bytes: the group keys, which come
 * as UTF-8 JSON, are copied through without being decoded, and the lines are written one byte a character.
 */
import type { Json } from '../../runtime/json.ts';
import type { ResultBatch, ResultSchema } from '../../runtime/result-batch.ts';
import { groupKeyColumns } from '../group-key.ts';

const toLatin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** A member's name and what stands before it. */
const member = (name: string): string => toLatin1(`,${JSON.stringify(name)}:`);

const BUFFER_BYTES_MIN = 64 * 1024;

/** Writes the lines of batches of one view into a buffer that it keeps. */
export class ResultLines {
  readonly #keyHeads: readonly string[];
  readonly #valueHeads: readonly string[];
  #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES_MIN);

  constructor(schema: ResultSchema) {
    this.#keyHeads = schema.keys.map(member);
    this.#valueHeads = schema.values.map(({ name }) => member(name));
  }

  /** The lines, valid until the next call. With `completeOnly` those of complete rows. */
  format(batch: ResultBatch, completeOnly: boolean): Uint8Array {
    const { count, windowStart, windowEnd, rows, complete, truncated, gap } = batch;
    const keys = groupKeyColumns(keysAsLatin1(batch), this.#keyHeads.length);
    const values = batch.values.map((column) => valueTexts(column, count));
    const [keyHeads, valueHeads] = [this.#keyHeads, this.#valueHeads];
    const generation = `,"generation":${batch.generation},"rows":`;
    const tails = [
      `,"complete":false,"claim":${batch.claim}`,
      `,"complete":true,"claim":${batch.claim}`,
    ];
    let at = 0;
    for (let row = 0; row < count; row++) {
      if (completeOnly && complete[row] === 0) continue;
      let line = '';
      for (let key = 0; key < keys.length; key++) line += keyHeads[key]! + keys[key]![row]!;
      line += `,"window_start":${windowStart[row]},"window_end":${windowEnd[row]}`;
      for (let value = 0; value < values.length; value++) {
        line += valueHeads[value]! + values[value]![row]!;
      }
      line += generation + rows[row] + tails[complete[row]!]!;
      if (truncated[row] === 1) line += ',"truncated":true';
      if (gap[row] === 1) line += ',"gap":true';
      line += '}\n';
      at = this.#append(line, at);
    }
    return this.#buffer.subarray(0, at);
  }

  #append(line: string, at: number): number {
    if (at + line.length > this.#buffer.length) {
      const grown = Buffer.allocUnsafeSlow(2 * (at + line.length));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
    }
    const end = at + this.#buffer.write(line, at, 'latin1');
    this.#buffer[at] = 0x7b; // '{' for the first member's comma
    return end;
  }
}

function keysAsLatin1({ keyBytes, keyStarts, count }: ResultBatch): string[] {
  const bytes = Buffer.from(keyBytes.buffer, keyBytes.byteOffset, keyBytes.byteLength);
  const from = keyStarts[0] ?? 0;
  const all = bytes.toString('latin1', from, keyStarts[count]);
  const texts = new Array<string>(count);
  for (let row = 0; row < count; row++) {
    texts[row] = all.slice(keyStarts[row]! - from, keyStarts[row + 1]! - from);
  }
  return texts;
}

function valueTexts(column: Float64Array | readonly Json[], count: number): string[] {
  const texts = new Array<string>(count);
  if (column instanceof Float64Array) {
    for (let row = 0; row < count; row++) texts[row] = numberText(column[row]!);
    return texts;
  }
  for (let row = 0; row < count; row++) {
    const value = column[row] ?? null;
    texts[row] = typeof value === 'number' ? numberText(value) : toLatin1(JSON.stringify(value));
  }
  return texts;
}

/** NaN stands for null; results are finite otherwise. `-0` is `0`. */
const numberText = (value: number): string => (Number.isFinite(value) ? `${value}` : 'null');
