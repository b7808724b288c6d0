import {
  type ActorRef,
  type AskOptions,
  answerWithin,
  type Behaviour,
  type Child,
  type Context,
  Ending,
  type Reply,
  type Terminated,
  type TerminatedListener,
} from './actor.ts';
import type { Clock } from './clock.ts';
import { engineError } from './engine-errors.ts';
import { check, errorToData } from './errors.ts';
import { type Lane, Mailbox, MESSAGES_MAX } from './mailbox.ts';
import type { Random } from './random.ts';
import { judge, RestartWindow, type Supervision, type Verdict } from './restart-window.ts';

export interface SpawnOptions {
  readonly name: string;
  readonly messagesMax?: number;
  /** Default: a failure ends the actor. */
  readonly supervision?: Supervision;
}

/** What a cell needs of its system. */
export interface CellHost {
  readonly clock: Clock;
  readonly random: Random;
  /** Something waits: call `turn` soon. */
  ready(cell: Turn): void;
  /** Call `turn` at `atMs` of clock.mono(). */
  readyAt(cell: Turn, atMs: number): void;
  failed(actor: string, error: Error, verdict: Verdict): void;
  ended(cell: Turn, ended: Terminated): void;
}

/** What its system sees of a cell. */
export interface Turn {
  turn(): void;
}

interface Work<M, A> {
  readonly message: M;
  readonly reply?: Reply<A>;
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));

/** An actor of this thread: its mailbox, its behaviour, and where it is in its life. */
export class ActorCell<M, A> implements ActorRef<M, A>, Turn {
  readonly name: string;
  readonly #host: CellHost;
  readonly #factory: () => Behaviour<M, A>;
  readonly #supervision: Supervision | undefined;
  readonly #window: RestartWindow | undefined;
  readonly #messagesMax: number;
  readonly #mailbox: Mailbox<Terminated, Work<M, A>>;
  readonly #ending = new Ending();
  readonly #killed = new AbortController();
  readonly #unwatch = new Set<() => void>();
  readonly #context: Context;
  #behaviour: Behaviour<M, A> | undefined;
  /** new: to be started; resting: to be started at #startAtMs; busy: a promise of its behaviour is open. */
  #phase: 'new' | 'resting' | 'idle' | 'busy' | 'stopping' = 'new';
  #startAtMs = 0;
  #inWork: Reply<A> | undefined;

