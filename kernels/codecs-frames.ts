/** The frames that Kafka's clients put around compressed blocks. */
import { check } from '../runtime/errors.ts';
import { type BlockCodecs, type BlockRange, DAMAGED, FULL } from './codecs-blocks.ts';
import { kernelError } from './errors.ts';

const SIZE_MAX = 2 ** 30;

/** A frame being decoded, how far it was read, and how much was written. */
interface Decoding {
  readonly codec: 'LZ4' | 'Snappy';
  readonly blocks: BlockCodecs;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly sizeMax: number;
  at: number;
  out: number;
}

function begin(
  codec: Decoding['codec'],
  blocks: BlockCodecs,
  bytes: Uint8Array,
  sizeMax: number,
): Decoding {
  check(sizeMax >= 0 && sizeMax <= SIZE_MAX, 'codecs: sizeMax is at most 1 GiB');
  check(bytes.length <= SIZE_MAX, 'codecs: an input has at most 1 GiB');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  blocks.begin(bytes, sizeMax);
  return { codec, blocks, bytes, view, sizeMax, at: 0, out: 0 };
}

const damaged = ({ codec, bytes, at }: Decoding, reason: string) =>
  kernelError('LA_CODEC_DAMAGED', { codec, bytes: bytes.length, at, reason });

const tooLarge = ({ codec, bytes, sizeMax }: Decoding) =>
  kernelError('LA_CODEC_TOO_LARGE', { codec, bytes: bytes.length, bytesMax: sizeMax });

/** Where `length` bytes begin, which are then read. */
function pass(decoding: Decoding, length: number): number {
  const { at, bytes } = decoding;
  if (length > bytes.length - at) throw damaged(decoding, 'it ends too early');
  decoding.at = at + length;
  return at;
}

const u32 = (decoding: Decoding) => decoding.view.getUint32(pass(decoding, 4), true);

/* LZ4: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md */

const LZ4_MAGIC = 0x184d2204;
const SKIPPABLE_MAGIC = 0x184d2a50;
const UNCOMPRESSED = 0x80000000;

interface Lz4Header {
  readonly linked: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
  /** null where the frame does not say. */
  readonly contentSize: bigint | null;
  readonly blockMax: number;
}

/** One frame or more, one after another. Throws LA_CODEC_DAMAGED and LA_CODEC_TOO_LARGE. */
export function decodeLz4(blocks: BlockCodecs, bytes: Uint8Array, sizeMax: number): Uint8Array {
  const decoding = begin('LZ4', blocks, bytes, sizeMax);
  do {
    const magic = u32(decoding);
    if ((magic & ~15) === SKIPPABLE_MAGIC) pass(decoding, u32(decoding));
    else if (magic === LZ4_MAGIC) decodeLz4Frame(decoding);
    else throw damaged(decoding, 'no frame begins here');
  } while (decoding.at < bytes.length);
  return blocks.take(decoding.out);
}

function decodeLz4Frame(decoding: Decoding): void {
  const { blocks } = decoding;
  const header = readLz4Header(decoding);
  const begin = decoding.out;
  for (let size = u32(decoding); size !== 0; size = u32(decoding)) {
    const raw = size >= UNCOMPRESSED;
    const length = raw ? size - UNCOMPRESSED : size;
    if (length > header.blockMax)
      throw damaged(decoding, 'a block is larger than the frame allows');
    const from = pass(decoding, length);
    if (header.blockChecksums && u32(decoding) !== blocks.hashInput(from, from + length))
      throw damaged(decoding, "a block's checksum differs");
    decodeLz4Block(decoding, header, { raw, from, to: from + length, begin });
  }
  const written = decoding.out - begin;
  if (header.contentSize !== null && header.contentSize !== BigInt(written))
    throw damaged(decoding, 'its size is not what the frame says');
  if (header.contentChecksum && u32(decoding) !== blocks.hashOutput(begin, decoding.out))
    throw damaged(decoding, "the frame's checksum differs");
}

