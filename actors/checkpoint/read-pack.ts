/** Reads packs liberally: what is damaged is named and left out, everything else is still there. */
import { crc32 } from 'node:zlib';
import type { Damage } from './damage.ts';
import { checkpointError } from './errors.ts';
import {
  CODECS,
  type Compression,
  PACK_FORMAT,
  PACK_HEADER_BYTES,
  PACK_MAGIC,
  PACK_TRAILER_BYTES,
  type PackHead,
  SEGMENT_ENTRY_BYTES,
} from './pack.ts';

export interface PackSegment {
  readonly region: string;
  /** Offset in the region; raw length. */
  readonly offset: number;
  readonly bytes: number;
  readonly codec: string;
  /** As stored in the pack; null where it is damaged. */
  readonly stored: Uint8Array | null;
}

export interface PackContents {
  /** Null when the directory is damaged. */
  readonly head: PackHead | null;
  readonly segments: readonly PackSegment[];
  readonly damages: readonly Damage[];
}

/** Throws LA_CHECKPOINT_FORMAT for a sound pack of a newer format. */
export function readPack(object: string, pack: Uint8Array): PackContents {
  const damages: Damage[] = [];
  const report = (part: string, problem: Damage['problem'], expected: string, got: string) => {
    damages.push({ object, part, problem, expected, got });
  };
  const view = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
  const smallest = PACK_HEADER_BYTES + PACK_TRAILER_BYTES;
  if (view.length < smallest) {
    report('object', 'length', `at least ${smallest} bytes`, `${view.length} bytes`);
    return { head: null, segments: [], damages };
  }
  const magic = (at: number) => view.subarray(at, at + PACK_MAGIC.length);
  const trailer = view.subarray(view.length - PACK_TRAILER_BYTES);
  const endMagic = trailer.subarray(16);
  if (!magic(0).equals(PACK_MAGIC)) report('header', 'contents', hex(PACK_MAGIC), hex(magic(0)));
  if (!endMagic.equals(PACK_MAGIC)) {
    report('trailer', 'contents', hex(PACK_MAGIC), hex(endMagic));
    return { head: null, segments: [], damages };
  }
  const format = trailer.readUInt32LE(12);
  if (format > PACK_FORMAT) {
    throw checkpointError('LA_CHECKPOINT_FORMAT', { object, got: format, supported: PACK_FORMAT });
  }
  const directory = findDirectory(view, trailer, report);
  if (directory === null) return { head: null, segments: [], damages };
  const head = decodeHead(directory.head, report);
  if (head === null) return { head, segments: [], damages };
  const segments: PackSegment[] = [];
  for (let at = 0; at < directory.entries.length; at += SEGMENT_ENTRY_BYTES) {
    const entry = directory.entries.subarray(at, at + SEGMENT_ENTRY_BYTES);
    segments.push(readSegment(segments.length, entry, { head, view, report }));
  }
  return { head, segments, damages };
}

/** The raw bytes of a segment that is not damaged; null when they do not have the length that they should. */
export async function segmentBytes(
  segment: PackSegment,
  compression: Compression,
): Promise<Uint8Array | null> {
  const { stored, codec, bytes } = segment;
  if (stored === null) return null;
  try {
    const raw = codec === 'zstd' ? await compression.decompress(stored) : stored;
    return raw.length === bytes ? raw : null;
  } catch {
    return null;
  }
}

type Report = (part: string, problem: Damage['problem'], expected: string, got: string) => void;

function findDirectory(view: Buffer, trailer: Buffer, report: Report) {
  const bytes = trailer.readUInt32LE(0);
  const expected = trailer.readUInt32LE(4);
  const segments = trailer.readUInt32LE(8);
  const end = view.length - PACK_TRAILER_BYTES;
  const room = end - PACK_HEADER_BYTES;
  if (bytes > room || bytes < 4 + segments * SEGMENT_ENTRY_BYTES) {
    report('directory', 'length', `4 to ${room} bytes for ${segments} segments`, `${bytes} bytes`);
    return null;
  }
  const directory = view.subarray(end - bytes, end);
  const got = crc32(directory);
  if (got !== expected) {
    report('directory', 'crc32', hexNumber(expected), hexNumber(got));
    return null;
  }
  const entriesAt = bytes - segments * SEGMENT_ENTRY_BYTES;
  return { head: directory.subarray(4, entriesAt), entries: directory.subarray(entriesAt) };
}

function decodeHead(bytes: Buffer, report: Report): PackHead | null {
  try {
    // Its checksum was right: it is what encodePack wrote.
    return JSON.parse(bytes.toString()) as PackHead;
  } catch (error) {
    report('directory', 'contents', 'a JSON head', String(error));
    return null;
  }
}

function readSegment(
  index: number,
  entry: Buffer,
  { head, view, report }: { head: PackHead; view: Buffer; report: Report },
): PackSegment {
  const codecId = entry.readUInt32LE(4);
  const codec = CODECS[codecId] ?? `codec ${codecId}`;
  const region = head.regions[entry.readUInt32LE(0)]?.name ?? '?';
  const offset = entry.readDoubleLE(8);
  const placeAt = entry.readDoubleLE(16);
  const bytes = entry.readUInt32LE(24);
  const stored = view.subarray(placeAt, placeAt + entry.readUInt32LE(28));
  const expected = entry.readUInt32LE(32);
  const got = crc32(stored);
  if (got === expected) return { region, offset, bytes, codec, stored };
  const part = `segment ${index} of region ${region} at ${offset}`;
  report(part, 'crc32', hexNumber(expected), hexNumber(got));
  return { region, offset, bytes, codec, stored: null };
}

const hex = (bytes: Buffer): string => bytes.toString('hex');
const hexNumber = (value: number): string => value.toString(16).padStart(8, '0');
