/** Result rows as JSON lines, byte by byte. */
import { kernelsOn } from '../../kernels/modules.ts';
import type { Json } from '../../runtime/json.ts';
import type { ResultBatch, ResultSchema } from '../../runtime/result-batch.ts';
import {
  type Constant,
  constant,
  WRITE_SLACK,
  writeConstant,
  writeNumber,
  writePlainText,
} from './json-bytes.ts';
import { writeKeyMembers } from './key-members.ts';
import {
  flagsOf,
  type LineConstants,
  type LineVersion,
  lineConstants,
  lineVersion,
} from './line-constants.ts';
import { takeLineSlot } from './line-kernel.ts';

/** Writes the lines of batches of one view. */
export class ResultLines {
  readonly #constants: LineConstants;
  #version: LineVersion | undefined;
  #buffer = Buffer.alloc(0);
  #out: DataView = new DataView(new ArrayBuffer(0));

  constructor(schema: ResultSchema) {
    this.#constants = lineConstants(schema);
  }

  /**
   * The lines in pieces, each of whole lines and valid until the next is asked for. With `completeOnly` those of complete rows.
   * Those of several batches may be under way at once.
   */
  *pieces(batch: ResultBatch, completeOnly: boolean): Generator<Uint8Array, void> {
    const slot = kernelsOn && isNumeric(batch) ? takeLineSlot() : null;
    if (slot === null) {
      // The buffer is the next caller's before this piece is written.
      yield Buffer.from(this.format(batch, completeOnly));
      return;
    }
    try {
      for (let row = 0; row < batch.count; ) {
        const loaded = slot.load(batch, this.#constants, this.#versionOf(batch), row, completeOnly);
        if (loaded === 0) yield Buffer.from(this.format(batch, completeOnly, row, row + 1));
        else for (let piece = slot.next(); piece !== null; piece = slot.next()) yield piece;
        row += Math.max(loaded, 1);
      }
    } finally {
      slot.release();
    }
  }

  /** The lines of rows [from, to), valid until the next call. What the kernel writes, without it. */
  format(batch: ResultBatch, completeOnly: boolean, from = 0, to = batch.count): Uint8Array {
    const { keyStarts, complete, values, windowStart, windowEnd, rows } = batch;
    const { keyHeads, valueHeads, lineBytesMax } = this.#constants;
    const { rowsHead, tails } = this.#versionOf(batch);
    const keys = viewOf(batch.keyBytes);
    const columns = values.map((column) => (column instanceof Float64Array ? column : null));
    let keysLeft = keyStarts[to]! - keyStarts[from]!;
    this.#reserve(0, (to - from) * lineBytesMax + keysLeft);
    let out = this.#out;
    let at = 0;
    let window = constant('');
    let [start, end] = [Number.NaN, Number.NaN];
    for (let row = from; row < to; row++) {
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
          const left = (to - row) * lineBytesMax + keysLeft;
          at = this.#writeJson(at, values[value]![row] ?? null, left);
          out = this.#out;
        }
      }
      at = writeNumber(out, writeConstant(out, at, rowsHead), rows[row]!);
      at = writeConstant(out, at, tails[flagsOf(batch, row)]!);
    }
    return this.#buffer.subarray(0, at);
  }

  #versionOf(batch: ResultBatch): LineVersion {
    const { generation, claim } = batch;
    const version = this.#version;
    if (version?.generation === generation && version.claim === claim) return version;
    const made = lineVersion(batch);
    this.#version = made;
    return made;
  }

  #window(start: number, end: number): Constant {
    const { windowStartHead, windowEndHead } = this.#constants;
    const heads = [windowStartHead, windowEndHead].map(({ words, length }) =>
      Buffer.from(words.buffer, 0, length).toString(),
    );
    return constant(`${heads[0]}${JSON.stringify(start)}${heads[1]}${JSON.stringify(end)}`);
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

const isNumeric = ({ values }: ResultBatch): boolean =>
  values.every((column) => column instanceof Float64Array);

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);
