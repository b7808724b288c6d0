/** Reads a file again and again: pass p has the file's lines with all event times `p * spanMs` later. */
import { check } from '../../runtime/errors.ts';
import type { PartitionReader, RecordBatch, SourceContext } from '../contract.ts';
import { connectorError } from '../errors.ts';
import { wholeFingerprint } from './fingerprint.ts';
import type { LineReader } from './line-reader.ts';
import { type LineFile, type OpenLinesOptions, openLines } from './open-lines.ts';

const MINUTE_MS = 60_000;
const UNITS_MS = [24 * 60 * MINUTE_MS, 60 * MINUTE_MS, 10 * MINUTE_MS, MINUTE_MS];
const SCAN_RECORDS = 8192;

export interface LoopShape {
  readonly lines: number;
  readonly spanMs: number;
  /** Of the whole file: a pass over other contents would not be the same loop. */
  readonly fingerprint: string;
}

/**
 * How far a pass moves event times: past the file's range (so that passes never overlap), in the largest whole unit of
 * day, hour, ten minutes and minute that is no longer than the range, so that windows of that length hold the same rows
 * in every pass.
 */
export function loopSpanMs(timeMin: number, timeMax: number): number {
  if (!(timeMax >= timeMin)) return MINUTE_MS; // no record has a time
  const range = timeMax - timeMin + 1;
  const unit = UNITS_MS.find((unitMs) => unitMs <= range) ?? MINUTE_MS;
  return Math.ceil(range / unit) * unit;
}

export async function measureLoop(file: LineFile, context: SourceContext): Promise<LoopShape> {
  const { maxRecordBytes } = context;
  const fingerprint = await wholeFingerprint(file.id, file.path);
  const reader = await openLines(file, 0, null, { maxRecordBytes, follow: false });
  let [timeMin, timeMax, records] = [Infinity, -Infinity, 0];
  try {
    for (;;) {
      const batch = await reader.read(SCAN_RECORDS, NEVER);
      if (batch === 'end' || batch === 'idle') break;
      records += batch.count;
      for (let row = 0; row < batch.count; row++) {
        const time = context.eventTime(batch.bytes.subarray(batch.starts[row], batch.ends[row]));
        if (time < timeMin) timeMin = time;
        if (time > timeMax) timeMax = time;
      }
    }
    if (records === 0) throw connectorError('LA_FILE_LOOP_EMPTY', { path: file.id });
    return { lines: reader.line, spanMs: loopSpanMs(timeMin, timeMax), fingerprint };
  } finally {
    await reader.close();
  }
}

const NEVER = new AbortController().signal;

export class LoopReader implements PartitionReader {
  readonly #file: LineFile;
  readonly #shape: LoopShape;
  readonly #options: OpenLinesOptions;
  #pass: number;
  #line: number;
  #reader: LineReader | null = null;
  #closed = false;

  constructor(file: LineFile, shape: LoopShape, offset: number, options: OpenLinesOptions) {
    this.#file = file;
    this.#shape = shape;
    this.#options = options;
    this.#pass = Math.floor(offset / shape.lines);
    this.#line = offset % shape.lines;
  }

  async read(maxRecords: number, signal: AbortSignal): Promise<RecordBatch | 'idle' | 'end'> {
    for (;;) {
      check(!this.#closed, 'read after close');
      this.#reader ??= await this.#openPass();
      const batch = await this.#reader.read(maxRecords, signal);
      if (batch !== 'end' && batch !== 'idle') return this.#shifted(batch);
      await this.#endPass(this.#reader);
    }
  }

  #openPass(): Promise<LineReader> {
    return openLines(this.#file, this.#line, null, this.#options);
  }

  async #endPass(reader: LineReader): Promise<void> {
    const { lines } = this.#shape;
    if (reader.line !== lines) {
      const reason = `it has ${reader.line} lines and had ${lines} when its loop began`;
      throw connectorError('LA_FILE_CHANGED', { path: this.#file.id, reason });
    }
    await reader.close();
    this.#reader = null;
    this.#pass += 1;
    this.#line = 0;
  }

  #shifted(batch: RecordBatch): RecordBatch {
    const passed = this.#pass * this.#shape.lines;
    return {
      count: batch.count,
      bytes: batch.bytes,
      starts: batch.starts,
      ends: batch.ends,
      firstOffset: passed + batch.firstOffset,
      nextOffset: passed + batch.nextOffset,
      offsets: batch.offsets?.subarray(0, batch.count).map((line) => passed + line) ?? null,
      timestamps: null,
      timeShiftMs: this.#pass * this.#shape.spanMs,
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#reader?.close();
  }
}
