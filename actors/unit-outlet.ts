/**
 * One unit's way out: result batches to its sinks, dead letters to theirs, snapshots to the checkpointer, in the order
 * that never breaks: letters durable before the checkpoint that passes their rows is committed.
 */
import type { DeadLetterSink, Sink } from '../connectors/contract.ts';
import type { Behaviour } from '../runtime/actor.ts';
import { POOL_BYTES_MAX } from '../runtime/buffer-pool.ts';
import type { Clock } from '../runtime/clock.ts';
import { check, type ErrorData, errorToData } from '../runtime/errors.ts';
import { freeBuffers } from '../runtime/free-arrays.ts';
import type { Random } from '../runtime/random.ts';
import { type PartitionPosition, type Snapshot, snapshotBuffers } from '../runtime/snapshot.ts';
import type { Checkpointer, CheckpointerOptions } from './checkpoint/checkpointer.ts';
import { checkpointError } from './checkpoint/errors.ts';
import { openUnit } from './checkpoint/open-unit.ts';
import { inheritedPositions } from './generation-registry.ts';
import type { OutletAnswer, OutletMessage, UnitMessage, UnitOutput, UnitSpec } from './messages.ts';
import { retrying } from './retry.ts';
import { Writer } from './writer.ts';

export interface UnitOutletOptions {
  readonly spec: UnitSpec;
  readonly clock: Clock;
  readonly random: Random;
  readonly checkpoints: CheckpointerOptions;
  readonly openSinks: () => Promise<readonly Sink[]>;
  readonly openDeadLetters: () => Promise<DeadLetterSink>;
  /** Asks the reader what the source says of the contents up to each position. */
  readonly fingerprints: (
    positions: readonly PartitionPosition[],
  ) => Promise<readonly PartitionPosition[]>;
  readonly tell: (claim: number, message: UnitMessage) => void;
  readonly failed: (claim: number, error: unknown) => void;
  /** A sink or store is failing and tried again; null once it works. */
  readonly trouble: (error: ErrorData | null) => void;
}

type LetterOutput = Extract<UnitOutput, { type: 'letters' }>;

interface Opened {
  readonly checkpointer: Checkpointer;
  readonly writer: Writer;
  readonly deadLetters: Promise<DeadLetterSink>;
}

export class UnitOutlet implements Behaviour<OutletMessage, OutletAnswer> {
  readonly #options: UnitOutletOptions;
  readonly #abort = new AbortController();
  #opened: Opened | undefined;
  /** Letter batches that are not being written yet; together they are one write. */
  #waitingLetters: LetterOutput[] = [];
  #letters: Promise<void> = Promise.resolve();
  /** Whether the last that was told of trouble is that there is some. */
  #isTroubled = false;
  #snapshots: Promise<void> = Promise.resolve();

  constructor(options: UnitOutletOptions) {
    this.#options = options;
  }

  async receive(message: OutletMessage): Promise<OutletAnswer> {
    if (message.type === 'open') return this.#open();
    const opened = this.#opened;
    check(opened !== undefined, 'an outlet is opened first');
    const { checkpointer } = opened;
    if (message.type === 'begin') {
      const empty = { full: true, meta: null, regions: [], writes: [], deadLetterBatch: 0 };
      const { fingerprints, spec } = this.#options;
      const { unit } = spec;
      const { claim } = checkpointer;
      const positions = await this.#insist(() => fingerprints(message.positions));
      if ((await checkpointer.commit({ ...empty, positions }, this.#abort.signal)) === 'fenced') {
        throw checkpointError('LA_CHECKPOINT_FENCED', { unit, claim });
      }
    } else if (message.claim === checkpointer.claim) {
      this.#take(message.output, opened);
    }
    return { type: 'done', wantsFull: checkpointer.wantsFull() };
  }

  /** Drops what is under way and not durable; resolves when nothing is written any more. */
  async stopped(): Promise<void> {
    this.#abort.abort(new Error('the unit was stopped'));
    await this.#opened?.writer.close();
    await this.#letters;
    await this.#snapshots;
  }

  async #open(): Promise<OutletAnswer> {
    const { spec, checkpoints, clock, random, failed, tell, trouble } = this.#options;
    const { signal } = this.#abort;
    const { checkpointer, claim, restored } = await openUnit(spec.unit, checkpoints, signal);
    const sinks = await this.#opening(claim, this.#options.openSinks);
    const deadLetters = await this.#opening(claim, this.#options.openDeadLetters);
    const writer = new Writer({
      sinks: sinks.opened,
      clock,
      random,
      failed: (error) => failed(claim, error),
      onFailure: (error) => trouble(error),
      acked: (batch, buffers) => {
        trouble(null);
        tell(claim, { type: 'acked', batch, buffers });
      },
    });
    this.#opened = { checkpointer, writer, deadLetters: deadLetters.opened };
    const inherited = restored === null ? await inheritedPositions(spec, checkpoints) : null;
    return { type: 'opened', claim, wantsFull: checkpointer.wantsFull(), restored, inherited };
  }

  #take(output: UnitOutput, opened: Opened): void {
    if (output.type === 'batch') opened.writer.write(output.batch);
    else if (output.type === 'letters') this.#writeLetters(output, opened);
    else this.#commit(output.snapshot, opened);
  }

