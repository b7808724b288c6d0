/** The first records of a file. */
import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { sources } from '../../connectors/registry.ts';
import { systemClock } from '../../runtime/clock.ts';
import type { Json } from '../../runtime/json.ts';
import { initError } from './errors.ts';

export interface SampleRecord {
  /** As it stands in the file. */
  readonly line: string;
  readonly value: { readonly [key: string]: Json };
}

export interface Sample {
  readonly records: readonly SampleRecord[];
  /** Lines that are not JSON objects. */
  readonly bad: number;
  /** Whether the file has more records than were read. */
  readonly more: boolean;
}

const RECORDS_MAX = 50_000;
const READ_RECORDS = 4096;
const MAX_RECORD_BYTES = 2 ** 20;

/** @throws LA_INIT_NO_FILE, LA_INIT_EMPTY, LA_INIT_NOT_JSON, and what reading a file throws */
export async function readSample(path: string): Promise<Sample> {
  const absolute = resolve(path);
  const info = await stat(absolute).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw initError('LA_INIT_NO_FILE', { path, reason }, error);
  });
  if (!info.isFile()) throw initError('LA_INIT_NO_FILE', { path, reason: 'it is not a file.' });
  const reading = new SampleReading();
  const source = await sources.file.open(
    { type: 'file', path: basename(absolute) },
    {
      projectDir: dirname(absolute),
      eventTime: () => Number.NaN,
      maxRecordBytes: MAX_RECORD_BYTES,
      clock: systemClock,
    },
  );
  try {
    const reader = await source.open(basename(absolute), 0, null);
    const { signal } = new AbortController();
    while (!reading.isEnough) {
      const batch = await reader.read(READ_RECORDS, signal);
      if (batch === 'end' || batch === 'idle') break;
      for (let record = 0; record < batch.count; record++) {
        const bytes = batch.bytes.subarray(batch.starts[record], batch.ends[record]);
        reading.add(bytes, 1 + (batch.offsets?.[record] ?? batch.firstOffset + record));
      }
    }
    await reader.close();
  } finally {
    await source.close();
  }
  return reading.result(path);
}

class SampleReading {
  readonly #records: SampleRecord[] = [];
  readonly #decoder = new TextDecoder();
  #bad = 0;
  #firstBad: { line: number; problem: string; text: string } | undefined;

  get isEnough(): boolean {
    return this.#records.length + this.#bad >= RECORDS_MAX;
  }

  add(bytes: Uint8Array, line: number): void {
    const text = this.#decoder.decode(bytes);
    const parsed = objectIn(text);
    if (typeof parsed === 'string') {
      this.#bad++;
      this.#firstBad ??= { line, problem: parsed, text };
    } else {
      this.#records.push({ line: text.trim(), value: parsed });
    }
  }

  result(path: string): Sample {
    const bad = this.#bad;
    const records = this.#records;
    if (records.length + bad === 0) throw initError('LA_INIT_EMPTY', { path });
    if (this.#firstBad !== undefined && bad > records.length) {
      const { line, problem, text } = this.#firstBad;
      const context = { path, line, problem, bad, lines: bad + records.length };
      throw initError('LA_INIT_NOT_JSON', { ...context, hint: hintFor(text) });
    }
    return { records, bad, more: this.isEnough };
  }
}

/** The object, or what is wrong. */
function objectIn(text: string): SampleRecord['value'] | string {
  try {
    const value: Json = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value));
    }
    return `it is ${Array.isArray(value) ? 'an array' : JSON.stringify(value).slice(0, 40)}.`;
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}.`;
  }
}

function hintFor(text: string): string {
  const start = text.trimStart();
  if (start.startsWith('[') || start.startsWith('{')) {
    return 'Write one JSON object a line: `jq -c .` (or `jq -c ".[]"` for an array) does so.';
  }
  if (start.includes('\ufffd')) return 'Give files that are compressed with gzip the ending .gz.';
  return 'Only JSON is read: write one JSON object a line.';
}
