/** The twin of a durable directory: each operation at one instant, so that an explorer can order those of many processes. */
import { checkPath, type DurableDirectory } from '../../connectors/file/durable-directory.ts';
import { type FaultHooks, withFaults } from '../../connectors/memory/faults.ts';

export class MemoryDirectory implements DurableDirectory {
  readonly files: Map<string, Uint8Array>;
  readonly #hooks: FaultHooks;

  constructor(files: Map<string, Uint8Array> = new Map(), hooks: FaultHooks = {}) {
    this.files = files;
    this.#hooks = hooks;
  }

  create(path: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    checkPath(path);
    return withFaults(this.#hooks, { kind: 'create', key: path }, () => {
      if (this.files.has(path)) return 'exists';
      this.files.set(path, bytes.slice());
      return 'created';
    });
  }

  replace(path: string, bytes: Uint8Array): Promise<void> {
    checkPath(path);
    return withFaults(this.#hooks, { kind: 'replace', key: path }, () => {
      this.files.set(path, bytes.slice());
    });
  }

  read(path: string): Promise<Uint8Array | undefined> {
    checkPath(path);
    return withFaults(this.#hooks, { kind: 'read', key: path }, () =>
      this.files.get(path)?.slice(),
    );
  }

  list(folder: string): Promise<string[]> {
    return withFaults(this.#hooks, { kind: 'list', key: folder }, () => {
      const prefix = folder === '' ? '' : `${folder}/`;
      return [...this.files.keys()].filter((path) => path.startsWith(prefix)).sort();
    });
  }

  remove(path: string): Promise<void> {
    checkPath(path);
    return withFaults(this.#hooks, { kind: 'remove', key: path }, () => {
      this.files.delete(path);
    });
  }
}
