/** A worker thread as its parent sees it; thread-self.ts is the thread's own side. */
import { type Transferable, Worker } from 'node:worker_threads';
import { type Child, Ending, type Terminated, type TerminatedListener } from './actor.ts';
import type { ActorSystem } from './actor-system.ts';
import { BELL_STRIDE, createBells, ringBell } from './doorbell.ts';
import { engineError } from './engine-errors.ts';
import { type ErrorData, errorToData, LaError } from './errors.ts';
import { Link } from './link.ts';
import { createStatusLines, StatusLine } from './status.ts';
import type { Watched } from './watchdog.ts';

/** Memory that all threads of a process share: a doorbell and a status line for each. */
export interface ThreadBoard {
  readonly bells: Int32Array<SharedArrayBuffer>;
  readonly statusLines: SharedArrayBuffer;
}

export function createBoard(threadsMax: number): ThreadBoard {
  return { bells: createBells(threadsMax), statusLines: createStatusLines(threadsMax) };
}

export interface ThreadOptions {
  /** Also the thread's name in the operating system, which shows 15 bytes of it. */
  readonly name: string;
  readonly url: URL;
  /** Its place on the board. */
  readonly index: number;
  readonly board: ThreadBoard;
  /** Handed to the thread as it is (structured clone). */
  readonly data?: unknown;
  readonly transfer?: readonly Transferable[];
  /** Limit of the JavaScript heap; shared, array-buffer and WASM memory are not under it. */
  readonly heapMiB?: number;
}

/** What a thread finds in its workerData. */
export interface ThreadStart {
  readonly name: string;
  readonly index: number;
  readonly board: ThreadBoard;
  readonly data: unknown;
}

/** Asks a thread to finish by itself. */
export const shutdownMessage = { thread: 'shutdown' } as const;
export const collectMessage = { thread: 'collect' } as const;

/** The URL of a thread's module beside the importer: TypeScript when run unbuilt, JavaScript when built. */
export function threadUrl(importMetaUrl: string, path: string): URL {
  const extension = importMetaUrl.endsWith('.ts') ? '.ts' : '.js';
  return new URL(path + extension, importMetaUrl);
}

const YOUNG_MIB = 24;
const HEAP_MIB = 512;

export class Thread implements Child, Watched {
  readonly name: string;
  readonly index: number;
  readonly status: StatusLine;
  /** To the actors of the thread. */
  readonly link: Link;
  readonly #worker: Worker;
  readonly #options: ThreadOptions;
  readonly #ending = new Ending();
  #error: ErrorData | undefined;
  #killed = false;

  constructor(system: ActorSystem, options: ThreadOptions) {
    const { name, index, board, data, heapMiB = HEAP_MIB } = options;
    this.name = name;
    this.index = index;
    this.#options = options;
    this.status = new StatusLine(board.statusLines, index, system.clock);
    this.status.clear();
    const start: ThreadStart = { name, index, board, data };
    this.#worker = new Worker(options.url, {
      name,
      workerData: start,
      transferList: [...(options.transfer ?? [])],
      resourceLimits: { maxOldGenerationSizeMb: heapMiB, maxYoungGenerationSizeMb: YOUNG_MIB },
    });
    this.link = new Link(system, (value, transfer) => this.#post(value, transfer));
    this.#worker.on('message', (value: unknown) => this.link.deliver(value));
    this.#worker.on('error', (error: unknown) => {
      this.#error ??= this.#errorData(error);
    });
    // Always the last event, after every message that the thread had posted.
    this.#worker.on('exit', (code) => this.#exited(code));
  }

  watch(listener: TerminatedListener): () => void {
    return this.#ending.watch(listener);
  }

  /** Asks it to finish (see ThreadSelf.stopping); resolves at its exit. */
  stop(): Promise<Terminated> {
    this.#post(shutdownMessage);
    return this.#ending.happened();
  }

  /** Has it collect its garbage: see collect-garbage.ts. */
  collectGarbage(): void {
    this.#post(collectMessage);
  }

  kill(): void {
    void this.terminate();
  }

  /** Ends it wherever it is, a loop included; with a cause, that counts as its failure. */
  async terminate(cause?: LaError): Promise<void> {
    this.#killed = true;
    if (cause !== undefined) this.#error ??= errorToData(cause);
    await this.#worker.terminate();
  }

  /** CPU time since its start; undefined when it has ended. */
  async cpuMs(): Promise<number | undefined> {
    if (this.#ending.ended !== undefined) return undefined;
    try {
      const { user, system } = await this.#worker.cpuUsage();
      return (user + system) / 1000;
    } catch (error) {
      // Not running yet or no more: the exit event tells what there is to tell.
      if (codeOf(error) === 'ERR_WORKER_NOT_RUNNING') return undefined;
      throw error;
    }
  }

  #post(value: unknown, transfer: readonly Transferable[] = []): void {
    this.#worker.postMessage(value, [...transfer]);
    ringBell(this.#options.board.bells, this.index * BELL_STRIDE); // it may sleep on its bell
  }

  #exited(exitCode: number): void {
    const { name } = this;
    if (this.#error === undefined && !this.#killed && exitCode !== 0) {
      this.#error = errorToData(engineError('LA_THREAD_EXITED', { thread: name, exitCode }));
    }
    const ended: Terminated =
      this.#error === undefined
        ? { name, reason: this.#killed ? 'killed' : 'stopped' }
        : { name, reason: 'failed', error: this.#error };
    this.link.close(ended);
    this.#ending.end(ended);
  }

  #errorData(error: unknown): ErrorData {
    if (codeOf(error) === 'ERR_WORKER_OUT_OF_MEMORY') {
      const heapMiB = this.#options.heapMiB ?? HEAP_MIB;
      return errorToData(engineError('LA_THREAD_OUT_OF_MEMORY', { thread: this.name, heapMiB }));
    }
    return isCoded(error) ? error : errorToData(error);
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** A LaError that crossed as an uncaught error has lost its class and kept its properties. */
function isCoded(error: unknown): error is ErrorData {
  if (!(error instanceof Error) || error instanceof LaError) return false;
  return 'code' in error && String(error.code).startsWith('LA_') && 'remedy' in error;
}