function readLz4Header(decoding: Decoding): Lz4Header {
  const from = pass(decoding, 2);
  const flags = decoding.bytes[from]!;
  const sizes = decoding.bytes[from + 1]!;
  if (flags >> 6 !== 1 || (flags & 2) !== 0 || (sizes & 0x8f) !== 0 || sizes >> 4 < 4)
    throw damaged(decoding, 'its header has unknown flags');
  if ((flags & 1) !== 0) throw damaged(decoding, 'it needs a dictionary');
  const contentSize =
    (flags & 8) === 0 ? null : decoding.view.getBigUint64(pass(decoding, 8), true);
  const end = pass(decoding, 1);
  if (decoding.bytes[end] !== ((decoding.blocks.hashInput(from, end) >>> 8) & 255))
    throw damaged(decoding, "its header's checksum differs");
  return {
    linked: (flags & 32) === 0,
    blockChecksums: (flags & 16) !== 0,
    contentChecksum: (flags & 4) !== 0,
    contentSize,
    blockMax: 2 ** (8 + 2 * (sizes >> 4)),
  };
}

interface Lz4Block {
  readonly raw: boolean;
  readonly from: number;
  readonly to: number;
  /** Of the frame's output. */
  readonly begin: number;
}

function decodeLz4Block(decoding: Decoding, header: Lz4Header, block: Lz4Block): void {
  const { blocks, out, sizeMax } = decoding;
  const { raw, from, to, begin } = block;
  const room = Math.min(header.blockMax, sizeMax - out);
  const range: BlockRange = { from, to, out, outEnd: out + (raw ? to - from : room) };
  if (raw && to - from > room) throw tooLarge(decoding);
  blocks.reserve(range.outEnd);
  if (raw) blocks.copy(range);
  const written = raw ? to - from : blocks.lz4Block(range, header.linked ? begin : out);
  if (written === FULL && room < header.blockMax) throw tooLarge(decoding);
  if (written < 0) throw damaged(decoding, 'the block before this byte does not decode');
  decoding.out = out + written;
}

/* Snappy: https://github.com/google/snappy/blob/main/format_description.txt; the framing is xerial's, of its Java library. */

const XERIAL_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0];
/** The magic and two versions. */
const XERIAL_HEADER_BYTES = 16;
/** A block unpacks to at most 64 bytes for three of its own. */
const SNAPPY_RATIO_MAX = 22;

const hasXerialMagic = ({ bytes, at }: Decoding) =>
  XERIAL_MAGIC.every((byte, index) => bytes[at + index] === byte);

/** A raw block, or blocks in xerial's framing. Throws LA_CODEC_DAMAGED and LA_CODEC_TOO_LARGE. */
export function decodeSnappy(blocks: BlockCodecs, bytes: Uint8Array, sizeMax: number): Uint8Array {
  const decoding = begin('Snappy', blocks, bytes, sizeMax);
  if (!hasXerialMagic(decoding)) {
    decodeSnappyBlock(decoding, bytes.length);
    return blocks.take(decoding.out);
  }
  while (decoding.at < bytes.length) {
    // Streams may follow one another; as a length the magic would be negative.
    if (hasXerialMagic(decoding)) {
      pass(decoding, XERIAL_HEADER_BYTES);
      continue;
    }
    const length = decoding.view.getUint32(pass(decoding, 4));
    pass(decoding, length);
    decoding.at -= length;
    decodeSnappyBlock(decoding, decoding.at + length);
  }
  return blocks.take(decoding.out);
}

function decodeSnappyBlock(decoding: Decoding, to: number): void {
  const { blocks, out, sizeMax } = decoding;
  const size = readVarint(decoding, to);
  const from = decoding.at;
  if (size > SNAPPY_RATIO_MAX * (to - from)) throw damaged(decoding, 'it cannot hold what it says');
  if (size > sizeMax - out) throw tooLarge(decoding);
  blocks.reserve(out + size);
  if (blocks.snappyBlock({ from, to, out, outEnd: out + size }) === DAMAGED)
    throw damaged(decoding, 'the block from this byte on does not decode');
  decoding.at = to;
  decoding.out = out + size;
}

/** A size below 2^32, seven bits a byte. */
function readVarint(decoding: Decoding, to: number): number {
  let value = 0;
  for (let power = 1; power <= 2 ** 28 && decoding.at < to; power *= 128) {
    const byte = decoding.bytes[decoding.at++]!;
    value += (byte & 127) * power;
    if (byte < 128 && value < 2 ** 32) return value;
    if (byte < 128) break;
  }
  throw damaged(decoding, 'its size is none');
}
