/** A worker thread as it sees itself: what its parent gave it, its actors, its bell. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { ActorSystem, type SystemOptions } from './actor-system.ts';
import { systemClock } from './clock.ts';
import { collectGarbage } from './collect-garbage.ts';
import { BELL_STRIDE, Doorbell } from './doorbell.ts';
import { check } from './errors.ts';
import { Link } from './link.ts';
import { systemRandom } from './random.ts';
import { StatusLine } from './status.ts';
import { collectMessage, shutdownMessage, type ThreadBoard, type ThreadStart } from './thread.ts';

/** Longest sleep of a blocking loop: what a wake-up that never comes would cost. */
const SLEEP_MS_MAX = 1_000;

export interface ThreadSelf {
  readonly name: string;
  readonly index: number;
  readonly board: ThreadBoard;
  readonly data: unknown;
  readonly bell: Doorbell;
  readonly status: StatusLine;
  readonly system: ActorSystem;
  /** To the actors of the parent. */
  readonly parent: Link;
  /** Aborted when the parent asks the thread to finish. */
  readonly stopping: AbortSignal;
  /** Takes the control messages that wait; only in a thread that is drained. */
  receive(): void;
  /** The event loop may end. */
  close(): void;
}

export type EnterOptions = Pick<SystemOptions, 'drained' | 'onFailure' | 'onUndelivered'>;

/** To be called once, at the start of the thread's module. `drained`: the thread runs `runTurns`, and blocks. */
export function enterThread(options: EnterOptions = {}): ThreadSelf {
  const port = parentPort;
  check(port !== null && isStart(workerData), 'enterThread: on a thread started by Thread');
  const { name, index, board, data } = workerData;
  const system = new ActorSystem({ clock: systemClock, random: systemRandom, ...options });
  const parent = new Link(system, (value, transfer) => {
    port.postMessage(value, [...(transfer ?? [])]);
  });
  const stopping = new AbortController();
  const deliver = (value: unknown) => {
    if (isMessage(value, shutdownMessage)) stopping.abort();
    else if (isMessage(value, collectMessage)) collectGarbage();
    else parent.deliver(value);
  };
  if (options.drained !== true) port.on('message', deliver);
  return {
    name,
    index,
    board,
    data,
    bell: new Doorbell(board.bells, index * BELL_STRIDE),
    status: new StatusLine(board.statusLines, index, systemClock),
    system,
    parent,
    stopping: stopping.signal,
    receive: () => {
      for (;;) {
        const received: { message: unknown } | undefined = receiveMessageOnPort(port);
        if (received === undefined) return;
        deliver(received.message);
      }
    },
    close: () => port.close(),
  };
}

/**
 * The loop of a thread that blocks: control messages, actors, then `turn`, which does a piece of what is there (chunks
 * of its rings) and says whether it found any; asleep on the bell when there was nothing. Returns when the thread is to finish.
 */
export function runTurns(self: ThreadSelf, turn: () => boolean, more: MoreTurns = noMore): void {
  for (;;) {
    self.receive();
    more.receive();
    if (self.stopping.aborted) return;
    const turns = self.system.drain();
    if (turn() || turns > 0) continue;
    self.bell.wait(Math.min(SLEEP_MS_MAX, self.system.dueInMs(), more.dueInMs()));
  }
}

/** What a loop has beside its parent's port and its actors. */
export interface MoreTurns {
  /** Takes what waits at other ports. */
  receive(): void;
  /** ms until `turn` has something to do by itself. */
  dueInMs(): number;
}

const noMore: MoreTurns = { receive: () => {}, dueInMs: () => Number.POSITIVE_INFINITY };

const isStart = (data: unknown): data is ThreadStart =>
  typeof data === 'object' && data !== null && 'board' in data && 'index' in data;

const isMessage = (value: unknown, message: { readonly thread: string }) =>
  typeof value === 'object' &&
  value !== null &&
  'thread' in value &&
  value.thread === message.thread;
