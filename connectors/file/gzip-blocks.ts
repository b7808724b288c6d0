import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip, type Gunzip } from 'node:zlib';
import { connectorError, reasonOf } from '../errors.ts';
import { type Blocks, readError } from './blocks.ts';

/**
 * Compressed bytes per step. What a damaged step would still have given is lost with it, so it is small; and it bounds
 * how much a step can expand to (about 1000 times).
 */
const STEP_BYTES = 16 * 1024;
const OUTPUT_BYTES = 256 * 1024;

/**
 * The decompressed bytes of a gzip file. Damage is an error only after all bytes before it were handed out. Changed bytes
 * that happen to decode show only in the check sum at the end, as gzip has no other: then garbage was handed out too.
 */
export class GzipBlocks implements Blocks {
  readonly #id: string;
  readonly #file: FileHandle;
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  readonly #step = Buffer.allocUnsafeSlow(STEP_BYTES);
  #ready: Buffer[] = [];
  #ended = false;
  #bytes = 0;
  #damage: Error | null = null;
  #wake: () => void = () => {};

  static async open(id: string, path: string): Promise<GzipBlocks> {
    try {
      return new GzipBlocks(id, await open(path, 'r'));
    } catch (error) {
      throw readError(id, error);
    }
  }

  private constructor(id: string, file: FileHandle) {
    this.#id = id;
    this.#file = file;
    this.#gunzip.on('data', (bytes: Buffer) => this.#ready.push(bytes));
    this.#gunzip.on('end', () => {
      this.#ended = true;
      this.#wake();
    });
    this.#gunzip.on('error', (error) => {
      this.#damage = error;
      this.#wake();
    });
  }

  async read(into: Buffer, at: number, length: number): Promise<number> {
    while (this.#ready.length === 0) {
      if (this.#damage !== null) throw this.#damaged(this.#damage);
      if (this.#ended) return 0;
      await this.#decompressStep();
    }
    const bytes = this.#ready[0]!;
    const count = bytes.copy(into, at, 0, Math.min(length, bytes.length));
    if (count < bytes.length) this.#ready[0] = bytes.subarray(count);
    else this.#ready.shift();
    this.#bytes += count;
    return count;
  }

  async #decompressStep(): Promise<void> {
    let bytesRead: number;
    try {
      ({ bytesRead } = await this.#file.read(this.#step, 0, STEP_BYTES, null));
    } catch (error) {
      throw readError(this.#id, error);
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (bytesRead === 0) this.#gunzip.end();
      else this.#gunzip.write(this.#step.subarray(0, bytesRead), () => resolve());
    });
  }

  #damaged(error: Error) {
    const context = { path: this.#id, reason: reasonOf(error), bytes: this.#bytes };
    return connectorError('LA_FILE_GZIP', context, error);
  }

  close(): Promise<void> {
    this.#gunzip.destroy();
    return this.#file.close();
  }
}
