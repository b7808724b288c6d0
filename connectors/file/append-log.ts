import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { connectorError, reasonOf } from '../errors.ts';

const SCAN_BYTES = 64 * 1024;
const NEWLINE = 10;

/**
 * A file of lines that only grows. What a crash left of an unfinished append (its last line torn, or whole lines of a
 * batch that was never acknowledged) is harmless but for the torn line, which opening cuts off.
 */
export class AppendLog {
  readonly #path: string;
  readonly #file: FileHandle;
  #last: Promise<void> = Promise.resolve();

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
   * Appends the whole lines that `lines` returns when its turn has come; durable when it resolves. When it fails, the
   * file is as before, where that is still possible.
   */
  append(lines: () => Uint8Array): Promise<void> {
    const appended = this.#last.then(() => this.#append(lines()));
    this.#last = appended.catch(() => {});
    return appended;
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    let at = 0;
    try {
      while (at < bytes.length) {
        at += (await this.#file.write(bytes, at, bytes.length - at)).bytesWritten;
      }
      await this.#file.datasync();
    } catch (error) {
      await this.#takeBack(bytes.subarray(0, at)).catch(() => {});
      throw connectorError('LA_SINK_FILE', { path: this.#path, reason: reasonOf(error) }, error);
    }
  }

  /** Cuts off what was written, where it is still the file's end: a former owner may have appended meanwhile. */
  async #takeBack(written: Uint8Array): Promise<void> {
    const start = (await this.#file.stat()).size - written.length;
    const end = Buffer.alloc(written.length);
    await this.#file.read(end, 0, end.length, start);
    if (end.equals(written)) await this.#file.truncate(start);
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
