/** Group keys, canonical JSON arrays in UTF-8, as the members of an object: their bytes are copied through. */
import { type Constant, writeConstant } from './json-bytes.ts';
import { LITTLE_ENDIAN } from './json-digits.ts';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;

/** Copies the elements of the key array in [from, to), each behind its column's head. Returns where it ended. */
export function writeKeyMembers(
  out: DataView,
  start: number,
  keys: DataView,
  from: number,
  to: number,
  heads: readonly Constant[],
): number {
  if (heads.length === 0) return start;
  const at = writeConstant(out, start, heads[0]!);
  if (heads.length === 1) return copy(out, at, keys, from + 1, to - 1);
  return copyElements(out, at, keys, from + 1, to - 1, heads);
}

function copy(out: DataView, start: number, bytes: DataView, from: number, to: number): number {
  let at = start;
  let place = from;
  for (; place + 4 <= to; place += 4, at += 4) {
    out.setInt32(at, bytes.getInt32(place, LITTLE_ENDIAN), LITTLE_ENDIAN);
  }
  for (; place < to; place++, at++) out.setUint8(at, bytes.getUint8(place));
  return at;
}

function copyElements(
  out: DataView,
  start: number,
  keys: DataView,
  from: number,
  to: number,
  heads: readonly Constant[],
): number {
  let at = start;
  let element = 1;
  let quoted = false;
  for (let place = from; place < to; place++) {
    const byte = keys.getUint8(place);
    if (byte === COMMA && !quoted) {
      at = writeConstant(out, at, heads[element]!);
      element += 1;
      continue;
    }
    out.setUint8(at++, byte);
    if (byte === QUOTE) quoted = !quoted;
    else if (byte === BACKSLASH) {
      place += 1;
      out.setUint8(at++, keys.getUint8(place));
    }
  }
  return at;
}
