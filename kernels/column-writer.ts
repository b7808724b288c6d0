/** Writes located values to a chunk's columns, one column at a time: what its kind needs is decided once per block. */
import { type ChunkColumn, Tag } from '../runtime/chunk.ts';
import { EntryType } from '../runtime/dictionary.ts';
import {
  type DictionaryWriter,
  SPOT_HIGH,
  SPOT_INTS,
  SPOT_LENGTH,
  SPOT_LOW,
  SPOT_START,
} from '../runtime/dictionary-writer.ts';
import { check } from '../runtime/errors.ts';
import { hash64, hashed, hashFinishHigh, hashFinishLow } from '../runtime/hash.ts';
import { canonicalBytes, canonicalNumber, numberText } from './canonical-number.ts';
import { unescaped, unescapeText } from './json-text.ts';
import { BLOCK_ROWS, type LocatedValues, ValueKind } from './located-values.ts';

// Copies for the loops here: the compiler folds a module's own constants, imported ones it loads every time.
const BLOCK: number = BLOCK_ROWS;
const TEXT: number = ValueKind.TEXT;
const INTEGER: number = ValueKind.INTEGER;
const DECIMAL: number = ValueKind.DECIMAL;
const PRESENT: number = Tag.PRESENT;
const INTS: number = SPOT_INTS;
const LENGTH: number = SPOT_LENGTH;
const LOW: number = SPOT_LOW;
const HIGH: number = SPOT_HIGH;
const finishLow = hashFinishLow;
const finishHigh = hashFinishHigh;

const falseBytes = new TextEncoder().encode('false');
const trueBytes = new TextEncoder().encode('true');

/** By ValueKind: the tag where a number is wanted and no number is there. */
const tagOfKind = new Uint8Array(9);
tagOfKind[ValueKind.NULL] = Tag.NULL;
tagOfKind[ValueKind.TEXT] = Tag.TEXT;
tagOfKind[ValueKind.ESCAPED_TEXT] = Tag.TEXT;
tagOfKind[ValueKind.FALSE] = Tag.FALSE;
tagOfKind[ValueKind.TRUE] = Tag.TRUE;
tagOfKind[ValueKind.CONTAINER] = Tag.INVALID;

/** Located values of a block, the bytes they lie in, and where the block goes. */
export interface Block {
  readonly values: LocatedValues;
  readonly bytes: Uint8Array;
  /** Row of the block's first record. */
  readonly firstRow: number;
  /** Rows [from, count) of the block are written. */
  readonly from: number;
  readonly count: number;
}

/** Writes a slot of the block to a column. Returns where it stopped: before `count` when the dictionary is full. */
export function writeColumn(
  block: Block,
  slot: number,
  column: ChunkColumn,
  dictionary: DictionaryWriter | undefined,
): number {
  switch (column.kind) {
    case 'f64':
      return writeNumbers(block, slot, column);
    case 'hash64':
      return writeHashes(block, slot, column);
    case 'dict32':
      check(dictionary !== undefined, 'column writer: a dict32 column has a dictionary');
      return writeCodes(block, slot, column, dictionary);
    case 'value':
      check(dictionary !== undefined, 'column writer: a value column has a dictionary');
      return writeValues(block, slot, column, dictionary);
  }
}

/** From now on the column's tags count: those of the rows before are PRESENT. */
function beginTags(column: ChunkColumn, row: number): void {
  column.tags.fill(Tag.PRESENT, 0, row);
  column.tagged = true;
}

/** After rows from `rows` on were taken back: tags count only if one of those before is other than PRESENT. */
export function takeBackTags(column: ChunkColumn, rows: number): void {
  if (column.tagged) column.tagged = column.tags.subarray(0, rows).some((tag) => tag !== PRESENT);
}

/** Sets one row's tag. */
export function setTag(column: ChunkColumn, row: number, tag: number): void {
  if (!column.tagged) {
    if (tag === Tag.PRESENT) return;
    beginTags(column, row);
  }
  column.tags[row] = tag;
}

function writeNumbers(
  { values, bytes, firstRow, from, count }: Block,
  slot: number,
  column: ChunkColumn,
) {
  const { kinds, numbers: located } = values;
  const { numbers, tags } = column;
  let { tagged } = column;
  for (let i = from; i < count; i++) {
    const cell = slot * BLOCK + i;
    const row = firstRow + i;
    const kind = kinds[cell]!;
    if (kind === INTEGER || kind === DECIMAL) {
      numbers[row] = located[cell]!;
      if (tagged) tags[row] = PRESENT;
      continue;
    }
    const number = kind === ValueKind.NUMBER ? parseNumber(values, bytes, cell) : NaN;
    numbers[row] = number;
    setTag(column, row, numberTag(kind, number));
    tagged = column.tagged;
  }
  return count;
}

function writeHashes(
  { values, bytes, firstRow, from, count }: Block,
  slot: number,
  column: ChunkColumn,
) {
  const { kinds, spots } = values;
  const { hashLow, hashHigh, tags } = column;
  let { tagged } = column;
  for (let i = from; i < count; i++) {
    const cell = slot * BLOCK + i;
    const row = firstRow + i;
    if (kinds[cell] === TEXT) {
      const spot = cell * INTS;
      const high = spots[spot + HIGH]!;
      const low = finishLow(spots[spot + LOW]!, high, spots[spot + LENGTH]!);
      hashLow[row] = low;
      hashHigh[row] = finishHigh(high, low);
      if (tagged) tags[row] = PRESENT;
      continue;
    }
    const tag = hashOther(values, bytes, cell);
    hashLow[row] = tag === Tag.PRESENT ? hashed.low : 0;
    hashHigh[row] = tag === Tag.PRESENT ? hashed.high : 0;
    setTag(column, row, tag);
    tagged = column.tagged;
  }
  return count;
}