  constructor(host: CellHost, factory: () => Behaviour<M, A>, options: SpawnOptions) {
    this.name = options.name;
    this.#host = host;
    this.#factory = factory;
    this.#supervision = options.supervision;
    this.#window =
      options.supervision && new RestartWindow(options.supervision.restarts, host.random);
    this.#messagesMax = options.messagesMax ?? MESSAGES_MAX;
    this.#mailbox = new Mailbox(this.#messagesMax);
    this.#context = {
      name: options.name,
      clock: host.clock,
      signal: this.#killed.signal,
      watch: (child) => this.#watch(child),
      stop: () => this.#requestStop(),
    };
    host.ready(this);
  }

  // ---- the reference

  send(message: M): boolean {
    return this.#put({ message });
  }

  ask(message: M, { timeoutMs }: AskOptions): Promise<A> {
    return answerWithin(this.#host.clock, this.name, timeoutMs, (reply) => {
      this.deliver(message, reply);
    });
  }

  /** A message whose answer goes to `reply`, which is rejected if the mailbox does not take it. */
  deliver(message: M, reply: Reply<A>): void {
    const ended = this.#ending.ended;
    const { name: actor } = this;
    if (ended !== undefined) {
      reply.reject(engineError('LA_ACTOR_ENDED', { actor, reason: ended.reason }));
    } else if (!this.#put({ message, reply })) {
      reply.reject(engineError('LA_MAILBOX_FULL', { actor, messagesMax: this.#messagesMax }));
    }
  }

  watch(listener: TerminatedListener): () => void {
    return this.#ending.watch(listener);
  }

  stop(): Promise<Terminated> {
    this.#requestStop();
    return this.#ending.happened();
  }

  kill(): void {
    this.#mailbox.kill();
    this.#host.ready(this);
  }

  // ---- its turn

  /** Handles one item of the mailbox. */
  turn(): void {
    if (this.#ending.ended !== undefined) return;
    const item = this.#mailbox.take(this.#lowestLane());
    if (item === undefined) {
      this.#startIfDue();
      return;
    }
    switch (item.lane) {
      case 'kill':
        this.#killed.abort();
        this.#end({ name: this.name, reason: 'killed' });
        return;
      case 'stop':
        this.#stopped();
        return;
      case 'supervision':
        this.#run(() => this.#behaviour?.terminated?.(item.item, this.#context));
        return;
      case 'message':
        this.#receive(item.item);
    }
  }

  #lowestLane(): Lane {
    if (this.#phase === 'idle') return 'message';
    return this.#phase === 'busy' || this.#phase === 'stopping' ? 'kill' : 'stop';
  }

  #startIfDue(): void {
    const waits = this.#phase === 'new' || this.#phase === 'resting';
    if (!waits || this.#startAtMs > this.#host.clock.mono()) return;
    this.#run(() => {
      this.#behaviour = this.#factory();
      return this.#behaviour.started?.(this.#context);
    });
  }

  #receive({ message, reply }: Work<M, A>): void {
    this.#inWork = reply;
    const behaviour = this.#behaviour;
    check(behaviour !== undefined, 'receive: started');
    this.#run<A>(
      () => behaviour.receive(message, this.#context),
      (answer) => {
        this.#inWork = undefined;
        reply?.resolve(answer);
      },
    );
  }

  #stopped(): void {
    this.#phase = 'stopping';
    const done = () => this.#end({ name: this.name, reason: 'stopped' });
    const failed = (error: unknown) => {
      this.#host.failed(this.name, asError(error), 'stop');
      this.#end({ name: this.name, reason: 'failed', error: errorToData(error) });
    };
    settle(() => this.#behaviour?.stopped?.(this.#context), done, failed);
  }

  /** One step of the behaviour; the cell is busy until its promise settles. */
  #run<R>(step: () => R | Promise<R>, done?: (answer: R) => void): void {
    this.#phase = 'busy';
    const finished = (answer: R) => {
      this.#phase = 'idle';
      done?.(answer);
      if (this.#mailbox.size > 0) this.#host.ready(this);
    };
    settle(step, finished, (error) => {
      if (this.#ending.ended === undefined) this.#failed(asError(error));
    });
  }

  #failed(error: Error): void {
    this.#inWork?.reject(error);
    this.#inWork = undefined;
    const nowMs = this.#host.clock.mono();
    const verdict =
      this.#supervision === undefined || this.#window === undefined
        ? 'stop'
        : judge(error, this.#supervision, this.#window, nowMs);
    this.#phase = 'stopping';
    const release = () => this.#behaviour?.stopped?.(this.#context);
    const next = () => this.#afterFailure(error, verdict, nowMs);
    settle(release, next, (second) => {
      this.#host.failed(this.name, asError(second), verdict);
      next();
    });
  }

  #afterFailure(error: Error, verdict: Verdict, nowMs: number): void {
    if (this.#ending.ended !== undefined) return;
    this.#behaviour = undefined;
    if (typeof verdict === 'object') {
      this.#phase = 'resting';
      this.#startAtMs = nowMs + verdict.afterMs;
      this.#host.readyAt(this, this.#startAtMs);
    } else {
      this.#end({ name: this.name, reason: 'failed', error: errorToData(error) });
    }
    this.#host.failed(this.name, error, verdict);
  }

  #end(ended: Terminated): void {
    if (this.#ending.ended !== undefined) return; // killed while it stopped
    const error = engineError('LA_ACTOR_ENDED', { actor: this.name, reason: ended.reason });
    this.#inWork?.reject(error);
    for (;;) {
      const item = this.#mailbox.take();
      if (item === undefined) break;
      if (item.lane === 'message') item.item.reply?.reject(error);
    }
    for (const unwatch of this.#unwatch) unwatch();
    this.#host.ended(this, ended);
    this.#ending.end(ended);
  }

  #put(work: Work<M, A>): boolean {
    if (this.#ending.ended !== undefined || !this.#mailbox.message(work)) return false;
    this.#host.ready(this);
    return true;
  }

  #requestStop(): void {
    this.#mailbox.stop();
    this.#host.ready(this);
  }

  #watch(child: Child): () => void {
    const forget = child.watch((ended) => {
      this.#mailbox.supervision(ended);
      this.#host.ready(this);
    });
    const unwatch = () => {
      this.#unwatch.delete(unwatch);
      forget();
    };
    this.#unwatch.add(unwatch);
    return unwatch;
  }
}

/** Runs a step that may return a promise; a step that does not is settled before this returns. */
function settle<R>(
  step: () => R | Promise<R>,
  done: (answer: R) => void,
  failed: (error: unknown) => void,
): void {
  let answer: R | Promise<R>;
  try {
    answer = step();
  } catch (error) {
    failed(error);
    return;
  }
  // No `catch` behind: what `done` throws (an escalation) is not the step's failure, and must end the thread.
  if (answer instanceof Promise) void answer.then(done, failed);
  else done(answer);
}
