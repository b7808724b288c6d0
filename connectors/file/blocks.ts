/** The bytes of a file in order, in blocks: plain ones from any position, compressed ones from the start. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { connectorError, reasonOf } from '../errors.ts';

export interface Blocks {
  /** Fills up to `length` bytes of `into` at `at`; how many it got, 0 at the end (of a growing file: for now). */
  read(into: Buffer, at: number, length: number): Promise<number>;
  close(): Promise<void>;
}

export const readError = (id: string, error: unknown) =>
  connectorError('LA_FILE_READ', { path: id, reason: reasonOf(error) }, error);

/** Plain bytes from `position` on. With `follow` it sees to it that the file behind the path stays the same. */
export class PlainBlocks implements Blocks {
  readonly #id: string;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #follow: boolean;
  #position: number;

  static async open(id: string, path: string, position: number, follow: boolean) {
    try {
      return new PlainBlocks(id, path, await open(path, 'r'), position, follow);
    } catch (error) {
      throw readError(id, error);
    }
  }

  private constructor(
    id: string,
    path: string,
    file: FileHandle,
    position: number,
    follow: boolean,
  ) {
    this.#id = id;
    this.#path = path;
    this.#file = file;
    this.#position = position;
    this.#follow = follow;
  }

  async read(into: Buffer, at: number, length: number): Promise<number> {
    let bytes: number;
    try {
      bytes = (await this.#file.read(into, at, length, this.#position)).bytesRead;
    } catch (error) {
      throw readError(this.#id, error);
    }
    if (bytes === 0 && this.#follow) await this.#checkSameFile();
    this.#position += bytes;
    return bytes;
  }

  async #checkSameFile(): Promise<void> {
    const [opened, named] = await Promise.all([
      this.#file.stat(),
      stat(this.#path).catch(() => undefined),
    ]);
    const changed = (reason: string) =>
      connectorError('LA_FILE_CHANGED', { path: this.#id, reason });
    if (opened.size < this.#position) {
      throw changed(`it has ${opened.size} bytes, of which ${this.#position} were read`);
    }
    if (named === undefined) throw changed('it is gone');
    if (named.ino !== opened.ino || named.dev !== opened.dev) {
      throw changed('another file has taken its name');
    }
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
