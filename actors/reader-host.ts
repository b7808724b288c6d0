/** A reader thread's host: one source a stream, and a stream-reader for every lane that wants it. */
import type { Source } from '../connectors/contract.ts';
import { openSource } from '../connectors/registry.ts';
import { eventTimeReader } from '../kernels/event-time-reader.ts';
import type { ActorRef, Behaviour } from '../runtime/actor.ts';
import type { Clock } from '../runtime/clock.ts';
import { errorToData } from '../runtime/errors.ts';
import { Lane } from '../runtime/lane.ts';
import { Ring } from '../runtime/ring.ts';
import type { PartitionPosition } from '../runtime/snapshot.ts';
import type { StreamSpec } from '../views/spec.ts';
import { actorError } from './errors.ts';
import type { EngineMessage, LaneStart, ReaderAnswer, ReaderMessage } from './messages.ts';
import { StreamReader } from './stream-reader.ts';

const ANNOUNCE_TIMEOUT_MS = 10_000;

export interface ReaderHostOptions {
  readonly projectDir: string;
  readonly clock: Clock;
  readonly bells: Int32Array;
  readonly engine: ActorRef<EngineMessage>;
}

interface OpenStream {
  readonly stream: StreamSpec;
  readonly source: Source;
}

export class ReaderHost implements Behaviour<ReaderMessage, ReaderAnswer> {
  readonly #options: ReaderHostOptions;
  readonly #streams = new Map<string, OpenStream>();
  readonly #lanes = new Map<
    number,
    { readonly abort: AbortController; readonly run: Promise<unknown> }
  >();

  constructor(options: ReaderHostOptions) {
    this.#options = options;
  }

  /** A source that fails at one thing is no reason to stop reading: an error is an answer. */
  async receive(message: ReaderMessage): Promise<ReaderAnswer> {
    try {
      return await this.#answer(message);
    } catch (error) {
      return { type: 'failed', error: errorToData(error) };
    }
  }

  async #answer(message: ReaderMessage): Promise<ReaderAnswer> {
    switch (message.type) {
      case 'open-stream': {
        const source = await this.#open(message.stream, message.once);
        this.#streams.set(message.task, { stream: message.stream, source });
        return { type: 'partitions', partitions: await source.partitions() };
      }
      case 'resolve-starts': {
        const { stream, source } = this.#stream(message.task);
        const positions: PartitionPosition[] = [];
        for (const partition of message.partitions) {
          const nextOffset = await source.resolveStart(partition, stream.start);
          positions.push({ partition, nextOffset, timeMax: null, floor: null });
        }
        return { type: 'positions', positions };
      }
      case 'fingerprints': {
        const { source } = this.#stream(message.task);
        const positions: PartitionPosition[] = [];
        for (const position of message.positions) {
          const { partition, nextOffset } = position;
          // One that nothing was read from since it was restored has that of its checkpoint, even if it is gone.
          const fingerprint =
            position.fingerprint ?? (await source.fingerprint(partition, nextOffset));
          positions.push({ ...position, fingerprint });
        }
        return { type: 'positions', positions };
      }
      case 'start-lane':
        this.#startLane(message.start);
        return { type: 'done' };
      case 'stop-lane':
        await this.#stopLane(message.lane);
        return { type: 'done' };
    }
  }

  async stopped(): Promise<void> {
    for (const lane of [...this.#lanes.keys()]) await this.#stopLane(lane);
    for (const { source } of this.#streams.values()) await source.close();
  }

  #stream(task: string): OpenStream {
    const open = this.#streams.get(task);
    if (open === undefined) throw actorError('LA_STREAM_NOT_OPEN', { stream: task });
    return open;
  }

  #open(stream: StreamSpec, once: boolean): Promise<Source> {
    const { type, options } = stream.source;
    return openSource(type, options, {
      once,
      projectDir: this.#options.projectDir,
      eventTime: eventTimeReader(stream.eventTime),
      maxRecordBytes: stream.maxRecordBytes,
      clock: this.#options.clock,
    });
  }

  /** One that is read already is left alone: a supervisor that saw two failures at once may ask twice. */
  #startLane(start: LaneStart): void {
    if (this.#lanes.has(start.lane)) return;
    const { clock, bells, engine } = this.#options;
    const { stream, source } = this.#stream(start.task);
    const lane = Lane.attach(start.handle);
    const ring = new Ring(lane.memory.buffer, lane.ringOffset, lane.options.slots, bells);
    const reader = new StreamReader({
      lane,
      ring,
      source,
      stream,
      clock,
      partitions: start.partitions,
      discover: start.discover,
      announce: async (partition) => {
        const message = { type: 'partition-found', task: start.task, partition } as const;
        await engine.ask(message, { timeoutMs: ANNOUNCE_TIMEOUT_MS });
      },
    });
    const abort = new AbortController();
    const over = (message: EngineMessage) => {
      if (abort.signal.aborted) return;
      this.#lanes.delete(start.lane);
      engine.send(message);
    };
    const run = reader.run(abort.signal).then(
      (how) => how === 'full' && over({ type: 'lane-full', lane: start.lane }),
      (error: unknown) =>
        over({ type: 'lane-failed', lane: start.lane, error: errorToData(error) }),
    );
    this.#lanes.set(start.lane, { abort, run });
  }

  async #stopLane(lane: number): Promise<void> {
    const running = this.#lanes.get(lane);
    this.#lanes.delete(lane);
    running?.abort.abort(new Error('the lane was stopped'));
    await running?.run;
  }
}
