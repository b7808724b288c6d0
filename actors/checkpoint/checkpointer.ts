/**
 * Commits the snapshots of one unit under one claim. One commit: the pack, then the manifest, then the pointer, which is
 * the commit point; each step is repeated until it is known to have happened. Plain asynchronous code: time, chance, store,
 * coordination and compression are handed in.
 *
 * The objects of a fenced commit are left to the garbage collector of a later claim, never removed here: a pointer that was
 * fenced may have been written all the same, and then that later claim may go on from it.
 */
import type { Claim, Coordination, ObjectStore, Pointer } from '../../connectors/contract.ts';
import type { Clock } from '../../runtime/clock.ts';
import { check, type ErrorData } from '../../runtime/errors.ts';
import { freeArrays } from '../../runtime/free-arrays.ts';
import type { Random } from '../../runtime/random.ts';
import type { Snapshot } from '../../runtime/snapshot.ts';
import { type Damage, DamageFound } from './damage.ts';
import { checkpointError } from './errors.ts';
import { GarbageCollector } from './garbage.ts';
import { insisting, type Retry } from './insist.ts';
import { commitName, commitNameOf, manifestPrefix, packPrefix, parseUnit } from './keys.ts';
import { encodeManifest, type Manifest, type ManifestRef } from './manifest.ts';
import { type Compression, encodePack } from './pack.ts';
import { readManifest, sha256Of } from './restore.ts';

export type CheckpointAlarm =
  /** Newer checkpoints were damaged: the unit goes on from an older one. */
  | {
      readonly type: 'damaged';
      readonly unit: string;
      readonly from: string;
      readonly damages: readonly Damage[];
    }
  /** A commit has been under way for so long; repeated. The error is the latest one, null when there was no answer. */
  | {
      readonly type: 'late';
      readonly unit: string;
      readonly ageMs: number;
      readonly error: ErrorData | null;
    };

export interface CheckpointerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: ObjectStore;
  readonly coordination: Coordination;
  readonly compression: Compression;
  /** Version of the program, for manifests. */
  readonly writer: string;
  readonly alarm: (alarm: CheckpointAlarm) => void;
  /** A commit under way for longer raises an alarm, again and again. */
  readonly alarmAfterMs?: number;
  /** How long an object must have been unreachable before it is removed. */
  readonly graceMs?: number;
  /** How often garbage is collected. */
  readonly garbageIntervalMs?: number;
}

/** What is committed: the newest manifest and those that the unit can fall back to, newest first. */
export interface Committed {
  readonly sequence: number;
  readonly manifest: Manifest | null;
  readonly ref: ManifestRef | null;
  readonly previous: readonly ManifestRef[];
  /** Objects that a restoration found damaged. */
  readonly damages: readonly Damage[];
}

const ALARM_AFTER_MS = 60_000;
const GRACE_MS = 10 * 60_000;
const GARBAGE_INTERVAL_MS = 60_000;
const DELTAS_MAX = 8;
const DELTA_BYTES_SHARE_MAX = 0.5;
/** An owner that does not ask `wantsFull` is a mistake. */
const CHAIN_MAX = 64;

export class Checkpointer {
  readonly unit: string;
  readonly claim: number;
  readonly #claim: Claim;
  readonly #options: CheckpointerOptions;
  readonly #garbage: GarbageCollector;
  readonly #manifests = new Map<string, Manifest>();
  #committed: Committed;
  #state: 'ready' | 'busy' | 'fenced' | 'failed' = 'ready';
  #garbageDueMs: number;

  constructor(claim: Claim, committed: Committed, options: CheckpointerOptions) {
    this.unit = claim.unit;
    this.claim = claim.claim;
    this.#claim = claim;
    this.#options = options;
    this.#committed = committed;
    const { store, clock, graceMs = GRACE_MS } = options;
    const quarantined = new Set(committed.damages.map(({ object }) => object));
    this.#garbage = new GarbageCollector({ unit: this.unit, store, clock, graceMs }, quarantined);
    this.#garbageDueMs = clock.mono();
  }

  /** Commits of the unit so far, over all claims. */
  get sequence(): number {
    return this.#committed.sequence;
  }

  /** Asked by the owner before it freezes a snapshot: whether that one must stand alone. */
  wantsFull(): boolean {
    const { manifest, damages } = this.#committed;
    if (manifest === null || damages.length > 0) return true;
    const [base, ...deltas] = manifest.chain;
    const deltaBytes = deltas.reduce((sum, { bytes }) => sum + bytes, 0);
    return deltas.length >= DELTAS_MAX || deltaBytes > DELTA_BYTES_SHARE_MAX * base!.bytes;
  }

