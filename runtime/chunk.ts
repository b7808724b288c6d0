/**
 * Chunks: one partition's records as columns in shared memory. A lane's memory holds a fixed number of slots, each
 * laid out alike, so that every thread makes its typed-array views once and none is made per chunk.
 *
 * Ownership: the producer writes a slot between claiming and publishing its sequence on the ring; afterwards it is
 * read-only until every cursor has passed it. The ring's atomic store and load order all plain accesses here.
 */

/**
 * What a column carries for each row:
 * - `f64`: the number.
 * - `dict32`: a code into the column's dictionary; entries are typed (text, number, boolean), so `1` and `"1"` differ.
 * - `hash64`: 64-bit hash of the typed value, in two u32 halves, for distinct counts.
 * - `value`: a number in `numbers`, or, where the tag says text, a dictionary code in `codes`.
 */
export type ColumnKind = 'f64' | 'dict32' | 'hash64' | 'value';

export interface ColumnSpec {
  /** Dot path into the record, or `$timestamp`, `$key`, `$partition`, `$offset`. */
  readonly path: string;
  readonly kind: ColumnKind;
}

export const columnKey = (spec: ColumnSpec): string => `${spec.kind}:${spec.path}`;

/** Per row and column: why the column's own array holds no value. Absent (`tagged` false) when all rows are PRESENT. */
export const Tag = { PRESENT: 0, NULL: 1, TEXT: 2, FALSE: 3, TRUE: 4, INVALID: 5 } as const;

/** Per row: why the record is invalid for every view. Absent (`flagged` false) when all rows are OK. */
export const RowStatus = {
  OK: 0,
  MALFORMED: 1,
  NOT_AN_OBJECT: 2,
  TOO_LARGE: 3,
  INVALID_UTF8: 4,
  TIME_MISSING: 5,
  TIME_UNREADABLE: 6,
  TIME_AHEAD: 7,
} as const;

export const rowStatusReasons: readonly string[] = [
  'ok',
  'malformed',
  'not_an_object',
  'too_large',
  'invalid_utf8',
  'time_missing',
  'time_unreadable',
  'time_ahead',
];

/** What a chunk without rows says of its partition, in order with its rows. */
export const PartitionEvent = {
  NONE: 0,
  /** A bounded partition is at its end. */
  ENDED: 1,
  /** A live partition has been silent for `idle_after`; rows make it active again. */
  IDLE: 2,
} as const;

/** Bytes of raw records kept with a chunk for the dead letters, and the most of one record. */
export const SAMPLE_BYTES = 16 * 1024;
export const SAMPLE_BYTES_PER_RECORD = 1024;

const HEADER_BYTES = 128;
const align = (bytes: number) => (bytes + 63) & ~63;

const valueBytesPerRow: Record<ColumnKind, number> = { f64: 8, dict32: 4, hash64: 8, value: 12 };

/** Bytes of one slot of `rows` rows at most. */
export function slotBytes(rows: number, columns: readonly ColumnSpec[]): number {
  let bytes = align(HEADER_BYTES + columns.length);
  bytes += align(8 * rows) + align(4 * rows) + align(rows) + SAMPLE_BYTES;
  for (const { kind } of columns) bytes += align(valueBytesPerRow[kind] * rows) + align(rows);
  return bytes;
}

/** One column of one slot: views over shared memory, made once. Arrays a kind does not have are empty. */
export class ChunkColumn {
  readonly spec: ColumnSpec;
  readonly kind: ColumnKind;
  /** f64 and value: the numbers; NaN where the tag is not PRESENT. */
  readonly numbers: Float64Array;
  /** dict32 and value: dictionary codes, 0 where there is none. */
  readonly codes: Uint32Array;
  /** hash64: low and high halves. */
  readonly hashLow: Uint32Array;
  readonly hashHigh: Uint32Array;
  /** Tag of each row; meaningful only while `tagged`. */
  readonly tags: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #index: number;

  constructor(
    buffer: ArrayBufferLike,
    offset: number,
    rows: number,
    spec: ColumnSpec,
    flags: Uint8Array,
    index: number,
  ) {
    const has = (...kinds: ColumnKind[]) => kinds.includes(spec.kind);
    this.spec = spec;
    this.kind = spec.kind;
    this.numbers = new Float64Array(buffer, offset, has('f64', 'value') ? rows : 0);
    const codesAt = spec.kind === 'value' ? offset + 8 * rows : offset;
    this.codes = new Uint32Array(buffer, codesAt, has('dict32', 'value') ? rows : 0);
    this.hashLow = new Uint32Array(buffer, offset, has('hash64') ? rows : 0);
    this.hashHigh = new Uint32Array(buffer, offset + 4 * rows, has('hash64') ? rows : 0);
    this.tags = new Uint8Array(buffer, offset + align(valueBytesPerRow[spec.kind] * rows), rows);
    this.#flags = flags;
    this.#index = index;
  }

  /** Whether any row's tag is other than PRESENT. */
  get tagged(): boolean {
    return this.#flags[this.#index] !== 0;
  }

  set tagged(value: boolean) {
    this.#flags[this.#index] = value ? 1 : 0;
  }
}

