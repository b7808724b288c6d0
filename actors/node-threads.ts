/** The threads of a node and the channels between them: one reader thread, one I/O thread, aggregator threads. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { ActorRef } from '../runtime/actor.ts';
import type { ActorSystem } from '../runtime/actor-system.ts';
import { collectGarbage } from '../runtime/collect-garbage.ts';
import { createBoard, Thread, threadUrl } from '../runtime/thread.ts';
import type { ProjectSpec } from '../views/spec.ts';
import type { AggregatorThreadData } from './aggregator-thread.ts';
import type { IoThreadData } from './io-thread.ts';
import {
  type AggregatorMessage,
  CONNECTOR,
  type ConnectMessage,
  HOST,
  type IoAnswer,
  type IoMessage,
  type OutletAnswer,
  type OutletMessage,
  outletName,
  type ReaderAnswer,
  type ReaderMessage,
  type UnitMessage,
} from './messages.ts';
import { FIRST_AGGREGATOR, IO, READER, THREADS_MAX } from './node-places.ts';
import type { ReaderThreadData } from './reader-thread.ts';

/** What is left to be done has been done, or given up, before threads are stopped. */
const STOP_TIMEOUT_MS = 5000;

export interface NodeThreadsOptions {
  readonly system: ActorSystem;
  readonly project: ProjectSpec;
  readonly projectDir: string;
  readonly plugins: readonly string[];
  /** Shared memory of the units' board. */
  readonly board: SharedArrayBuffer;
}

export class NodeThreads {
  readonly bells: Int32Array<SharedArrayBuffer>;
  readonly #options: NodeThreadsOptions;
  readonly #threadBoard = createBoard(THREADS_MAX);
  readonly #aggregators = new Map<number, Thread>();
  #reader: Thread;
  #io: Thread;

  constructor(options: NodeThreadsOptions) {
    this.#options = options;
    this.bells = this.#threadBoard.bells;
    this.#io = this.#startIo();
    this.#reader = this.#startReader();
  }

  get readerThread(): Thread {
    return this.#reader;
  }
  get ioThread(): Thread {
    return this.#io;
  }
  get reader(): ActorRef<ReaderMessage, ReaderAnswer> {
    return this.#reader.link.ref(HOST);
  }
  get io(): ActorRef<IoMessage, IoAnswer> {
    return this.#io.link.ref(HOST);
  }
  outlet(unit: string): ActorRef<OutletMessage, OutletAnswer> {
    return this.#io.link.ref(outletName(unit));
  }
  aggregator(thread: Thread): ActorRef<AggregatorMessage> {
    return thread.link.ref(HOST);
  }
  /** Says something to a unit's start on its thread; dropped where that is no more. */
  tellUnit(thread: Thread, unit: string, claim: number, message: UnitMessage): void {
    this.aggregator(thread).send({ type: 'to-unit', unit, claim, message });
  }
  /** Those that live: what the watchdog judges, since only aggregators do pieces of work that it can tell apart. */
  get aggregators(): readonly Thread[] {
    return [...this.#aggregators.values()];
  }

  /** Starts an aggregator thread with a channel to the I/O thread. */
  startAggregator(): Thread {
    const { plugins, board } = this.#options;
    let index = FIRST_AGGREGATOR;
    while (this.#aggregators.has(index)) index++;
    const port = this.#channelToIo(index);
    const data: AggregatorThreadData = { io: { port, thread: IO }, board, plugins };
    const url = threadUrl(import.meta.url, './aggregator-thread');
    const thread = this.#start(`aggregator-${index - FIRST_AGGREGATOR}`, index, url, data, port);
    this.#aggregators.set(index, thread);
    thread.watch(() => this.#aggregators.delete(index));
    return thread;
  }

  /** Replaces the reader thread, which has ended. */
  restartReader(): void {
    this.#reader = this.#startReader();
  }

  /** Shared memory that nobody reads any more goes back. */
  collectGarbage(): void {
    for (const thread of [...this.aggregators, this.#reader]) thread.collectGarbage();
    collectGarbage();
  }

  /** In an order in which nobody waits for one that is gone. */
  async stop(): Promise<void> {
    await Promise.all(this.aggregators.map((thread) => this.#end(thread)));
    await this.#end(this.#io);
    await this.#end(this.#reader);
  }

  /** One that does not heed the request, being in a loop or in a call that never returns, is terminated. */
  async #end(thread: Thread): Promise<void> {
    const ended = new AbortController();
    const late = this.#options.system.clock.sleep(STOP_TIMEOUT_MS, ended.signal);
    void late.then(() => thread.terminate()).catch(() => undefined);
    await thread.stop();
    ended.abort();
  }

  #startReader(): Thread {
    const port = this.#channelToIo(READER);
    const { projectDir } = this.#options;
    const data: ReaderThreadData = { projectDir, io: { port, thread: IO } };
    return this.#start('reader', READER, threadUrl(import.meta.url, './reader-thread'), data, port);
  }

  #startIo(): Thread {
    const { projectDir, project, plugins } = this.#options;
    const data: IoThreadData = { projectDir, project, plugins };
    return this.#start('io', IO, threadUrl(import.meta.url, './io-thread'), data);
  }

  /** The end for the thread at `index`; the I/O thread is told of the other one. */
  #channelToIo(index: number): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const connector = this.#io.link.ref<ConnectMessage>(CONNECTOR);
    connector.send({ port: port2, thread: index }, [port2]);
    return port1;
  }

  #start(name: string, index: number, url: URL, data: unknown, port?: MessagePort): Thread {
    const { system } = this.#options;
    const transfer = port === undefined ? [] : [port];
    return new Thread(system, { name, url, index, board: this.#threadBoard, data, transfer });
  }
}
