import type { NativeModule, Piece } from './native-module.ts';

const input = (at = 0, end = 0): Piece => ({ at, bytes: end - at });
/** Matches reach back to `window`. */
const output = (window = 0, out = 0, end = 0): Piece[] => [
  { at: window, bytes: out - window },
  { at: out, bytes: end - out, output: true },
];

export const native: NativeModule = {
  corpus: ['test/kernels/codecs.test.ts'],
  share: 1,
  calls: {
    crc32c: (_, _before, bytes = 0, length = 0) => [{ at: bytes, bytes: length }],
    xxHash32: (_, bytes = 0, length = 0) => [{ at: bytes, bytes: length }],
    lz4Block: (_, from, to, window, out, end) => [input(from, to), ...output(window, out, end)],
    snappyBlock: (_, from, to, out, end) => [input(from, to), ...output(out, out, end)],
  },
};
