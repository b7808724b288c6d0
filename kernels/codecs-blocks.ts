/** What the frames of codecs-frames.ts are decoded with: by the kernel, or by its twin. */

/** More than the output takes, and a block that is not one. */
export const FULL = -2;
export const DAMAGED = -1;

/** Input and output are the codecs' own; places are bytes from the begin of either. */
export interface BlockCodecs {
  crc32c(bytes: Uint8Array): number;
  /** Takes an input; nothing is left of the output before. `bytesMax` is the most that will be reserved. */
  begin(input: Uint8Array, bytesMax: number): void;
  /** Makes room for that many bytes of output in all, and keeps those that are there. */
  reserve(bytes: number): void;
  /** From input [from, to) to output [out, outEnd); matches reach back to `window`. Returns the bytes written, FULL or DAMAGED. */
  lz4Block(block: BlockRange, window: number): number;
  /** The elements fill [out, outEnd). Returns 0 or DAMAGED. */
  snappyBlock(block: BlockRange): number;
  /** Copies input [from, to) to the output at `out`. */
  copy(block: BlockRange): void;
  /** xxHash32 of [from, to). */
  hashInput(from: number, to: number): number;
  hashOutput(from: number, to: number): number;
  /** A copy of the first bytes of the output. */
  take(bytes: number): Uint8Array;
}

export interface BlockRange {
  from: number;
  to: number;
  out: number;
  outEnd: number;
}
