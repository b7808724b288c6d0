import { LaError } from '../../runtime/errors.ts';
import { storeError } from '../checkpoint-errors.ts';
import type { ObjectStore } from '../contract.ts';
import { checkPath, type DurableDirectory, openDurableDirectory } from './durable-directory.ts';

/** Immutable objects as files below `root`, on a local file system with hard links. Errors are LA_STORE_FAILED. */
export async function openFileObjectStore(root: string): Promise<ObjectStore> {
  const directory = await attempt('open', root, () => openDurableDirectory(root));
  return fileObjectStore(directory);
}

export function fileObjectStore(directory: DurableDirectory): ObjectStore {
  return {
    async create(key, bytes) {
      checkPath(key);
      return attempt('create', key, () => directory.create(key, bytes));
    },
    async read(key) {
      checkPath(key);
      return attempt('read', key, () => directory.read(key));
    },
    async list(prefix) {
      const folder = prefix.slice(0, Math.max(0, prefix.lastIndexOf('/')));
      const keys = await attempt('list', prefix, () => directory.list(folder));
      return keys.filter((key) => key.startsWith(prefix));
    },
    async remove(key) {
      checkPath(key);
      return attempt('remove', key, () => directory.remove(key));
    },
  };
}

async function attempt<T>(action: string, key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LaError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw storeError('LA_STORE_FAILED', { action, key, reason }, error);
  }
}
