/** Taking `group_key`s apart: canonical JSON arrays of scalars, without spaces. */
import { check } from '../runtime/errors.ts';
import type { Json } from '../runtime/json.ts';
import type { ResultBatch } from '../runtime/result-batch.ts';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

/** The group keys of a batch as texts. */
export function groupKeyTexts(batch: ResultBatch): string[] {
  const { keyBytes, keyStarts, count } = batch;
  const bytes = Buffer.from(keyBytes.buffer, keyBytes.byteOffset, keyBytes.byteLength);
  const from = keyStarts[0] ?? 0;
  const to = keyStarts[count] ?? 0;
  const all = bytes.toString('utf8', from, to);
  const texts = new Array<string>(count);
  if (all.length === to - from) {
    // One byte a character: places in the bytes are places in the text.
    for (let row = 0; row < count; row++) {
      texts[row] = all.slice(keyStarts[row]! - from, keyStarts[row + 1]! - from);
    }
    return texts;
  }
  for (let row = 0; row < count; row++) {
    texts[row] = bytes.toString('utf8', keyStarts[row], keyStarts[row + 1]);
  }
  return texts;
}

/** For each of the `width` grouping columns the JSON text of each key's element. */
export function groupKeyColumns(keys: readonly string[], width: number): string[][] {
  const columns = Array.from({ length: width }, () => new Array<string>(keys.length));
  if (width === 1) {
    const column = columns[0]!;
    for (let row = 0; row < keys.length; row++) column[row] = keys[row]!.slice(1, -1);
    return columns;
  }
  for (let row = 0; row < keys.length; row++) splitInto(columns, row, keys[row]!);
  return columns;
}

function splitInto(columns: string[][], row: number, key: string): void {
  const end = key.length - 1;
  let from = 1;
  for (const column of columns) {
    const to = endOfElement(key, from, end);
    column[row] = key.slice(from, to);
    from = to + 1;
  }
  check(from === end + 1 || columns.length === 0, 'a group key has one element a grouping column');
}

/** Index of the comma after the element that begins at `from`, or `end`. */
function endOfElement(key: string, from: number, end: number): number {
  let at = from;
  if (key.charCodeAt(at) === QUOTE) {
    for (at += 1; at < end; at++) {
      const unit = key.charCodeAt(at);
      if (unit === BACKSLASH) at += 1;
      else if (unit === QUOTE) break;
    }
  }
  while (at < end && key.charCodeAt(at) !== COMMA) at += 1;
  return at;
}

/** The value of an element's JSON text. Integers beyond 2^53 lose digits: the text has them. */
export function elementValue(text: string): Exclude<Json, object> | null {
  if (text.charCodeAt(0) === QUOTE && !text.includes('\\')) return text.slice(1, -1);
  const value: Exclude<Json, object> | null = JSON.parse(text);
  return value;
}
