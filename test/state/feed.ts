/** Chunks as a reader would make them, from rows of JSON values. */

import { canonicalNumberText } from '../../kernels/canonical-number.ts';
import { type Chunk, type ColumnSpec, columnKey, RowStatus, Tag } from '../../runtime/chunk.ts';
import { EntryType } from '../../runtime/dictionary.ts';
import { DictionaryWriter } from '../../runtime/dictionary-writer.ts';
import { hash64, hashed } from '../../runtime/hash.ts';
import type { Json } from '../../runtime/json.ts';
import { Lane } from '../../runtime/lane.ts';

export interface FeedRow {
  /** Event time; null makes the row's time unreadable. */
  readonly time: number | null;
  readonly status?: number;
  /** Distance to the row before; 1 when absent. */
  readonly step?: number;
  readonly values?: Readonly<Record<string, Json>>;
}

/** Shared memories are dear (each reserves GiB of address space): lanes are used again. */
const pool = new Map<string, Lane[]>();

const encoder = new TextEncoder();

export class Feed {
  readonly lane: Lane;
  #writers: (DictionaryWriter | undefined)[];
  #epoch = 1;
  #sequence = 0;
  readonly #pooled: string;

  constructor(columns: readonly ColumnSpec[], chunkRows = 64, entriesMax = 4096) {
    const dictionary = { entriesMax, bytesMax: entriesMax * 32 };
    const options = { columns, chunkRows, slots: 4, dictionary };
    this.#pooled = JSON.stringify(options);
    this.lane = pool.get(this.#pooled)?.pop() ?? Lane.create(options);
    this.#writers = this.lane.dictionaries.map((dictionary) =>
      dictionary === undefined ? undefined : new DictionaryWriter(dictionary),
    );
  }

  /** Gives the lane to feeds made later; nobody reads it any more. */
  release(): void {
    const lanes = pool.get(this.#pooled) ?? [];
    lanes.push(this.lane);
    pool.set(this.#pooled, lanes);
  }

  /** Codes mean something else from the next chunk on. */
  newEpoch(): void {
    this.#epoch++;
    for (const writer of this.#writers) writer?.reset();
  }

  chunk(
    partition: number,
    firstOffset: number,
    rows: readonly FeedRow[],
    nextOffset?: number,
  ): Chunk {
    const chunk = this.lane.chunkAt(this.#sequence++);
    chunk.reset(partition, firstOffset, this.#epoch);
    chunk.flagged = rows.some(({ time, status }) => time === null || (status ?? 0) !== 0);
    chunk.sparse = rows.some(({ step }) => (step ?? 1) !== 1);
    let delta = 0;
    for (const [row, { time, status, step, values }] of rows.entries()) {
      if (row > 0) delta += step ?? 1;
      chunk.offsetDelta[row] = delta;
      chunk.status[row] = status ?? (time === null ? RowStatus.TIME_UNREADABLE : RowStatus.OK);
      chunk.time[row] = chunk.status[row] === RowStatus.OK ? time! : Number.NaN;
      if (chunk.status[row] === RowStatus.OK) {
        chunk.timeMin = Math.min(chunk.timeMin, time!);
        chunk.timeMax = Math.max(chunk.timeMax, time!);
      }
      chunk.columns.forEach((_, index) => {
        this.#write(chunk, index, row, values?.[this.lane.options.columns[index]!.path] ?? null);
      });
    }
    for (const column of chunk.columns) {
      column.tagged = column.tags.subarray(0, rows.length).some((tag) => tag !== Tag.PRESENT);
    }
    chunk.rows = rows.length;
    chunk.nextOffset = nextOffset ?? firstOffset + delta + (rows.length > 0 ? 1 : 0);
    return chunk;
  }

  #write(chunk: Chunk, index: number, row: number, value: Json): void {
    const column = chunk.columns[index]!;
    let tag: number = Tag.PRESENT;
    if (value === null) tag = Tag.NULL;
    else if (typeof value === 'object') tag = Tag.INVALID;
    else if (typeof value === 'boolean' && column.kind !== 'dict32')
      tag = value ? Tag.TRUE : Tag.FALSE;
    else if (typeof value === 'string' && (column.kind === 'f64' || column.kind === 'value'))
      tag = Tag.TEXT;
    const isEntry = tag === Tag.PRESENT || (tag === Tag.TEXT && column.kind === 'value');
    const type =
      typeof value === 'string'
        ? EntryType.TEXT
        : typeof value === 'number'
          ? EntryType.NUMBER
          : EntryType.BOOLEAN;
    const text = typeof value === 'number' ? canonicalNumberText(String(value))! : String(value);
    const bytes = encoder.encode(text);
    if (column.kind === 'f64' || column.kind === 'value') {
      column.numbers[row] = typeof value === 'number' ? value : Number.NaN;
    }
    if (column.kind === 'hash64') {
      hash64(type, bytes, 0, bytes.length);
      column.hashLow[row] = isEntry ? hashed.low : 0;
      column.hashHigh[row] = isEntry ? hashed.high : 0;
    }
    if (column.kind === 'dict32' || column.kind === 'value') {
      const wanted = isEntry && (column.kind === 'dict32' || type === EntryType.TEXT);
      column.codes[row] = wanted ? this.#writers[index]!.intern(type, bytes, 0, bytes.length) : 0;
    }
    column.tags[row] = tag;
  }
}

export const columnsNamed = (...names: string[]): ColumnSpec[] =>
  names.map((name) => {
    const [kind, path] = name.split(':') as [ColumnSpec['kind'], string];
    return { kind, path };
  });

export const namesOf = (columns: readonly ColumnSpec[]): string[] => columns.map(columnKey);
