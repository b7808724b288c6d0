/**
 * Actors: state with one owner that handles one message at a time. A reference looks the same whether the actor lives on
 * this thread (actor-system.ts) or on another (link.ts).
 */
import type { Transferable } from 'node:worker_threads';
import type { Clock } from './clock.ts';
import { engineError } from './engine-errors.ts';
import { type ErrorData, errorFromData, errorToData } from './errors.ts';

/** How an actor, thread or supervisor ended. */
export interface Terminated {
  readonly name: string;
  /** lost: its thread is gone, or there was never such an actor. */
  readonly reason: 'stopped' | 'killed' | 'failed' | 'lost';
  readonly error?: ErrorData;
}

export type TerminatedListener = (ended: Terminated) => void;

/** What can be supervised. */
export interface Child {
  readonly name: string;
  /** Tells once when it has ended, at once if it already has; returns how to forget the listener. */
  watch(listener: TerminatedListener): () => void;
  /** Lets it finish what it does; resolves when it has ended. */
  stop(): Promise<Terminated>;
  /** Does not wait for what it does. */
  kill(): void;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly transfer?: readonly Transferable[];
}

/** M: its messages; A: what it answers. */
export interface ActorRef<M, A = void> extends Child {
  /** False: not taken, because the mailbox is full or the actor has ended. Another thread's actor always says true. */
  send(message: M, transfer?: readonly Transferable[]): boolean;
  /** What `receive` returned. Rejects with a coded error: the actor's, LA_ASK_TIMEOUT, LA_ACTOR_ENDED or LA_MAILBOX_FULL. */
  ask(message: M, options: AskOptions): Promise<A>;
}

export interface Behaviour<M, A = void> {
  /** Handles one message; the next one waits for the returned promise. What it throws is a failure of the actor. */
  receive(message: M, context: Context): A | Promise<A>;
  /** A watched actor or thread has ended. */
  terminated?(ended: Terminated, context: Context): void | Promise<void>;
  /** Before the first message, and again after each restart, which makes a new behaviour. */
  started?(context: Context): void | Promise<void>;
  /** Releases what it holds: after stop and after a failure, never after kill. */
  stopped?(context: Context): void | Promise<void>;
}

export interface Context {
  readonly name: string;
  readonly clock: Clock;
  /** Aborted when the actor is killed. */
  readonly signal: AbortSignal;
  /** Its end arrives at `terminated`. */
  watch(child: Child): () => void;
  /** Ends this actor after the message in work. */
  stop(): void;
}

/** Where an answer goes. */
export interface Reply<A> {
  resolve(answer: A): void;
  reject(error: unknown): void;
}

/** A promise of an answer that `start` procures, rejected with LA_ASK_TIMEOUT after `timeoutMs`. */
export function answerWithin<A>(
  clock: Clock,
  actor: string,
  timeoutMs: number,
  start: (reply: Reply<A>) => void,
): Promise<A> {
  const { promise, resolve, reject } = Promise.withResolvers<A>();
  const settled = new AbortController();
  clock.sleep(timeoutMs, settled.signal).then(
    () => reject(engineError('LA_ASK_TIMEOUT', { actor, timeoutMs })),
    () => {}, // answered
  );
  start({
    resolve: (answer) => {
      settled.abort();
      resolve(answer);
    },
    reject: (error) => {
      settled.abort();
      // The same error whether or not it has crossed threads.
      reject(errorFromData(errorToData(error)));
    },
  });
  return promise;
}

/** Listeners that are told once, or at once if it has happened. */
export class Ending {
  readonly #listeners = new Set<TerminatedListener>();
  #ended: Terminated | undefined;

  get ended(): Terminated | undefined {
    return this.#ended;
  }

  watch(listener: TerminatedListener): () => void {
    if (this.#ended !== undefined) {
      listener(this.#ended);
      return () => {};
    }
    // A function of its own, so that a listener registered twice is told and forgotten twice.
    const own: TerminatedListener = (ended) => listener(ended);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  happened(): Promise<Terminated> {
    return new Promise((resolve) => this.watch(resolve));
  }

  end(ended: Terminated): void {
    if (this.#ended !== undefined) return;
    this.#ended = ended;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener(ended);
  }
}
