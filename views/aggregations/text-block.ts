/** Texts in heap blocks: a u32 length and UTF-8 bytes. Compared by bytes, which is the order of code points. */
import { Heap } from './heap.ts';

const LENGTH_BYTES = 4;
const LOOP_BYTES_MAX = 64;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Where some text lies. */
export interface TextSpan {
  bytes: Uint8Array;
  start: number;
  length: number;
}

export const textLength = (heap: Heap, block: number): number => heap.words[block / 4]!;

/** Valid until the heap's next `allocate`. */
export const textSpan = (heap: Heap, block: number): TextSpan => ({
  bytes: heap.bytes,
  start: block + LENGTH_BYTES,
  length: textLength(heap, block),
});

export function releaseText(heap: Heap, block: number): void {
  heap.release(block, LENGTH_BYTES + textLength(heap, block));
}

/** A block for a text of `length` bytes: the old one (0: none) where it fits as well, else a new one. */
export function reserveText(heap: Heap, old: number, length: number): number {
  const size = LENGTH_BYTES + length;
  let block = old;
  if (old === 0) {
    block = heap.allocate(size);
  } else if (Heap.capacity(LENGTH_BYTES + textLength(heap, old)) !== Heap.capacity(size)) {
    releaseText(heap, old);
    block = heap.allocate(size);
  }
  heap.words[block / 4] = length;
  heap.touch(block, size);
  return block;
}

/** Fills a block of `reserveText` with as many bytes as it was reserved for. */
export function fillText(heap: Heap, block: number, source: Uint8Array, start: number): void {
  const length = textLength(heap, block);
  const target = heap.bytes;
  const to = block + LENGTH_BYTES;
  if (length > LOOP_BYTES_MAX) {
    target.set(source.subarray(start, start + length), to);
  } else {
    for (let index = 0; index < length; index++) target[to + index] = source[start + index]!;
  }
}

/** Less than, equal to or greater than 0, as a is before, equal to or after b. */
export function compareText(a: TextSpan, b: TextSpan): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index++) {
    const difference = a.bytes[a.start + index]! - b.bytes[b.start + index]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

export function textEquals(heap: Heap, block: number, text: TextSpan): boolean {
  if (textLength(heap, block) !== text.length) return false;
  const { bytes } = heap;
  const at = block + LENGTH_BYTES;
  for (let index = 0; index < text.length; index++) {
    if (bytes[at + index] !== text.bytes[text.start + index]) return false;
  }
  return true;
}

export const readSpan = ({ bytes, start, length }: TextSpan): string =>
  decoder.decode(bytes.subarray(start, start + length));

export const readText = (heap: Heap, block: number): string => readSpan(textSpan(heap, block));