  /**
   * Resolves once the snapshot is committed, or a later start has taken over: then nothing may be written any more.
   * Dead letters up to `snapshot.deadLetterBatch` are durable before it is called. Keeps trying while the store or the
   * coordination is away. After an error or an abort it is unknown whether it was committed: the unit must be opened anew.
   */
  async commit(snapshot: Snapshot, signal: AbortSignal): Promise<'committed' | 'fenced'> {
    if (this.#state === 'fenced') return 'fenced';
    check(
      this.#state === 'ready',
      'a checkpointer does one thing at a time, and none after a failure',
    );
    this.#state = 'busy';
    try {
      const outcome = await insistingFor(this.unit, this.#options, signal, (retry) =>
        this.#commit(snapshot, retry),
      );
      this.#state = outcome === 'committed' ? 'ready' : 'fenced';
      return outcome;
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  /**
   * Removes what no kept checkpoint needs, when it is time; to be called after a commit. Its failures are the caller's to
   * report: nothing depends on it. Returns the keys that were removed.
   */
  async collectGarbage(): Promise<readonly string[]> {
    const { clock, garbageIntervalMs = GARBAGE_INTERVAL_MS } = this.#options;
    const { ref, previous, manifest } = this.#committed;
    if (this.#state !== 'ready' || clock.mono() < this.#garbageDueMs) return [];
    if (ref === null || manifest?.claim !== this.claim) return [];
    this.#state = 'busy';
    this.#garbageDueMs = clock.mono() + garbageIntervalMs;
    try {
      const reachable = await this.#reachable([ref, ...previous]);
      return await this.#garbage.collect(reachable, ref.manifest);
    } finally {
      this.#state = 'ready';
    }
  }

  async #commit(snapshot: Snapshot, retry: Retry): Promise<'committed' | 'fenced'> {
    const { unit, claim } = this;
    const { compression } = this.#options;
    const { full, regions } = snapshot;
    const chain = full ? [] : (this.#committed.manifest?.chain ?? []);
    check(full || chain.length > 0, 'the first snapshot of a unit stands alone');
    check(chain.length < CHAIN_MAX, 'the owner heeds wantsFull');

    const sequence = this.#committed.sequence + 1;
    const head = { unit, claim, sequence, full, regions };
    const { bytes, ...sums } = await encodePack(head, snapshot.writes, compression);
    const key = `${packPrefix(unit)}${commitName(claim, sequence)}.pack`;
    const entry = { key, bytes: bytes.length, ...sums };
    await this.#put(key, bytes, retry);
    // Large, and nobody reads it any more.
    freeArrays(bytes);

    const manifest = this.#describe(snapshot, sequence, [...chain, entry]);
    const encoded = encodeManifest(manifest);
    const manifestKey = `${manifestPrefix(unit)}${commitName(claim, sequence)}.json`;
    await this.#put(manifestKey, encoded, retry);

    const ref = { manifest: manifestKey, sha256: sha256Of(encoded) };
    const previous = this.#fallbacks(full);
    const pointer: Pointer = { claim, sequence, ...ref, previous };
    const outcome = await retry(() => this.#options.coordination.commit(this.#claim, pointer));
    if (outcome === 'committed') {
      this.#committed = { sequence, manifest, ref, previous, damages: [] };
    }
    return outcome;
  }

  #describe(snapshot: Snapshot, sequence: number, chain: Manifest['chain']): Manifest {
    const { positions, meta, regions } = snapshot;
    return {
      unit: this.unit,
      generation: parseUnit(this.unit).generation,
      claim: this.claim,
      sequence,
      parent: this.#committed.ref,
      positions,
      meta,
      regions,
      chain,
      writer: this.#options.writer,
      createdMs: this.#options.clock.now(),
    };
  }

  /** All of the current chain, which becomes the older one when a full pack begins another; and all of the older one. */
  #fallbacks(full: boolean): ManifestRef[] {
    const { ref, previous, manifest } = this.#committed;
    if (ref === null) return [];
    const current = new Set(manifest?.chain.map(({ key }) => commitNameOf(key)));
    const all = [ref, ...previous];
    return full ? all.filter((each) => current.has(commitNameOf(each.manifest))) : all;
  }

  /**
   * The answer to an earlier try may have been lost: the same contents under the key are ours. Where they are gone again, a
   * later claim has collected them; ours will learn of it when it commits.
   */
  async #put(key: string, bytes: Uint8Array, retry: Retry): Promise<void> {
    const { store } = this.#options;
    for (;;) {
      if ((await retry(() => store.create(key, bytes))) === 'created') return;
      const found = await retry(() => store.read(key));
      if (found === undefined) continue;
      if (sha256Of(found) === sha256Of(bytes)) return;
      throw checkpointError('LA_CHECKPOINT_TAKEN', { object: key });
    }
  }

  async #reachable(refs: readonly ManifestRef[]): Promise<Set<string>> {
    const { store, compression } = this.#options;
    const reachable = new Set<string>();
    for (const ref of refs) {
      reachable.add(ref.manifest);
      try {
        const context = { unit: this.unit, store, compression };
        const manifest = this.#manifests.get(ref.manifest) ?? (await readManifest(ref, context));
        this.#manifests.set(ref.manifest, manifest);
        for (const { key } of manifest.chain) reachable.add(key);
      } catch (error) {
        // A damaged manifest reaches nothing; where the store fails nothing is removed.
        if (!(error instanceof DamageFound)) throw error;
      }
    }
    for (const key of this.#manifests.keys()) if (!reachable.has(key)) this.#manifests.delete(key);
    return reachable;
  }
}

export function insistingFor<T>(
  unit: string,
  { clock, random, alarm, alarmAfterMs = ALARM_AFTER_MS }: CheckpointerOptions,
  signal: AbortSignal,
  work: (retry: Retry) => Promise<T>,
): Promise<T> {
  const late = (ageMs: number, error: ErrorData | null) =>
    alarm({ type: 'late', unit, ageMs, error });
  return insisting(work, { clock, random, signal, alarmAfterMs, late });
}
