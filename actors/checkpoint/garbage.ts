/**
 * Removes the objects of a unit that nobody can need any more.
 *
 * Only the owner collects, only after a commit of its own claim was acknowledged, and never while it commits. It removes a
 * key only if (1) no kept manifest reaches it, (2) its claim and sequence are below those of the newest committed manifest,
 * and (3) it was seen so for the whole grace period of this process's monotonic clock. Why that is safe:
 * - A later owner restores from the pointer acknowledged last or a later one (Coordination), with what that one names as
 *   previous. Both are kept by (1) for as long as the collector is the newest claim; once it is not, it may go on with a
 *   round that began before, whose kept manifests are just those that the later owner found, since no commit of the
 *   collector's can succeed any more.
 * - What a later owner writes has a higher claim: (2), however long the collector was stopped in the middle of its round.
 *   What the collector itself has written and not yet committed has a higher sequence.
 * - Objects of a fenced commit whose pointer was written nevertheless (files): read only while no later claim has a
 *   pointer, and the collector's own is later.
 * - Onlookers (`la checkpoint`, a preloading target of a handover) hold no claim: (3) is for them, and when they find
 *   an object gone they read the pointer again.
 */
import type { ObjectStore } from '../../connectors/contract.ts';
import type { Clock } from '../../runtime/clock.ts';
import { commitNameOf, manifestPrefix, packPrefix } from './keys.ts';

export interface GarbageOptions {
  readonly unit: string;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly graceMs: number;
}

export class GarbageCollector {
  readonly #options: GarbageOptions;
  /** When a key was first seen to be unreachable, monotonic ms. */
  readonly #unreachableSince = new Map<string, number>();
  /** Damaged objects stay, for whoever wants to know what happened. */
  readonly #quarantined: ReadonlySet<string>;

  constructor(options: GarbageOptions, quarantined: ReadonlySet<string>) {
    this.#options = options;
    this.#quarantined = quarantined;
  }

  /** One round. `reachable` are all keys of the kept manifests and their packs. Returns the keys that were removed. */
  async collect(reachable: ReadonlySet<string>, newestManifest: string): Promise<string[]> {
    const { unit, store, clock, graceMs } = this.#options;
    const manifests = await store.list(manifestPrefix(unit));
    const packs = await store.list(packPrefix(unit));
    const newest = commitNameOf(newestManifest);
    const unreachable = [...manifests, ...packs].filter(
      (key) => !reachable.has(key) && commitNameOf(key) < newest && !this.#quarantined.has(key),
    );
    const nowMs = clock.mono();
    const removed: string[] = [];
    for (const key of unreachable) {
      const sinceMs = this.#unreachableSince.get(key) ?? nowMs;
      this.#unreachableSince.set(key, sinceMs);
      if (nowMs - sinceMs < graceMs) continue;
      await store.remove(key);
      this.#unreachableSince.delete(key);
      removed.push(key);
    }
    return removed;
  }
}
