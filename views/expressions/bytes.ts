/** Texts as UTF-8 bytes in dictionaries. */
import { type Dictionary, EntryType } from '../../runtime/dictionary.ts';

/** Bytes [start, start + length). */
export interface Span {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
}

export const spanOf = (dictionary: Dictionary, code: number): Span => ({
  bytes: dictionary.bytes,
  start: dictionary.starts[code]!,
  length: dictionary.lengths[code]!,
});

export const wholeSpan = (bytes: Uint8Array): Span => ({ bytes, start: 0, length: bytes.length });

/** Codes past the dictionary's end, as rows that are invalid may hold, are no text. */
export const isTextCode = (dictionary: Dictionary, code: number): boolean =>
  dictionary.types[code] === EntryType.TEXT;

/** Below, at or above 0 as `a` sorts before, with or after `b`, byte by byte. */
export function compareSpans(a: Span, b: Span): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = a.bytes[a.start + i]! - b.bytes[b.start + i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export const equalSpans = (a: Span, b: Span): boolean =>
  a.length === b.length && matchesAt(a, 0, b);

export const startsWithSpan = (a: Span, b: Span): boolean =>
  a.length >= b.length && matchesAt(a, 0, b);

export const endsWithSpan = (a: Span, b: Span): boolean =>
  a.length >= b.length && matchesAt(a, a.length - b.length, b);

/** Native search: quick also for texts made to be slow. */
export function containsSpan(a: Span, b: Span): boolean {
  return bufferOf(a).includes(bufferOf(b));
}

const bufferOf = ({ bytes, start, length }: Span) =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, length);

function matchesAt(a: Span, at: number, b: Span): boolean {
  for (let i = 0; i < b.length; i++) {
    if (a.bytes[a.start + at + i] !== b.bytes[b.start + i]) return false;
  }
  return true;
}

/** Unicode code points: bytes that do not continue one. */
export function codePoints({ bytes, start, length }: Span): number {
  let count = 0;
  for (let i = start; i < start + length; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
}

export const textOfSpan = (span: Span): string => bufferOf(span).toString('utf8');
