/**
 * A pack: the region writes of one snapshot as an immutable object. All numbers little-endian.
 *
 *     16 bytes   header: magic, u32 format version, u32 zero
 *     …          stored bytes of the segments, one after another
 *     …          directory: u32 bytes of the head, the head (JSON), 36 bytes a segment:
 *                u32 region (index in the head), u32 codec, f64 offset in the region, f64 place in the pack,
 *                u32 bytes, u32 stored bytes, u32 crc32 of the stored bytes
 *     24 bytes   trailer: u32 bytes of the directory, u32 its crc32, u32 segments, u32 format version, magic
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, crc32, zstdCompress, zstdDecompress } from 'node:zlib';
import { check } from '../../runtime/errors.ts';
import { freeArrays } from '../../runtime/free-arrays.ts';
import type { RegionWrite, Snapshot } from '../../runtime/snapshot.ts';

export const PACK_FORMAT = 1;
export const PACK_HEADER_BYTES = 16;
export const PACK_TRAILER_BYTES = 24;
export const SEGMENT_ENTRY_BYTES = 36;
export const PACK_MAGIC = Buffer.from('LA\r\npck\n', 'latin1');
export const CODECS = ['raw', 'zstd'] as const;
const RAW = CODECS.indexOf('raw');

const SEGMENT_BYTES_MAX = 4 << 20;
const COMPRESSED_BYTES_MIN = 256;
/** Compressed bytes are kept below this share of the raw ones. */
const COMPRESSION_PAYS = 0.9;

/** Compression as the checkpointer is handed it: on the thread pool in production, at once in the simulator. */
export interface Compression {
  /** The result is the caller's: its memory may be freed. */
  compress(bytes: Uint8Array): Promise<Uint8Array>;
  decompress(bytes: Uint8Array): Promise<Uint8Array>;
}

const compressAsync = promisify(zstdCompress);
const decompressAsync = promisify(zstdDecompress);
const ZSTD_PARAMS = { [constants.ZSTD_c_compressionLevel]: 1 };
/** Node.js lends a part of a buffer that it shares to outputs that are smaller than this. */
const SHARED_BYTES_MAX = 256 * 1024;

export const zstdCompression: Compression = {
  // At once into one buffer that is large enough (ZSTD_compressBound), instead of one trip to the thread pool for each 16 KiB.
  compress: (bytes) =>
    compressAsync(bytes, {
      params: ZSTD_PARAMS,
      pledgedSrcSize: bytes.length,
      chunkSize: bytes.length + (bytes.length >>> 8) + 1024,
    }),
  decompress: (bytes) => decompressAsync(bytes),
};

export interface PackHead {
  readonly unit: string;
  readonly claim: number;
  readonly sequence: number;
  readonly full: boolean;
  /** Every region at this cut and its length in bytes. */
  readonly regions: readonly { readonly name: string; readonly bytes: number }[];
}

export interface Pack {
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly crc32: number;
}

interface Segment {
  readonly region: number;
  readonly offset: number;
  readonly bytes: number;
  readonly codec: number;
  readonly stored: Uint8Array;
}

/** The bytes must not change until it resolves. */
export async function encodePack(
  head: PackHead,
  writes: Snapshot['writes'],
  compression: Compression,
): Promise<Pack> {
  const index = new Map(head.regions.map(({ name }, at) => [name, at]));
  const pieces = piecesOf(writes);
  const segments: Segment[] = [];
  for (const piece of pieces) {
    const region = index.get(piece.region);
    check(region !== undefined, 'a region that is written exists at the cut');
    check(
      piece.offset + piece.bytes.length <= head.regions[region]!.bytes,
      'a region is written within its length',
    );
    segments.push(await toSegment(region, piece, compression));
  }
  const bytes = assemble(head, segments);
  return {
    bytes,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    crc32: crc32(bytes),
  };
}

