/** Result rows as JSON lines, byte by byte. */
import type { Json } from '../../runtime/json.ts';
import type { ResultBatch, ResultSchema } from '../../runtime/result-batch.ts';
import {
  type Constant,
  constant,
  NUMBER_BYTES_MAX,
  WRITE_SLACK,
  writeConstant,
  writeNumber,
  writePlainText,
} from './json-bytes.ts';
import { writeKeyMembers } from './key-members.ts';

/** A member's name and what stands before it; the first of a line has its brace instead of the comma. */
const memberText = (name: string, first = false): string =>
  `${first ? '{' : ','}${JSON.stringify(name)}:`;

/** Of the members of the version, the window and the flags. */
const NAMES_BYTES_MAX = 256;
const [COMPLETE, TRUNCATED, GAP] = [1, 2, 4];
const TAILS = 8;

/** Writes the lines of batches of one view into a buffer that it keeps. */
export class ResultLines {
  readonly #keyHeads: readonly Constant[];
  readonly #windowHead: string;
  readonly #valueHeads: readonly Constant[];
  /** Of a line without its keys and its JSON values. */
  readonly #lineBytesMax: number;
  #buffer = Buffer.alloc(0);
  #out: DataView = new DataView(new ArrayBuffer(0));

  constructor({ keys, values }: ResultSchema) {
    const keyHeads = keys.map((name, at) => memberText(name, at === 0));
    const valueHeads = values.map(({ name }) => memberText(name));
    this.#keyHeads = keyHeads.map(constant);
    this.#windowHead = memberText('window_start', keys.length === 0);
    this.#valueHeads = valueHeads.map(constant);
    this.#lineBytesMax =
      NAMES_BYTES_MAX +
      Buffer.byteLength([...keyHeads, ...valueHeads].join('')) +
      NUMBER_BYTES_MAX * (values.length + 5);
  }

  /** The lines, valid until the next call. With `completeOnly` those of complete rows. */
  format(batch: ResultBatch, completeOnly: boolean): Uint8Array {
    const { count, keyStarts, complete, values, windowStart, windowEnd, rows } = batch;
    const [keyHeads, valueHeads] = [this.#keyHeads, this.#valueHeads];
    const keys = viewOf(batch.keyBytes);
    const columns = values.map((column) => (column instanceof Float64Array ? column : null));
    const generation = constant(`,"generation":${batch.generation},"rows":`);
    const tails = Array.from({ length: TAILS }, (_, flags) => tail(batch.claim, flags));
    this.#reserve(0, count * this.#lineBytesMax + keys.byteLength);
    let out = this.#out;
    let at = 0;
    let window = constant('');
    let [start, end] = [Number.NaN, Number.NaN];
    let keysLeft = keys.byteLength;
    for (let row = 0; row < count; row++) {
      const keyStart = keyStarts[row]!;
      const keyEnd = keyStarts[row + 1]!;
      keysLeft -= keyEnd - keyStart;
      if (completeOnly && complete[row] === 0) continue;
      at = writeKeyMembers(out, at, keys, keyStart, keyEnd, keyHeads);
      if (windowStart[row] !== start || windowEnd[row] !== end) {
        start = windowStart[row]!;
        end = windowEnd[row]!;
        window = this.#window(start, end);
      }
      at = writeConstant(out, at, window);
      for (let value = 0; value < columns.length; value++) {
        at = writeConstant(out, at, valueHeads[value]!);
        const column = columns[value]!;
        if (column !== null) at = writeNumber(out, at, column[row]!);
        else {
          const left = (count - row) * this.#lineBytesMax + keysLeft;
          at = this.#writeJson(at, values[value]![row] ?? null, left);
          out = this.#out;
        }
      }
      at = writeNumber(out, writeConstant(out, at, generation), rows[row]!);
      at = writeConstant(out, at, tails[flagsOf(batch, row)]!);
    }
    return this.#buffer.subarray(0, at);
  }

  #window(start: number, end: number): Constant {
    return constant(
      `${this.#windowHead}${JSON.stringify(start)},"window_end":${JSON.stringify(end)}`,
    );
  }

  /** Writes any value, and leaves room for `left` bytes more. */
  #writeJson(at: number, value: Json, left: number): number {
    if (typeof value === 'number') return writeNumber(this.#out, at, value);
    if (typeof value === 'string') {
      this.#reserve(at, 3 * value.length + left);
      const end = writePlainText(this.#out, at, value);
      if (end > at) return end;
    }
    const text = JSON.stringify(value);
    this.#reserve(at, 3 * text.length + left);
    return at + this.#buffer.write(text, at);
  }

  /** Room for `bytes` more, keeping the first `at`. */
  #reserve(at: number, bytes: number): void {
    const needed = at + bytes + WRITE_SLACK;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(needed + (at >>> 1));
    this.#buffer.copy(grown, 0, 0, at);
    this.#buffer = grown;
    this.#out = viewOf(grown);
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

const flagsOf = ({ complete, truncated, gap }: ResultBatch, row: number): number =>
  complete[row]! * COMPLETE + truncated[row]! * TRUNCATED + gap[row]! * GAP;

function tail(claim: number, flags: number): Constant {
  const complete = (flags & COMPLETE) !== 0;
  const truncated = (flags & TRUNCATED) !== 0 ? ',"truncated":true' : '';
  const gap = (flags & GAP) !== 0 ? ',"gap":true' : '';
  return constant(`,"complete":${complete},"claim":${claim}${truncated}${gap}}\n`);
}
