import type { ObjectStore } from '../contract.ts';
import { type FaultHooks, withFaults } from './faults.ts';

/** The objects are in `objects`, where tests and the simulator damage them. Several stores may share one map. */
export class MemoryObjectStore implements ObjectStore {
  readonly objects: Map<string, Uint8Array>;
  readonly #hooks: FaultHooks;

  constructor(objects: Map<string, Uint8Array> = new Map(), hooks: FaultHooks = {}) {
    this.objects = objects;
    this.#hooks = hooks;
  }

  create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    return withFaults(this.#hooks, { kind: 'create', key }, () => {
      if (this.objects.has(key)) return 'exists';
      // Not slice: that of a Buffer is a view of the same bytes.
      this.objects.set(key, new Uint8Array(bytes));
      return 'created';
    });
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return withFaults(this.#hooks, { kind: 'read', key }, () => {
      const found = this.objects.get(key);
      return found === undefined ? undefined : new Uint8Array(found);
    });
  }

  list(prefix: string): Promise<string[]> {
    return withFaults(this.#hooks, { kind: 'list', key: prefix }, () =>
      [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort(),
    );
  }

  remove(key: string): Promise<void> {
    return withFaults(this.#hooks, { kind: 'remove', key }, () => {
      this.objects.delete(key);
    });
  }
}