  #writeLetters(output: LetterOutput, { deadLetters, checkpointer }: Opened): void {
    const { tell } = this.#options;
    const { signal } = this.#abort;
    this.#waitingLetters.push(output);
    this.#letters = this.#letters.then(() =>
      this.#guarded(checkpointer.claim, async () => {
        const outputs = this.#waitingLetters;
        this.#waitingLetters = [];
        if (outputs.length === 0) return;
        const letters = outputs.flatMap((each) => each.letters);
        const sink = await deadLetters;
        await this.#insist(() => sink.write(letters, signal));
        for (const { batch } of outputs) {
          tell(checkpointer.claim, { type: 'letters-durable', batch });
        }
      }),
    );
  }

  /** The snapshot's letters were sent before it: waiting for all sent so far is waiting for its own. */
  #commit(snapshot: Snapshot, { checkpointer }: Opened): void {
    const { fingerprints, tell, spec } = this.#options;
    const { claim } = checkpointer;
    const letters = this.#letters;
    this.#snapshots = this.#snapshots.then(() =>
      this.#guarded(claim, async () => {
        await letters;
        this.#abort.signal.throwIfAborted();
        const positions = await this.#insist(() => fingerprints(snapshot.positions));
        const whole = { ...snapshot, positions };
        if ((await checkpointer.commit(whole, this.#abort.signal)) === 'fenced') {
          throw checkpointError('LA_CHECKPOINT_FENCED', { unit: spec.unit, claim });
        }
        const buffers = reusable(snapshotBuffers(snapshot));
        tell(claim, { type: 'committed', wantsFull: checkpointer.wantsFull(), buffers });
        await checkpointer.collectGarbage().catch(() => []);
      }),
    );
  }

  /** Where the first try fails retryably, the unit need not wait: it comes as far as it may without. */
  async #opening<T>(claim: number, open: () => Promise<T>): Promise<{ opened: Promise<T> }> {
    try {
      const opened = await open();
      return { opened: Promise.resolve(opened) };
    } catch (error) {
      const data = errorToData(error);
      if (!data.retryable) throw error;
      this.#isTroubled = true;
      this.#options.trouble(data);
      const opened = this.#insist(open);
      void this.#guarded(claim, async () => void (await opened));
      return { opened };
    }
  }

  /** Repeats what fails retryably, and tells of the trouble and its end. */
  async #insist<T>(attempt: () => Promise<T>): Promise<T> {
    const { clock, random, trouble } = this.#options;
    const { signal } = this.#abort;
    const onFailure = (error: ErrorData) => {
      this.#isTroubled = true;
      trouble(error);
    };
    const result = await retrying(attempt, { clock, random, signal, onFailure });
    if (this.#isTroubled) trouble(null);
    this.#isTroubled = false;
    return result;
  }

  /** A failure ends the unit once; what comes after it is dropped. */
  async #guarded(claim: number, work: () => Promise<void>): Promise<void> {
    if (this.#abort.signal.aborted) return;
    try {
      await work();
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#abort.abort(error);
      this.#options.failed(claim, error);
    }
  }
}

/** The buffers that a pool has room for; the others are freed here, where nobody waits for it. */
function reusable(buffers: readonly ArrayBuffer[]): readonly ArrayBuffer[] {
  let bytes = 0;
  const kept = buffers.filter(({ byteLength }) => {
    bytes += byteLength;
    return bytes <= POOL_BYTES_MAX;
  });
  freeBuffers(...buffers.slice(kept.length));
  return kept;
}
