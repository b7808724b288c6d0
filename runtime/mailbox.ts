/** What waits for an actor, in four lanes; a lower one waits until those above it are empty. */

/** Messages waiting for an actor at most, unless it says otherwise. */
export const MESSAGES_MAX = 1024;

export type Lane = 'kill' | 'stop' | 'supervision' | 'message';
const lanes: readonly Lane[] = ['kill', 'stop', 'supervision', 'message'];

export type MailboxItem<S, M> =
  | { readonly lane: 'kill' }
  | { readonly lane: 'stop' }
  | { readonly lane: 'supervision'; readonly item: S }
  | { readonly lane: 'message'; readonly item: M };

export class Mailbox<S, M> {
  readonly #messages = new Queue<M>();
  readonly #supervision = new Queue<S>();
  readonly #messagesMax: number;
  #kill = false;
  #stop = false;

  constructor(messagesMax = MESSAGES_MAX) {
    this.#messagesMax = messagesMax;
  }

  kill(): void {
    this.#kill = true;
  }

  stop(): void {
    this.#stop = true;
  }

  /** Never refused: there are as many as watched actors. */
  supervision(item: S): void {
    this.#supervision.push(item);
  }

  /** False: full. */
  message(item: M): boolean {
    if (this.#messages.size >= this.#messagesMax) return false;
    this.#messages.push(item);
    return true;
  }

  /** Takes the most urgent item of the lanes down to `lowest`. */
  take(lowest: Lane = 'message'): MailboxItem<S, M> | undefined {
    const reach = lanes.indexOf(lowest);
    if (this.#kill) {
      this.#kill = false;
      return { lane: 'kill' };
    }
    if (reach >= 1 && this.#stop) {
      this.#stop = false;
      return { lane: 'stop' };
    }
    if (reach >= 2 && this.#supervision.size > 0) {
      return { lane: 'supervision', item: this.#supervision.shift() };
    }
    if (reach >= 3 && this.#messages.size > 0) {
      return { lane: 'message', item: this.#messages.shift() };
    }
    return undefined;
  }

  get size(): number {
    return Number(this.#kill) + Number(this.#stop) + this.#supervision.size + this.#messages.size;
  }
}

/** First in, first out; `shift` of an array alone would move everything behind. */
class Queue<T> {
  #in: T[] = [];
  #out: T[] = [];

  get size(): number {
    return this.#in.length + this.#out.length;
  }

  push(item: T): void {
    this.#in.push(item);
  }

  /** Only when not empty. */
  shift(): T {
    if (this.#out.length === 0) {
      this.#out = this.#in.reverse();
      this.#in = [];
    }
    const item = this.#out.pop();
    if (item === undefined) throw new Error('check failed: shift of an empty queue');
    return item;
  }
}
