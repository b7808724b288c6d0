/**
 * Fingerprints: what a file looked like when a checkpoint was made. `plain <position> <bytes> <hash>` says where the
 * offset begins and hashes the bytes before it, `whole <size> <bytes> <hash>` is for files read from their start (gzip)
 * or in a loop. Hashed are the first 64 KiB and, of plain files, the last 4 KiB before the position.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { connectorError } from '../errors.ts';
import { readError } from './blocks.ts';

const HEAD_BYTES = 64 * 1024;
const TAIL_BYTES = 4 * 1024;
const NEWLINE = 10;

export async function plainFingerprint(
  id: string,
  path: string,
  position: number,
): Promise<string> {
  const bytes = Math.min(HEAD_BYTES, position);
  return withFile(id, path, async (read) => {
    const hash = createHash('sha256').update(await read(0, bytes));
    if (position > bytes) {
      const tail = Math.min(TAIL_BYTES, position - bytes);
      hash.update(await read(position - tail, tail));
    }
    return `plain ${position} ${bytes} ${hash.digest('hex').slice(0, 32)}`;
  });
}

/** Of a file that is read from its start: `bytes` of its head, which may have been all of it when it was made. */
export async function wholeFingerprint(
  id: string,
  path: string,
  headBytes = HEAD_BYTES,
): Promise<string> {
  return withFile(id, path, async (read, size) => {
    const bytes = Math.min(headBytes, size);
    const hash = createHash('sha256').update(await read(0, bytes));
    return `whole ${size} ${bytes} ${hash.digest('hex').slice(0, 32)}`;
  });
}

/** The position that a plain fingerprint names; throws LA_FILE_CHANGED when the bytes before it are not the same. */
export async function verifyPlain(id: string, path: string, fingerprint: string): Promise<number> {
  const [kind, positionText] = fingerprint.split(' ');
  const position = Number(positionText);
  if (kind !== 'plain') throw changed(id, `its fingerprint is "${fingerprint}"`);
  await withFile(id, path, async (_, size) => {
    if (size < position) throw changed(id, `it has ${size} bytes, of which ${position} were read`);
  });
  if ((await plainFingerprint(id, path, position)) !== fingerprint) {
    throw changed(id, 'its contents differ');
  }
  return position;
}

/**
 * Where the line after `position` begins: one further when `position` was the end of a last line without its newline,
 * which came since. Such a line must not have been continued.
 */
export async function lineStart(id: string, path: string, position: number): Promise<number> {
  if (position === 0) return 0;
  const border = await withFile(id, path, (read) => read(position - 1, 2));
  if (border[0] === NEWLINE || border.length < 2) return position;
  if (border[1] === NEWLINE) return position + 1;
  throw changed(id, 'its last line, which had been read, goes on');
}

/** `fixed`: the file must also have its old size. */
export async function verifyWhole(
  id: string,
  path: string,
  fingerprint: string,
  fixed: boolean,
): Promise<void> {
  const [kind, size, bytes, hash] = fingerprint.split(' ');
  if (kind !== 'whole') throw changed(id, `its fingerprint is "${fingerprint}"`);
  const now = (await wholeFingerprint(id, path, Number(bytes))).split(' ');
  if (now[3] !== hash) throw changed(id, 'its contents differ');
  if (fixed ? now[1] !== size : Number(now[1]) < Number(size)) {
    throw changed(id, `it has ${now[1]} bytes and had ${size}`);
  }
}

const changed = (id: string, reason: string) =>
  connectorError('LA_FILE_CHANGED', { path: id, reason });

type ReadAt = (position: number, length: number) => Promise<Buffer>;

async function withFile<T>(
  id: string,
  path: string,
  use: (read: ReadAt, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'r').catch((error) => {
    throw readError(id, error);
  });
  try {
    const { size } = await file.stat();
    return await use(async (position, length) => {
      const bytes = Buffer.alloc(length);
      const { bytesRead } = await file.read(bytes, 0, length, position);
      return bytes.subarray(0, bytesRead);
    }, size);
  } finally {
    await file.close();
  }
}
