import type { InputMemory } from '../../kernels/input-memory.ts';
import type {
  PartitionInfo,
  PartitionReader,
  ReadContext,
  Source,
  SourceContext,
  Start,
} from '../contract.ts';
import { connectorError } from '../errors.ts';
import { createPacer, PacedReader, type Pacer } from '../rate.ts';
import { plainFingerprint, verifyWhole, wholeFingerprint } from './fingerprint.ts';
import { LoopReader, type LoopShape, measureLoop } from './loop.ts';
import { type LineFile, openLines } from './open-lines.ts';
import type { FileSourceOptions } from './options.ts';
import { PartitionByReader, type PartitionOf, partitionBy } from './partition-by.ts';
import { findFiles } from './paths.ts';
import { Positions } from './positions.ts';
import { watchFile } from './watch-file.ts';

const SCAN_RECORDS = 8192;

interface FilePartition extends PartitionInfo {
  readonly file: LineFile;
  /** Number among the file's partitions; null when it has only one. */
  readonly slice: number | null;
}

export const openFileSource = async (options: FileSourceOptions, context: SourceContext) =>
  new FileSource(options, context);

export class FileSource implements Source {
  readonly #options: FileSourceOptions;
  readonly #context: SourceContext;
  readonly #pacer: Pacer | null;
  readonly #partitionOf: PartitionOf | null;
  /** In the order in which they were found. */
  readonly #partitions = new Map<string, FilePartition>();
  readonly #files = new Set<string>();
  readonly #loops = new Map<string, Promise<LoopShape>>();
  readonly #readers = new Set<PartitionReader>();

  constructor(options: FileSourceOptions, context: SourceContext) {
    const { partition_by, partitions } = options;
    this.#options = options;
    this.#context = context;
    this.#pacer = createPacer(options.rate, context.clock, context.eventTime);
    this.#partitionOf =
      partition_by === undefined || partitions === undefined
        ? null
        : partitionBy(partition_by, partitions);
  }

  async partitions(): Promise<readonly PartitionInfo[]> {
    const { path, follow } = this.#options;
    for (const found of await findFiles(this.#context.projectDir, path, follow)) {
      if (!this.#files.has(found.id)) this.#addFile(found.id, found.path);
    }
    return [...this.#partitions.values()].map(({ id, bounded }) => ({ id, bounded }));
  }

  #addFile(id: string, path: string): void {
    const { loop, follow, partitions } = this.#options;
    const gzip = path.endsWith('.gz');
    const file = { id, path, gzip, positions: new Positions() };
    const bounded = !loop && (!follow || gzip);
    this.#files.add(id);
    if (partitions === undefined) {
      this.#partitions.set(id, { id, bounded, file, slice: null });
      return;
    }
    for (let slice = 0; slice < partitions; slice++) {
      const name = `${id}#${slice}`;
      this.#partitions.set(name, { id: name, bounded, file, slice });
    }
  }

  async #partition(id: string): Promise<FilePartition> {
    if (!this.#partitions.has(id)) await this.partitions();
    const partition = this.#partitions.get(id);
    if (partition !== undefined) return partition;
    throw connectorError('LA_FILE_NOT_FOUND', { path: id, dir: this.#context.projectDir });
  }

  async resolveStart(id: string, start: Start): Promise<number> {
    if (start === 'earliest') return 0;
    const { file, slice } = await this.#partition(id);
    const { maxRecordBytes } = this.#context;
    const lines = await openLines(file, 0, null, { maxRecordBytes, follow: this.#options.follow });
    try {
      if (start !== 'latest') return await this.#firstAt(this.#sliced(lines, slice), start.timeMs);
      await lines.skip(Number.POSITIVE_INFINITY);
      return lines.line;
    } finally {
      await lines.close();
    }
  }

  /** Offset of the first record whose event time is `timeMs` or later; the end when there is none. */
  async #firstAt(reader: PartitionReader, timeMs: number): Promise<number> {
    const { signal } = new AbortController();
    let end = 0;
    for (;;) {
      const batch = await reader.read(SCAN_RECORDS, signal);
      if (batch === 'end' || batch === 'idle') return end;
      for (let row = 0; row < batch.count; row++) {
        const record = batch.bytes.subarray(batch.starts[row], batch.ends[row]);
        if (this.#context.eventTime(record) >= timeMs)
          return batch.offsets?.[row] ?? batch.firstOffset + row;
      }
      end = batch.nextOffset;
    }
  }

  async open(
    id: string,
    offset: number,
    fingerprint: string | null,
    { memory, onMore }: ReadContext = {},
  ): Promise<PartitionReader> {
    const partition = await this.#partition(id);
    const { file, slice } = partition;
    const lines = await this.#openLines(file, offset, fingerprint, memory);
    const sliced = this.#sliced(lines, slice);
    const reader = this.#pacer === null ? sliced : new PacedReader(sliced, this.#pacer);
    this.#readers.add(reader);
    const grows = !partition.bounded && !this.#options.loop && onMore !== undefined;
    const watch = grows ? watchFile(file.path, onMore) : undefined;
    return {
      read: (maxRecords, signal) => reader.read(maxRecords, signal),
      get tells() {
        return watch?.works === true && reader.tells !== false;
      },
      close: () => {
        watch?.close();
        this.#readers.delete(reader);
        return reader.close();
      },
    };
  }

  async #openLines(
    file: LineFile,
    offset: number,
    fingerprint: string | null,
    memory: InputMemory | undefined,
  ) {
    const { maxRecordBytes } = this.#context;
    const { loop, follow } = this.#options;
    if (!loop) return openLines(file, offset, fingerprint, { maxRecordBytes, follow, memory });
    if (fingerprint !== null) await verifyWhole(file.id, file.path, fingerprint, true);
    const options = { maxRecordBytes, follow: false, memory };
    return new LoopReader(file, await this.#loopOf(file), offset, options);
  }

  #sliced(reader: PartitionReader, slice: number | null): PartitionReader {
    if (slice === null || this.#partitionOf === null) return reader;
    return new PartitionByReader(reader, this.#partitionOf, slice);
  }

  #loopOf(file: LineFile): Promise<LoopShape> {
    const known = this.#loops.get(file.id);
    if (known !== undefined) return known;
    const shape = measureLoop(file, this.#context);
    this.#loops.set(file.id, shape);
    return shape;
  }

  async fingerprint(id: string, offset: number): Promise<string | null> {
    const { file } = await this.#partition(id);
    if (this.#options.loop) return (await this.#loopOf(file)).fingerprint;
    if (file.gzip) return wholeFingerprint(file.id, file.path);
    const { maxRecordBytes } = this.#context;
    const lines = await openLines(file, offset, null, { maxRecordBytes, follow: false });
    await lines.close();
    return plainFingerprint(file.id, file.path, lines.position);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readers].map((reader) => reader.close()));
    this.#readers.clear();
  }
}