function writeCodes(
  { values, bytes, firstRow, from, count }: Block,
  slot: number,
  column: ChunkColumn,
  dictionary: DictionaryWriter,
) {
  const { kinds, spots } = values;
  const { codes, tags } = column;
  const first = slot * BLOCK;
  for (let i = from; i < count; ) {
    const row = firstRow + i;
    let runEnd = i;
    while (runEnd < count && kinds[first + runEnd] === TEXT) runEnd++;
    const run = runEnd - i;
    if (run > 0) {
      const done = dictionary.internTexts(bytes, spots, (first + i) * INTS, run, codes, row);
      if (column.tagged) tags.fill(Tag.PRESENT, row, row + done);
      i += done;
      if (done < run) return i;
      continue;
    }
    const tag = internOther(values, bytes, first + i, dictionary);
    if (tag === Tag.PRESENT && interned === 0) return i;
    codes[row] = interned;
    setTag(column, row, tag);
    i++;
  }
  return count;
}

function writeValues(
  { values, bytes, firstRow, from, count }: Block,
  slot: number,
  column: ChunkColumn,
  dictionary: DictionaryWriter,
) {
  const { kinds, numbers: located } = values;
  const { numbers, codes } = column;
  for (let i = from; i < count; i++) {
    const cell = slot * BLOCK_ROWS + i;
    const row = firstRow + i;
    const kind = kinds[cell]!;
    let number = NaN;
    let code = 0;
    if (kind === ValueKind.INTEGER || kind === ValueKind.DECIMAL) number = located[cell]!;
    else if (kind === ValueKind.NUMBER) number = parseNumber(values, bytes, cell);
    else if (kind === ValueKind.TEXT || kind === ValueKind.ESCAPED_TEXT) {
      internOther(values, bytes, cell, dictionary);
      if (interned === 0) return i;
      code = interned;
    }
    numbers[row] = number;
    codes[row] = code;
    setTag(column, row, numberTag(kind, number));
  }
  return count;
}

/** `number` is not NaN only where the value is a number, finite or not. */
function numberTag(kind: number, number: number): number {
  if (Number.isFinite(number)) return Tag.PRESENT;
  return kind === ValueKind.NUMBER ? Tag.INVALID : tagOfKind[kind]!;
}

/** The nearest double, NaN when that is not finite. */
function parseNumber(values: LocatedValues, bytes: Uint8Array, cell: number): number {
  const start = values.spots[cell * SPOT_INTS + SPOT_START]!;
  const number = Number(
    numberText(bytes, start, start + values.spots[cell * SPOT_INTS + SPOT_LENGTH]!),
  );
  return Number.isFinite(number) ? number + 0 : NaN;
}

/** Type, bytes and ends of the value that `readEntry` looked at last. */
const entry = { type: 0, bytes: canonicalBytes, start: 0, end: 0 };

/** Makes a value ready to be hashed or interned; returns its tag, PRESENT for texts, numbers and booleans. */
function readEntry(values: LocatedValues, bytes: Uint8Array, cell: number): number {
  const kind = values.kinds[cell]!;
  const start = values.spots[cell * SPOT_INTS + SPOT_START]!;
  const end = start + values.spots[cell * SPOT_INTS + SPOT_LENGTH]!;
  switch (kind) {
    case ValueKind.INTEGER:
      return setEntry(EntryType.NUMBER, bytes, start, end);
    case ValueKind.DECIMAL:
    case ValueKind.NUMBER: {
      const length = canonicalNumber(bytes, start, end);
      if (length === 0) return Tag.INVALID;
      return setEntry(EntryType.NUMBER, canonicalBytes, 0, length);
    }
    case ValueKind.TEXT:
      return setEntry(EntryType.TEXT, bytes, start, end);
    case ValueKind.ESCAPED_TEXT: {
      const length = unescapeText(bytes, start, end);
      return setEntry(EntryType.TEXT, unescaped, 0, length);
    }
    case ValueKind.FALSE:
      return setEntry(EntryType.BOOLEAN, falseBytes, 0, falseBytes.length);
    case ValueKind.TRUE:
      return setEntry(EntryType.BOOLEAN, trueBytes, 0, trueBytes.length);
    default:
      return tagOfKind[kind]!;
  }
}

function setEntry(type: number, bytes: Uint8Array, start: number, end: number): number {
  entry.type = type;
  entry.bytes = bytes;
  entry.start = start;
  entry.end = end;
  return Tag.PRESENT;
}

/** Hash of a value that is not plain text, into `hashed`; returns the tag. Booleans have a tag instead of a hash. */
function hashOther(values: LocatedValues, bytes: Uint8Array, cell: number): number {
  const tag = readEntry(values, bytes, cell);
  if (tag !== Tag.PRESENT) return tag;
  if (entry.type === EntryType.BOOLEAN) return tagOfKind[values.kinds[cell]!]!;
  hash64(entry.type, entry.bytes, entry.start, entry.end);
  return Tag.PRESENT;
}

/** Code that `internOther` found last. */
let interned = 0;

function internOther(
  values: LocatedValues,
  bytes: Uint8Array,
  cell: number,
  dictionary: DictionaryWriter,
): number {
  const tag = readEntry(values, bytes, cell);
  const isEntry = tag === Tag.PRESENT;
  interned = isEntry ? dictionary.intern(entry.type, entry.bytes, entry.start, entry.end) : 0;
  return tag;
}
