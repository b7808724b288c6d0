import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { connectorError, reasonOf } from '../errors.ts';

const SCAN_BYTES = 64 * 1024;
const NEWLINE = 10;

/** Makes whole lines in pieces, each valid until the next is asked for; the same lines each time. */
export type Lines = () => Iterable<Uint8Array>;

interface Append {
  readonly lines: Lines;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A file of lines that only grows. What a crash left of an unfinished append (its last line torn, or whole lines of a
 * batch that was never acknowledged) is harmless but for the torn line, which opening cuts off.
 */
export class AppendLog {
  readonly #path: string;
  readonly #file: FileHandle;
  #waiting: Append[] = [];
  #last: Promise<void> | undefined;

  static async open(path: string): Promise<AppendLog> {
    try {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'a+');
      try {
        await cutTornLine(file);
        await syncFolder(dirname(path));
        return new AppendLog(path, file);
      } catch (error) {
        await file.close();
        throw error;
      }
    } catch (error) {
      throw connectorError('LA_SINK_FILE', { path, reason: reasonOf(error) }, error);
    }
  }

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Appends the lines, made when their turn has come; durable when it resolves. Appends that wait at the same time go
   * together: one fdatasync for all, and if one fails all do. Then the file is as before, where that is still possible.
   */
  append(lines: Lines): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ lines, resolve, reject });
      this.#last ??= this.#run();
    });
  }

  async #run(): Promise<void> {
    await Promise.resolve(); // those of the same turn go together
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      try {
        await this.#appendAll(together);
        for (const { resolve } of together) resolve();
      } catch (error) {
        for (const { reject } of together) reject(error);
      }
    }
    this.#last = undefined;
  }

  async #appendAll(appends: readonly Append[]): Promise<void> {
    let written = 0;
    try {
      for (const { lines } of appends) {
        for (const bytes of lines()) {
          for (let at = 0; at < bytes.length; ) {
            const { bytesWritten } = await this.#file.write(bytes, at, bytes.length - at);
            at += bytesWritten;
            written += bytesWritten;
          }
        }
      }
      if (written > 0) await this.#file.datasync();
    } catch (error) {
      await this.#takeBack(appends, written).catch(() => {});
      throw connectorError('LA_SINK_FILE', { path: this.#path, reason: reasonOf(error) }, error);
    }
  }

  /** Cuts off what was written, where it is still the file's end: a former owner may have appended meanwhile. */
  async #takeBack(appends: readonly Append[], written: number): Promise<void> {
    if (written === 0) return;
    const { size } = await this.#file.stat();
    const start = size - written;
    let at = start;
    for (const { lines } of appends) {
      for (const bytes of lines()) {
        const length = Math.min(bytes.length, size - at);
        const there = Buffer.alloc(length);
        await this.#file.read(there, 0, length, at);
        if (!there.equals(bytes.subarray(0, length))) return;
        at += length;
      }
    }
    await this.#file.truncate(start);
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }
}

async function cutTornLine(file: FileHandle): Promise<void> {
  const { size } = await file.stat();
  const block = Buffer.alloc(SCAN_BYTES);
  let end = size;
  while (end > 0) {
    const from = Math.max(0, end - SCAN_BYTES);
    const { bytesRead } = await file.read(block, 0, end - from, from);
    const newline = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (newline >= 0) {
      end = from + newline + 1;
      break;
    }
    end = from;
  }
  if (end < size) await file.truncate(end);
}

/** A new file is there after a power loss only when its folder is synced. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
