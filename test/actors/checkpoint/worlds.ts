/** Worlds to explore: the protocol on its two coordinations, and with a rule of it broken. */

import type { Claim, Coordination, Pointer } from '../../../connectors/contract.ts';
import { FileCoordination } from '../../../connectors/file/coordination.ts';
import { CoordinationState, MemoryCoordination } from '../../../connectors/memory/coordination.ts';
import type { FaultHooks } from '../../../connectors/memory/faults.ts';
import { withFaults } from '../../../connectors/memory/faults.ts';
import { MemoryObjectStore } from '../../../connectors/memory/object-store.ts';
import { decodePointer, encodePointer } from '../../../connectors/pointer.ts';
import { MemoryDirectory } from '../../connectors/memory-directory.ts';
import type { World } from './explore.ts';

const objectsOf = (): ((hooks: FaultHooks) => MemoryObjectStore) => {
  const objects = new Map<string, Uint8Array>();
  return (hooks) => new MemoryObjectStore(objects, hooks);
};

type Change = (coordination: Coordination) => Partial<Coordination>;

/** The coordination with some of its operations replaced. */
function changed(coordination: Coordination, change: Change): Coordination {
  return {
    claim: (unit) => coordination.claim(unit),
    pointer: (unit) => coordination.pointer(unit),
    commit: (claim, pointer) => coordination.commit(claim, pointer),
    get: (key) => coordination.get(key),
    put: (key, value, version) => coordination.put(key, value, version),
    units: () => coordination.units(),
    close: () => coordination.close(),
    ...change(coordination),
  };
}

export function memoryWorld(change: Change = () => ({})): World {
  const state = new CoordinationState();
  const store = objectsOf();
  return (hooks) => ({
    store: store(hooks),
    coordination: changed(new MemoryCoordination(state, hooks), change),
  });
}

export function fileWorld(change: Change = () => ({})): World {
  const files = new Map<string, Uint8Array>();
  const store = objectsOf();
  return (hooks) => ({
    store: store(hooks),
    coordination: changed(new FileCoordination(new MemoryDirectory(files, hooks)), change),
  });
}

/** Whoever commits last is right. */
export function worldWithoutFencing(): World {
  const state = new CoordinationState();
  const store = objectsOf();
  return (hooks) => {
    const commit = (claim: Claim, pointer: Pointer) =>
      withFaults(hooks, { kind: 'commit', key: claim.unit }, () => {
        state.pointers.set(claim.unit, pointer);
        return 'committed' as const;
      });
    const coordination = changed(new MemoryCoordination(state, hooks), () => ({ commit }));
    return { store: store(hooks), coordination };
  };
}

/** A commit on files that does not look again once its pointer is written. */
export function worldWithoutSecondLook(): World {
  const files = new Map<string, Uint8Array>();
  const store = objectsOf();
  const written = (pointer: Pointer): boolean =>
    [...files].some(
      ([path, bytes]) =>
        path.endsWith('.json') &&
        encodePointer(decodePointer(Buffer.from(bytes).toString(), path)) ===
          encodePointer(pointer),
    );
  return (hooks) => {
    const directory = new MemoryDirectory(files, hooks);
    const coordination = changed(new FileCoordination(directory), (sound) => ({
      commit: async (claim, pointer) => {
        const outcome = await sound.commit(claim, pointer);
        return outcome === 'fenced' && written(pointer) ? 'committed' : outcome;
      },
    }));
    return { store: store(hooks), coordination };
  };
}

/** Claims on files that overwrite each other. */
export function worldWithSharedClaims(): World {
  const files = new Map<string, Uint8Array>();
  const store = objectsOf();
  return (hooks) => {
    const directory = new MemoryDirectory(files, hooks);
    directory.create = async (path, bytes) => {
      await directory.replace(path, bytes);
      return 'created';
    };
    return { store: store(hooks), coordination: new FileCoordination(directory) };
  };
}

/** A start that goes on without a pointer of its own. */
export const withoutOwnPointer: Change = (sound) => {
  const started = new Set<number>();
  return {
    commit: async (claim, pointer) => {
      const first = claim.pointer !== null && !started.has(claim.claim);
      started.add(claim.claim);
      return first ? 'committed' : sound.commit(claim, pointer);
    },
  };
};

/** A start that looks for the pointer before it claims. */
export const pointerBeforeClaim: Change = (sound) => ({
  claim: async (unit) => {
    const pointer = await sound.pointer(unit);
    return { ...(await sound.claim(unit)), pointer };
  },
});
