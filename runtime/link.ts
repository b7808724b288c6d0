/**
 * Actors of another thread. A Link is one thread's end of a channel between two actor systems: it delivers what the
 * other end sends to the actors of its own system, and makes references to the other's. It owns no port: whoever
 * receives (the event loop, or a loop that blocks and takes messages) calls `deliver`, and `close` when the peer is gone.
 */
import type { Transferable } from 'node:worker_threads';
import {
  type ActorRef,
  type AskOptions,
  answerWithin,
  Ending,
  type Reply,
  type Terminated,
  type TerminatedListener,
} from './actor.ts';
import type { ActorSystem } from './actor-system.ts';
import { engineError } from './engine-errors.ts';
import { type ErrorData, errorFromData, errorToData } from './errors.ts';

/** What crosses. `id` is the asking or watching end's. */
type Wire =
  | { readonly wire: 'send'; readonly to: string; readonly message: unknown }
  | { readonly wire: 'ask'; readonly to: string; readonly id: number; readonly message: unknown }
  | { readonly wire: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly wire: 'refusal'; readonly id: number; readonly error: ErrorData }
  | { readonly wire: 'watch' | 'unwatch'; readonly to: string; readonly id: number }
  | { readonly wire: 'ended'; readonly id: number; readonly ended: Terminated }
  | { readonly wire: 'stop' | 'kill'; readonly to: string };

export type Post = (value: unknown, transfer?: readonly Transferable[]) => void;

export class Link {
  readonly #system: ActorSystem;
  readonly #post: Post;
  readonly #asks = new Map<number, { readonly actor: string; readonly reply: Reply<unknown> }>();
  readonly #watches = new Map<number, { readonly actor: string; readonly ending: Ending }>();
  /** The other end's watches of our actors. */
  readonly #watchers = new Map<number, () => void>();
  #lastId = 0;
  #closed: Terminated | undefined;

  constructor(system: ActorSystem, post: Post) {
    this.#system = system;
    this.#post = post;
  }

  /** A reference to the other end's actor of this name, whether or not it lives. */
  ref<M, A = void>(name: string): ActorRef<M, A> {
    return {
      name,
      send: (message, transfer) => this.#send({ wire: 'send', to: name, message }, transfer),
      ask: (message, options) => this.#ask<A>(name, message, options),
      watch: (listener) => this.#watch(name, listener),
      stop: () => {
        const ended = new Promise<Terminated>((resolve) => this.#watch(name, resolve));
        this.#send({ wire: 'stop', to: name });
        return ended;
      },
      kill: () => void this.#send({ wire: 'kill', to: name }),
    };
  }

  /** Takes what the channel brought; false: not ours. */
  deliver(data: unknown): boolean {
    if (!isWire(data)) return false;
    switch (data.wire) {
      case 'send':
        if (this.#system.find(data.to)?.send(data.message) !== true) {
          this.#system.undelivered(data.to);
        }
        break;
      case 'ask':
        this.#deliverAsk(data.to, data.id, data.message);
        break;
      case 'answer':
        this.#settled(data.id)?.resolve(data.answer);
        break;
      case 'refusal':
        this.#settled(data.id)?.reject(errorFromData(data.error));
        break;
      case 'watch':
        this.#deliverWatch(data.to, data.id);
        break;
      case 'unwatch':
        this.#watchers.get(data.id)?.();
        this.#watchers.delete(data.id);
        break;
      case 'ended':
        this.#watches.get(data.id)?.ending.end(data.ended);
        this.#watches.delete(data.id);
        break;
      case 'stop':
        void this.#system.find(data.to)?.stop();
        break;
      case 'kill':
        this.#system.find(data.to)?.kill();
    }
    return true;
  }

  /** The peer is gone: open asks are rejected, and whoever watched its actors is told that they are lost. */
  close(peer: Terminated): void {
    if (this.#closed !== undefined) return;
    this.#closed = peer;
    for (const { actor, reply } of this.#asks.values()) reply.reject(gone(actor, peer));
    this.#asks.clear();
    for (const { actor, ending } of this.#watches.values()) ending.end(lost(actor, peer));
    this.#watches.clear();
    for (const unwatch of this.#watchers.values()) unwatch();
    this.#watchers.clear();
  }

  #send(wire: Wire, transfer?: readonly Transferable[]): boolean {
    if (this.#closed !== undefined) return false;
    this.#post(wire, transfer);
    return true;
  }

  #ask<A>(to: string, message: unknown, { timeoutMs, transfer }: AskOptions): Promise<A> {
    const id = ++this.#lastId;
    const answer = answerWithin<A>(this.#system.clock, to, timeoutMs, (reply) => {
      if (this.#closed !== undefined) return reply.reject(gone(to, this.#closed));
      this.#asks.set(id, { actor: to, reply: decoded(reply) });
      try {
        this.#send({ wire: 'ask', to, id, message }, transfer);
      } catch (error) {
        reply.reject(error); // cannot be cloned
      }
    });
    const forget = () => void this.#asks.delete(id);
    answer.then(forget, forget);
    return answer;
  }

  #settled(id: number): Reply<unknown> | undefined {
    return this.#asks.get(id)?.reply; // undefined: it had timed out
  }

  #deliverAsk(to: string, id: number, message: unknown): void {
    const refuse = (error: unknown) => {
      this.#send({ wire: 'refusal', id, error: errorToData(error) });
    };
    const answer = (value: unknown) => {
      try {
        this.#send({ wire: 'answer', id, answer: value });
      } catch (error) {
        refuse(error); // cannot be cloned
      }
    };
    const actor = this.#system.find(to);
    if (actor === undefined) refuse(engineError('LA_ACTOR_ENDED', { actor: to, reason: 'lost' }));
    else actor.deliver(message, { resolve: answer, reject: refuse });
  }

  #watch(actor: string, listener: TerminatedListener): () => void {
    if (this.#closed !== undefined) {
      listener(lost(actor, this.#closed));
      return () => {};
    }
    const id = ++this.#lastId;
    const ending = new Ending();
    ending.watch(listener);
    this.#watches.set(id, { actor, ending });
    this.#send({ wire: 'watch', to: actor, id });
    return () => {
      if (this.#watches.delete(id)) this.#send({ wire: 'unwatch', to: actor, id });
    };
  }

  #deliverWatch(to: string, id: number): void {
    const tell = (ended: Terminated) => {
      this.#watchers.delete(id);
      this.#send({ wire: 'ended', id, ended });
    };
    const actor = this.#system.find(to);
    if (actor === undefined) tell({ name: to, reason: 'lost' });
    else this.#watchers.set(id, actor.watch(tell));
  }
}

const gone = (actor: string, peer: Terminated) =>
  engineError('LA_ACTOR_ENDED', { actor, reason: `thread ${peer.name} ${peer.reason}` });

const lost = (name: string, peer: Terminated): Terminated => ({
  name,
  reason: 'lost',
  ...(peer.error === undefined ? {} : { error: peer.error }),
});

/** The one place where types are taken on trust: both ends of a link are of one build. */
function isWire(data: unknown): data is Wire {
  return typeof data === 'object' && data !== null && 'wire' in data;
}

function decoded<A>(reply: Reply<A>): Reply<unknown> {
  return { resolve: (answer) => reply.resolve(answer as A), reject: reply.reject };
}
