/** Result rows as JSON lines, byte by byte: the group keys come as UTF-8 JSON and are copied through. */
import type { ResultBatch, ResultSchema } from '../../runtime/result-batch.ts';
import { NUMBER_BYTES_MAX, writeBytes, writeNumber } from './json-bytes.ts';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

/** A member's name and what stands before it; the first of a line has its brace instead of the comma. */
const member = (name: string, first = false): Uint8Array =>
  Buffer.from(`${first ? '{' : ','}${JSON.stringify(name)}:`);

const constant = (text: string): Uint8Array => Buffer.from(text);

const WINDOW_END = member('window_end');
const ROWS = member('rows');
const INCOMPLETE = constant(',"complete":false,"claim":');
const COMPLETE = constant(',"complete":true,"claim":');
const TRUNCATED = constant(',"truncated":true');
const GAP = constant(',"gap":true');
const END = constant('}\n');
const NAMES_BYTES_MAX = 256;

/** Writes the lines of batches of one view into a buffer that it keeps. */
export class ResultLines {
  readonly #keyHeads: readonly Uint8Array[];
  readonly #windowHead: Uint8Array;
  readonly #valueHeads: readonly Uint8Array[];
  /** Of a line without its keys and its JSON values. */
  readonly #lineBytesMax: number;
  #buffer = Buffer.alloc(0);

  constructor({ keys, values }: ResultSchema) {
    this.#keyHeads = keys.map((name, at) => member(name, at === 0));
    this.#windowHead = member('window_start', keys.length === 0);
    this.#valueHeads = values.map(({ name }) => member(name));
    const heads = [...this.#keyHeads, ...this.#valueHeads];
    this.#lineBytesMax =
      NAMES_BYTES_MAX +
      heads.reduce((bytes, head) => bytes + head.length, 0) +
      NUMBER_BYTES_MAX * (values.length + 5);
  }

  /** The lines, valid until the next call. With `completeOnly` those of complete rows. */
  format(batch: ResultBatch, completeOnly: boolean): Uint8Array {
    const { count, keyBytes, keyStarts, complete, values } = batch;
    const [keyHeads, valueHeads] = [this.#keyHeads, this.#valueHeads];
    const generation = constant(`,"generation":${batch.generation}`);
    this.#reserve(0, count * this.#lineBytesMax + keyBytes.length);
    let out = this.#buffer;
    let at = 0;
    let keysLeft = keyBytes.length;
    for (let row = 0; row < count; row++) {
      const [from, to] = [keyStarts[row]!, keyStarts[row + 1]!];
      keysLeft -= to - from;
      if (completeOnly && complete[row] === 0) continue;
      at = writeKeys(out, at, keyBytes, from, to, keyHeads);
      at = writeNumber(out, writeBytes(out, at, this.#windowHead), batch.windowStart[row]!);
      at = writeNumber(out, writeBytes(out, at, WINDOW_END), batch.windowEnd[row]!);
      for (let value = 0; value < values.length; value++) {
        at = writeBytes(out, at, valueHeads[value]!);
        const column = values[value]!;
        if (column instanceof Float64Array) at = writeNumber(out, at, column[row]!);
        else {
          const text = JSON.stringify(column[row] ?? null);
          const left = (count - row) * this.#lineBytesMax + keysLeft;
          this.#reserve(at, 3 * text.length + left);
          out = this.#buffer;
          at += out.write(text, at);
        }
      }
      at = writeTail(out, writeBytes(out, at, generation), batch, row);
    }
    return out.subarray(0, at);
  }

  /** Room for `bytes` more, keeping the first `at`. */
  #reserve(at: number, bytes: number): void {
    if (at + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(at + bytes + (at >>> 1));
    this.#buffer.copy(grown, 0, 0, at);
    this.#buffer = grown;
  }
}

/** Copies the elements of the key array in [from, to), each behind its column's name. */
function writeKeys(
  out: Uint8Array,
  start: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  heads: readonly Uint8Array[],
): number {
  if (heads.length === 0) return start;
  let at = writeBytes(out, start, heads[0]!);
  let element = 1;
  let quoted = false;
  for (let place = from + 1; place < to - 1; place++) {
    const byte = bytes[place]!;
    if (byte === COMMA && !quoted) {
      at = writeBytes(out, at, heads[element]!);
      element += 1;
      continue;
    }
    out[at++] = byte;
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === BACKSLASH) {
      place += 1;
      out[at++] = bytes[place]!;
    }
  }
  return at;
}

function writeTail(out: Uint8Array, start: number, batch: ResultBatch, row: number): number {
  let at = writeNumber(out, writeBytes(out, start, ROWS), batch.rows[row]!);
  at = writeBytes(out, at, batch.complete[row] === 1 ? COMPLETE : INCOMPLETE);
  at = writeNumber(out, at, batch.claim);
  if (batch.truncated[row] === 1) at = writeBytes(out, at, TRUNCATED);
  if (batch.gap[row] === 1) at = writeBytes(out, at, GAP);
  return writeBytes(out, at, END);
}