/** Neighbouring writes become one segment, large ones several, in the order of the writes: later ones win. */
function piecesOf(writes: readonly RegionWrite[]): RegionWrite[] {
  const pieces: RegionWrite[] = [];
  let run: Uint8Array[] = [];
  let runBytes = 0;
  let first: RegionWrite | undefined;
  const flush = () => {
    if (first === undefined) return;
    const bytes = run.length === 1 ? run[0]! : Buffer.concat(run, runBytes);
    pieces.push({ region: first.region, offset: first.offset, bytes });
    first = undefined;
    run = [];
    runBytes = 0;
  };
  for (const { region, offset, bytes } of writes) {
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES_MAX) {
      const part = bytes.subarray(at, at + SEGMENT_BYTES_MAX);
      const follows = first?.region === region && first.offset + runBytes === offset + at;
      if (!follows || runBytes + part.length > SEGMENT_BYTES_MAX) flush();
      first ??= { region, offset: offset + at, bytes: part };
      run.push(part);
      runBytes += part.length;
    }
  }
  flush();
  return pieces;
}

async function toSegment(
  region: number,
  { offset, bytes }: RegionWrite,
  compression: Compression,
): Promise<Segment> {
  const raw = { region, offset, bytes: bytes.length, codec: RAW, stored: bytes };
  if (bytes.length < COMPRESSED_BYTES_MIN) return raw;
  const stored = await compression.compress(bytes);
  if (stored.length <= bytes.length * COMPRESSION_PAYS) {
    return { ...raw, codec: CODECS.indexOf('zstd'), stored };
  }
  release(stored);
  return raw;
}

/** Frees what the compression made, where that is a buffer of its own. */
function release(compressed: Uint8Array): void {
  if (compressed.buffer.byteLength > SHARED_BYTES_MAX) freeArrays(compressed);
}

function assemble(head: PackHead, segments: readonly Segment[]): Uint8Array {
  const headBytes = Buffer.from(JSON.stringify(head));
  const directoryBytes = 4 + headBytes.length + segments.length * SEGMENT_ENTRY_BYTES;
  const storedBytes = segments.reduce((sum, { stored }) => sum + stored.length, 0);
  const pack = Buffer.alloc(PACK_HEADER_BYTES + storedBytes + directoryBytes + PACK_TRAILER_BYTES);
  PACK_MAGIC.copy(pack, 0);
  pack.writeUInt32LE(PACK_FORMAT, 8);

  const directoryAt = PACK_HEADER_BYTES + storedBytes;
  pack.writeUInt32LE(headBytes.length, directoryAt);
  headBytes.copy(pack, directoryAt + 4);
  let entryAt = directoryAt + 4 + headBytes.length;
  let at = PACK_HEADER_BYTES;
  for (const { region, offset, bytes, codec, stored } of segments) {
    const { length } = stored;
    pack.set(stored, at);
    const checksum = crc32(stored);
    if (codec !== RAW) release(stored);
    pack.writeUInt32LE(region, entryAt);
    pack.writeUInt32LE(codec, entryAt + 4);
    pack.writeDoubleLE(offset, entryAt + 8);
    pack.writeDoubleLE(at, entryAt + 16);
    pack.writeUInt32LE(bytes, entryAt + 24);
    pack.writeUInt32LE(length, entryAt + 28);
    pack.writeUInt32LE(checksum, entryAt + 32);
    entryAt += SEGMENT_ENTRY_BYTES;
    at += length;
  }

  const trailerAt = directoryAt + directoryBytes;
  pack.writeUInt32LE(directoryBytes, trailerAt);
  pack.writeUInt32LE(crc32(pack.subarray(directoryAt, trailerAt)), trailerAt + 4);
  pack.writeUInt32LE(segments.length, trailerAt + 8);
  pack.writeUInt32LE(PACK_FORMAT, trailerAt + 12);
  PACK_MAGIC.copy(pack, trailerAt + 16);
  return pack;
}