/** One slot, for its producer and its readers. */
export class Chunk {
  /** Event time of each row, epoch ms, whole; NaN where the status is not OK. */
  readonly time: Float64Array;
  /** RowStatus of each row; meaningful only while `flagged`. */
  readonly status: Uint8Array;
  /** Offset of each row minus `firstOffset`; meaningful only while `sparse`. */
  readonly offsetDelta: Uint32Array;
  /** `[row u32, length u32, bytes…]*` of refused records, see `samples`. */
  readonly sampleArea: Uint8Array;
  readonly columns: readonly ChunkColumn[];
  readonly rowsMax: number;
  readonly #header: Float64Array;

  constructor(
    buffer: ArrayBufferLike,
    offset: number,
    rowsMax: number,
    columns: readonly ColumnSpec[],
  ) {
    this.rowsMax = rowsMax;
    this.#header = new Float64Array(buffer, offset, HEADER_BYTES / 8);
    const flags = new Uint8Array(buffer, offset + HEADER_BYTES, columns.length);
    let at = offset + align(HEADER_BYTES + columns.length);
    this.time = new Float64Array(buffer, at, rowsMax);
    at += align(8 * rowsMax);
    this.offsetDelta = new Uint32Array(buffer, at, rowsMax);
    at += align(4 * rowsMax);
    this.status = new Uint8Array(buffer, at, rowsMax);
    at += align(rowsMax);
    this.sampleArea = new Uint8Array(buffer, at, SAMPLE_BYTES);
    at += SAMPLE_BYTES;
    this.columns = columns.map((spec, index) => {
      const column = new ChunkColumn(buffer, at, rowsMax, spec, flags, index);
      at += align(valueBytesPerRow[spec.kind] * rowsMax) + align(rowsMax);
      return column;
    });
  }

  /** Makes an empty chunk of the slot. Row arrays keep their old contents: the producer overwrites what it uses. */
  reset(partition: number, firstOffset: number, epoch: number): void {
    const h = this.#header;
    h.fill(0);
    h[0] = epoch;
    h[1] = partition;
    h[3] = firstOffset;
    h[4] = firstOffset;
    h[5] = Infinity;
    h[6] = -Infinity;
    for (const column of this.columns) column.tagged = false;
  }

  /** Dictionary epoch that the codes belong to. */
  get epoch(): number {
    return this.#header[0]!;
  }
  get partition(): number {
    return this.#header[1]!;
  }
  get rows(): number {
    return this.#header[2]!;
  }
  set rows(value: number) {
    this.#header[2] = value;
  }
  /** Offset of the first record covered, whether or not it became a row. */
  get firstOffset(): number {
    return this.#header[3]!;
  }
  /** Offset after the last record covered. */
  get nextOffset(): number {
    return this.#header[4]!;
  }
  set nextOffset(value: number) {
    this.#header[4] = value;
  }
  /** Smallest and largest event time of the rows that are OK; Infinity and -Infinity when there is none. */
  get timeMin(): number {
    return this.#header[5]!;
  }
  set timeMin(value: number) {
    this.#header[5] = value;
  }
  get timeMax(): number {
    return this.#header[6]!;
  }
  set timeMax(value: number) {
    this.#header[6] = value;
  }
  /** Whether any row's status is other than OK. */
  get flagged(): boolean {
    return this.#header[7] === 1;
  }
  set flagged(value: boolean) {
    this.#header[7] = value ? 1 : 0;
  }
  /** Whether offsets have gaps, so that `offsetDelta` counts. */
  get sparse(): boolean {
    return this.#header[8] === 1;
  }
  set sparse(value: boolean) {
    this.#header[8] = value ? 1 : 0;
  }
  /** PartitionEvent; other than NONE only while there are no rows. */
  get event(): number {
    return this.#header[10]!;
  }
  set event(value: number) {
    this.#header[10] = value;
  }
  get #sampleBytes(): number {
    return this.#header[9]!;
  }
  set #sampleBytes(value: number) {
    this.#header[9] = value;
  }

  offsetOf(row: number): number {
    return this.firstOffset + (this.sparse ? this.offsetDelta[row]! : row);
  }

  /** Keeps the head of a refused record for the dead letters, while there is room. */
  addSample(row: number, record: Uint8Array): void {
    const length = Math.min(record.length, SAMPLE_BYTES_PER_RECORD);
    const at = this.#sampleBytes;
    if (at + 8 + length > SAMPLE_BYTES) return;
    const area = this.sampleArea;
    new DataView(area.buffer, area.byteOffset + at).setUint32(0, row, true);
    new DataView(area.buffer, area.byteOffset + at).setUint32(4, length, true);
    area.set(record.subarray(0, length), at + 8);
    this.#sampleBytes = at + 8 + length;
  }

  /** The kept head of a row's record, copied; undefined where none was kept. */
  sampleOf(row: number): Uint8Array | undefined {
    const area = this.sampleArea;
    for (let at = 0; at < this.#sampleBytes; ) {
      const entry = new DataView(area.buffer, area.byteOffset + at);
      const length = entry.getUint32(4, true);
      if (entry.getUint32(0, true) === row) return area.slice(at + 8, at + 8 + length);
      at += 8 + length;
    }
    return undefined;
  }
}
