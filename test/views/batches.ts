/** Makes batches of rows as a reader would, with dictionaries that live on from batch to batch. */
import {
  Chunk,
  type ChunkColumn,
  type ColumnSpec,
  RowStatus,
  slotBytes,
  Tag,
} from '../../runtime/chunk.ts';
import { Dictionary, dictionaryBytes, EntryType } from '../../runtime/dictionary.ts';
import { DictionaryWriter } from '../../runtime/dictionary-writer.ts';
import type { Json } from '../../runtime/json.ts';
import type { RowBatch } from '../../views/plan.ts';

export type Row = Readonly<Record<string, Json>>;

const limits = { entriesMax: 4096, bytesMax: 1 << 16 };

export class BatchMaker {
  readonly #columns: readonly ColumnSpec[];
  readonly #writers: readonly (DictionaryWriter | undefined)[];
  readonly #chunk: Chunk;
  #epoch = 1;

  constructor(columns: readonly ColumnSpec[], rowsMax = 64) {
    this.#columns = columns;
    this.#chunk = new Chunk(new ArrayBuffer(slotBytes(rowsMax, columns)), 0, rowsMax, columns);
    this.#writers = columns.map(({ kind }) => {
      if (kind !== 'dict32' && kind !== 'value') return undefined;
      const buffer = new SharedArrayBuffer(dictionaryBytes(limits));
      return new DictionaryWriter(new Dictionary(buffer, 0, limits));
    });
  }

  /** A new dictionary epoch: codes mean other texts from now on. */
  newEpoch(): void {
    this.#epoch++;
    for (const writer of this.#writers) writer?.reset();
  }

  /** `null` as a row is a malformed record: its cells keep what the slot held before. */
  batch(rows: readonly (Row | null)[]): RowBatch {
    const chunk = this.#chunk;
    chunk.reset(0, 0, this.#epoch);
    chunk.rows = rows.length;
    chunk.flagged = rows.includes(null);
    rows.forEach((row, index) => {
      chunk.status[index] = row === null ? RowStatus.MALFORMED : RowStatus.OK;
    });
    this.#columns.forEach(({ path }, index) => {
      const column = chunk.columns[index]!;
      const present = rows.map((row) => (row === null ? undefined : (row[path] ?? null)));
      present.forEach((value, row) => {
        if (value !== undefined) write(column, this.#writers[index], row, value);
      });
      column.tagged = present.some(
        (value, row) => value !== undefined && column.tags[row] !== Tag.PRESENT,
      );
    });
    const dictionaries = this.#writers.map((writer) => writer?.dictionary);
    return { chunk, rows: rows.length, columns: chunk.columns, dictionaries };
  }
}

function tagOf(value: Json): number {
  if (value === null) return Tag.NULL;
  if (typeof value === 'number') return Tag.PRESENT;
  if (typeof value === 'string') return Tag.TEXT;
  if (typeof value === 'boolean') return value ? Tag.TRUE : Tag.FALSE;
  return Tag.INVALID;
}

function write(
  column: ChunkColumn,
  writer: DictionaryWriter | undefined,
  row: number,
  value: Json,
): void {
  const tag = tagOf(value);
  const intern = (type: number, text: string) => {
    const bytes = new TextEncoder().encode(text);
    return writer?.intern(type, bytes, 0, bytes.length) ?? 0;
  };
  if (column.kind === 'dict32') {
    column.tags[row] = tag === Tag.NULL || tag === Tag.INVALID ? tag : Tag.PRESENT;
    column.codes[row] =
      typeof value === 'string'
        ? intern(EntryType.TEXT, value)
        : typeof value === 'number'
          ? intern(EntryType.NUMBER, String(value))
          : typeof value === 'boolean'
            ? intern(EntryType.BOOLEAN, String(value))
            : 0;
    return;
  }
  column.tags[row] = tag;
  column.numbers[row] = typeof value === 'number' ? value : Number.NaN;
  if (column.kind === 'value') {
    column.codes[row] = typeof value === 'string' ? intern(EntryType.TEXT, value) : 0;
  }
}
