/** What kernels/c/codecs.c does, in TypeScript: byte by byte, in the same order of checks. */
import { type BlockCodecs, type BlockRange, DAMAGED, FULL } from './codecs-blocks.ts';

/** Of one literal or match. */
const LENGTH_MAX = 2 ** 30;
const PRIME1 = 0x9e3779b1;
const PRIME2 = 0x85ebca77;
const PRIME3 = 0xc2b2ae3d;
const PRIME4 = 0x27d4eb2f;
const PRIME5 = 0x165667b1;

const crcTable = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 1 ? 0x82f63b78 : 0);
  return crc;
});

export class TwinCodecs implements BlockCodecs {
  #input: Uint8Array = new Uint8Array(0);
  #output: Uint8Array = new Uint8Array(0);
  #bytesMax = 0;

  crc32c(bytes: Uint8Array): number {
    let crc = -1;
    for (let i = 0; i < bytes.length; i++) crc = crcTable[(crc ^ bytes[i]!) & 255]! ^ (crc >>> 8);
    return ~crc >>> 0;
  }

  begin(input: Uint8Array, bytesMax: number): void {
    this.#input = input;
    this.#output = new Uint8Array(0);
    this.#bytesMax = bytesMax;
  }

  reserve(bytes: number): void {
    if (bytes <= this.#output.length) return;
    const grown = Math.min(2 * this.#output.length, this.#bytesMax);
    const output = new Uint8Array(Math.max(bytes, grown));
    output.set(this.#output);
    this.#output = output;
  }

  lz4Block(block: BlockRange, window: number): number {
    return lz4Block(this.#input, this.#output, block, window);
  }

  snappyBlock(block: BlockRange): number {
    return snappyBlock(this.#input, this.#output, block);
  }

  copy({ from, to, out }: BlockRange): void {
    this.#output.set(this.#input.subarray(from, to), out);
  }

  hashInput(from: number, to: number): number {
    return xxHash32(this.#input, from, to);
  }

  hashOutput(from: number, to: number): number {
    return xxHash32(this.#output, from, to);
  }

  take(bytes: number): Uint8Array {
    const output = this.#output;
    this.begin(new Uint8Array(0), 0);
    return output.slice(0, bytes);
  }
}

/** Forwards, so that a match may repeat what it writes. */
function copyMatch(output: Uint8Array, out: number, offset: number, length: number): void {
  for (let i = out; i < out + length; i++) output[i] = output[i - offset]!;
}

/** Where `longLength` stopped reading. */
let longEnd = 0;

/** `length` and the bytes that go on with it; more than LENGTH_MAX when too long, 0 when they end too early. */
function longLength(length: number, input: Uint8Array, from: number, to: number): number {
  let sum = length;
  for (let at = from; at < to; at++) {
    const byte = input[at]!;
    sum += byte;
    longEnd = at + 1;
    if (byte < 255 || sum > LENGTH_MAX) return sum;
  }
  return 0;
}

function lz4Block(input: Uint8Array, output: Uint8Array, block: BlockRange, window: number) {
  const { to, outEnd } = block;
  let at = block.from;
  let out = block.out;
  while (at < to) {
    const token = input[at++]!;
    let length = token >> 4;
    if (length === 15) {
      length = longLength(length, input, at, to);
      if (length === 0) return DAMAGED;
      at = longEnd;
    }
    if (length > outEnd - out) return FULL;
    if (length > to - at) return DAMAGED;
    output.set(input.subarray(at, at + length), out);
    at += length;
    out += length;
    if (at === to) return out - block.out;
    if (to - at < 2) return DAMAGED;
    const offset = input[at]! | (input[at + 1]! << 8);
    at += 2;
    if (offset === 0 || offset > out - window) return DAMAGED;
    length = token & 15;
    if (length === 15) {
      length = longLength(length, input, at, to);
      if (length === 0) return DAMAGED;
      at = longEnd;
    }
    length += 4;
    if (length > outEnd - out) return FULL;
    copyMatch(output, out, offset, length);
    out += length;
  }
  return DAMAGED;
}

const littleEndian = (input: Uint8Array, at: number, bytes: number): number => {
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + input[at + i]!;
  return value;
};

function snappyBlock(input: Uint8Array, output: Uint8Array, block: BlockRange): number {
  const { to, outEnd } = block;
  let at = block.from;
  let out = block.out;
  while (at < to) {
    const tag = input[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const more = length - 60;
        if (more > to - at) return DAMAGED;
        length = littleEndian(input, at, more) + 1;
        at += more;
      }
      if (length > outEnd - out || length > to - at) return DAMAGED;
      output.set(input.subarray(at, at + length), out);
      at += length;
      out += length;
      continue;
    }
    const more = kind === 3 ? 4 : kind;
    if (more > to - at) return DAMAGED;
    const low = littleEndian(input, at, more);
    const length = kind === 1 ? 4 + ((tag >> 2) & 7) : (tag >> 2) + 1;
    const offset = kind === 1 ? low + (tag >> 5) * 256 : low;
    at += more;
    if (offset === 0 || offset > out - block.out || length > outEnd - out) return DAMAGED;
    copyMatch(output, out, offset, length);
    out += length;
  }
  return out === outEnd ? 0 : DAMAGED;
}

const rotated = (value: number, by: number) => (value << by) | (value >>> (32 - by));

const word = (bytes: Uint8Array, at: number) =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);

const xxRound = (sum: number, input: number) =>
  Math.imul(rotated((sum + Math.imul(input, PRIME2)) | 0, 13), PRIME1);

function xxHash32(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  let hash = PRIME5;
  if (to - from >= 16) {
    let [a, b, c, d] = [(PRIME1 + PRIME2) | 0, PRIME2 | 0, 0, -PRIME1 | 0];
    for (; to - at >= 16; at += 16) {
      a = xxRound(a, word(bytes, at));
      b = xxRound(b, word(bytes, at + 4));
      c = xxRound(c, word(bytes, at + 8));
      d = xxRound(d, word(bytes, at + 12));
    }
    hash = (rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)) | 0;
  }
  hash = (hash + to - from) | 0;
  for (; to - at >= 4; at += 4) {
    hash = (hash + Math.imul(word(bytes, at), PRIME3)) | 0;
    hash = Math.imul(rotated(hash, 17), PRIME4);
  }
  for (; at < to; at++) {
    hash = (hash + Math.imul(bytes[at]!, PRIME5)) | 0;
    hash = Math.imul(rotated(hash, 11), PRIME1);
  }
  hash = Math.imul(hash ^ (hash >>> 15), PRIME2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
