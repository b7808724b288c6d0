/** Opens a file at a line: where a fingerprint or an earlier reading tells the position, without reading up to it. */
import { stat } from 'node:fs/promises';
import type { InputMemory } from '../../kernels/input-memory.ts';
import { connectorError } from '../errors.ts';
import { PlainBlocks, readError } from './blocks.ts';
import { lineStart, verifyPlain, verifyWhole } from './fingerprint.ts';
import { GzipBlocks } from './gzip-blocks.ts';
import { LineReader } from './line-reader.ts';
import type { Positions } from './positions.ts';

const BLOCK_BYTES_MAX = 1024 * 1024;
const BLOCK_BYTES_MIN = 64 * 1024;
const FOLLOW_BLOCK_BYTES = 256 * 1024;

/** Small files get small buffers. */
const blockBytesFor = (bytesExpected: number): number =>
  Math.min(BLOCK_BYTES_MAX, Math.max(BLOCK_BYTES_MIN, bytesExpected));

export interface LineFile {
  readonly id: string;
  readonly path: string;
  readonly gzip: boolean;
  /** Filled as the file is read. */
  readonly positions: Positions;
}

export interface OpenLinesOptions {
  readonly maxRecordBytes: number;
  readonly follow: boolean;
  /** Where to read into; without it, memory of its own. */
  readonly memory?: InputMemory | undefined;
}

export async function openLines(
  file: LineFile,
  line: number,
  fingerprint: string | null,
  options: OpenLinesOptions,
): Promise<LineReader> {
  if (fingerprint !== null) await verify(file, line, fingerprint);
  const reader = await openNear(file, line, options);
  try {
    const missing = line - reader.line;
    if (missing > 0 && (await reader.skip(missing)) < missing) {
      throw connectorError('LA_OFFSET_PAST_END', {
        partition: file.id,
        end: reader.line,
        offset: line,
      });
    }
    file.positions.add(line, reader.position);
    return reader;
  } catch (error) {
    await reader.close();
    throw error;
  }
}

async function verify(file: LineFile, line: number, fingerprint: string): Promise<void> {
  if (file.gzip) await verifyWhole(file.id, file.path, fingerprint, false);
  else file.positions.add(line, await verifyPlain(file.id, file.path, fingerprint));
}

async function openNear(file: LineFile, line: number, options: OpenLinesOptions) {
  const { id, path, gzip, positions } = file;
  const near = gzip ? { line: 0, position: 0 } : positions.before(line);
  const position = await lineStart(id, path, near.position);
  const { size } = await stat(path).catch((error) => {
    throw readError(id, error);
  });
  const follow = options.follow && !gzip;
  const blocks = gzip
    ? await GzipBlocks.open(id, path)
    : await PlainBlocks.open(id, path, position, follow);
  return new LineReader(blocks, {
    maxRecordBytes: options.maxRecordBytes,
    memory: options.memory,
    follow,
    line: near.line,
    position,
    blockBytes: follow ? FOLLOW_BLOCK_BYTES : blockBytesFor(gzip ? 8 * size : size - position),
    onPosition: (at, end) => positions.add(at, end),
  });
}
