/** A folder whose files appear whole or not at all and survive a loss of power once a call has resolved. */
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, readFile, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { check } from '../../runtime/errors.ts';

/** Paths are relative, of parts [A-Za-z0-9._@-] parted by `/`; none begins with a dot. */
export interface DurableDirectory {
  /** `exists` when there is a file of that path already, which stays. */
  create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'>;
  /** Creates the file or puts it in the place of the one there is, at once. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  read(path: string): Promise<Uint8Array | undefined>;
  /** All files below the folder, as paths that begin with it, in ascending order. */
  list(folder: string): Promise<string[]>;
  /** No error when it is not there. */
  remove(path: string): Promise<void>;
}

const TEMPORARY = '.tmp';
/** A file being written is younger; one whose writer lives all the same costs that writer one retry. */
const LEFTOVER_AGE_MS = 10 * 60_000;
const PART = /^[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,199}$/;

const NOT_THERE = new Set(['ENOENT', 'EISDIR', 'ENOTDIR']);

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error ? String(error.code) : undefined;

export function checkPath(path: string): void {
  check(
    path.length <= 1000 && path.split('/').every((part) => PART.test(part)),
    'a path in a durable directory has safe parts only',
  );
}

export async function openDurableDirectory(root: string): Promise<DurableDirectory> {
  await mkdir(join(root, TEMPORARY), { recursive: true });
  await syncFolder(root);
  await syncFolder(dirname(root));
  await removeLeftovers(root);
  return new FileDirectory(root);
}

/** A folder to look into only: it may be somebody else's, at work, or damaged. Nothing in it is changed. */
export function readOnlyDirectory(root: string): DurableDirectory {
  const directory = new FileDirectory(root);
  const refuse = async (): Promise<never> => {
    check(false, 'a read-only directory is not written to');
  };
  return {
    read: (path) => directory.read(path),
    list: (folder) => directory.list(folder),
    create: refuse,
    replace: refuse,
    remove: refuse,
  };
}

class FileDirectory implements DurableDirectory {
  readonly #root: string;
  /** Folders that are known to survive a loss of power. */
  readonly #durable = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  async create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const target = await this.#target(path);
    const temporary = await this.#writeTemporary(bytes);
    let outcome: 'created' | 'exists' = 'created';
    try {
      await link(temporary, target);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
      outcome = 'exists';
    } finally {
      await unlink(temporary).catch(() => undefined);
    }
    // Also for one that exists: whoever made it may have died before this line.
    await syncFolder(dirname(target));
    return outcome;
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const target = await this.#target(path);
    const temporary = await this.#writeTemporary(bytes);
    await rename(temporary, target);
    await syncFolder(dirname(target));
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    checkPath(path);
    try {
      return await readFile(join(this.#root, path));
    } catch (error) {
      // A folder of that name, or a file in the place of one, is no file of that path either.
      if (NOT_THERE.has(codeOf(error) ?? '')) return undefined;
      throw error;
    }
  }

  async list(folder: string): Promise<string[]> {
    if (folder !== '') checkPath(folder);
    const paths: string[] = [];
    await this.#walk(folder, paths);
    return paths.sort();
  }

  async remove(path: string): Promise<void> {
    checkPath(path);
    try {
      await unlink(join(this.#root, path));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }

  async #walk(folder: string, paths: string[]): Promise<void> {
    let entries: Awaited<ReturnType<typeof readEntries>>;
    try {
      entries = await readEntries(join(this.#root, folder));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    for (const entry of entries) {
      if (!PART.test(entry.name)) continue;
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await this.#walk(path, paths);
      else paths.push(path);
    }
  }

  /** The file's place, in a folder that is there to stay. */
  async #target(path: string): Promise<string> {
    checkPath(path);
    const folders = path.split('/').slice(0, -1);
    let folder = this.#root;
    for (const part of folders) {
      const parent = folder;
      folder = join(folder, part);
      if (this.#durable.has(folder)) continue;
      await mkdir(folder, { recursive: true });
      await syncFolder(parent);
      this.#durable.add(folder);
    }
    return join(folder, path.slice(path.lastIndexOf('/') + 1));
  }

  async #writeTemporary(bytes: Uint8Array): Promise<string> {
    const path = join(this.#root, TEMPORARY, randomUUID());
    try {
      await writeDurably(path, bytes);
    } catch (error) {
      // The folders may have been removed under us: make them anew at the next try.
      this.#durable.clear();
      await unlink(path).catch(() => undefined);
      await mkdir(join(this.#root, TEMPORARY), { recursive: true }).catch(() => undefined);
      throw error;
    }
    return path;
  }
}

const readEntries = (path: string) => readdir(path, { withFileTypes: true });

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Ages are told by the file system's own clock, so that no other clock can make a fresh file look old. */
async function removeLeftovers(root: string): Promise<void> {
  const folder = join(root, TEMPORARY);
  const probe = join(folder, randomUUID());
  await writeDurably(probe, new Uint8Array(0));
  const { mtimeMs: nowMs } = await stat(probe);
  await unlink(probe);
  for (const name of await readdir(folder)) {
    const found = await stat(join(folder, name)).catch(() => undefined);
    if (found === undefined || nowMs - found.mtimeMs < LEFTOVER_AGE_MS) continue;
    await unlink(join(folder, name)).catch(() => undefined);
  }
}
