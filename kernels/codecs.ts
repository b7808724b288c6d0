/** CRC-32C and the compressions of Kafka's record batches that Node has not. */
import type { BlockCodecs } from './codecs-blocks.ts';
import { decodeLz4, decodeSnappy as decodeSnappyWith } from './codecs-frames.ts';
import { KernelCodecs } from './codecs-kernel.ts';
import { TwinCodecs } from './codecs-twin.ts';
import { kernelsOn } from './modules.ts';

/** One a thread, made when it is first needed. */
let made: BlockCodecs | undefined;

function blocks(): BlockCodecs {
  made ??= kernelsOn ? new KernelCodecs() : new TwinCodecs();
  return made;
}

/** CRC-32C (Castagnoli), unsigned. */
export const crc32c = (bytes: Uint8Array): number => blocks().crc32c(bytes);

/**
 * What LZ4 frames hold: with linked or independent blocks, with or without checksums, which are verified. Throws LA_CODEC_DAMAGED, and
 * LA_CODEC_TOO_LARGE for more than `sizeMax` bytes (at most 1 GiB).
 */
export const decodeLz4Frame = (bytes: Uint8Array, sizeMax: number): Uint8Array =>
  decodeLz4(blocks(), bytes, sizeMax);

/** What a raw Snappy block holds, or blocks in xerial's framing. Throws like `decodeLz4Frame`. */
export const decodeSnappy = (bytes: Uint8Array, sizeMax: number): Uint8Array =>
  decodeSnappyWith(blocks(), bytes, sizeMax);
