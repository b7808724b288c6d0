import { watch } from 'node:fs';

export interface FileWatch {
  /** Whether changes are told, as far as it is known: file systems of other machines keep silent about theirs. */
  readonly works: boolean;
  close(): void;
}

/** Calls `onChange` when the file was written to, replaced or removed; never for an error of watching. */
export function watchFile(path: string, onChange: () => void): FileWatch {
  let works = true;
  const fails = () => {
    works = false;
  };
  try {
    const watcher = watch(path, { persistent: false }, onChange);
    watcher.on('error', fails);
    return {
      get works() {
        return works;
      },
      close: () => watcher.close(),
    };
  } catch {
    // No such file any more, or no more watches to be had: it is asked as often as if it could not be watched.
    return { works: false, close: () => {} };
  }
}
