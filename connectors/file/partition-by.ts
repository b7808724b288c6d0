import type { Json } from '../../runtime/json.ts';
import type { PartitionReader, RecordBatch } from '../contract.ts';

/** Which of `partitions` a record belongs to: by a hash of the canonical JSON text of its value at a dot path. */
export type PartitionOf = (record: Uint8Array) => number;

/** A record that cannot be read, or has no such value, goes where null goes. */
export function partitionBy(path: string, partitions: number): PartitionOf {
  const names = path.split('.');
  const decoder = new TextDecoder();
  return (record) => {
    let value: Json | undefined;
    try {
      value = JSON.parse(decoder.decode(record));
    } catch {
      value = null;
    }
    for (const name of names) value = memberOf(value, name);
    return hashText(canonicalText(value ?? null)) % partitions;
  };
}

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const memberOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** JSON.stringify writes numbers by value (`1.0` and `1` alike, `-0` as `0`), as canonical text does. */
const canonicalText = (value: Json): string => JSON.stringify(value);

/** FNV-1a over UTF-16 units, its bits mixed so that the low ones are as good as the high ones. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The records of one partition, at their offsets in the whole file. */
export class PartitionByReader implements PartitionReader {
  readonly #reader: PartitionReader;
  readonly #partitionOf: PartitionOf;
  readonly #partition: number;
  #starts = new Uint32Array(0);
  #ends = new Uint32Array(0);
  #offsets = new Float64Array(0);

  constructor(reader: PartitionReader, partitionOf: PartitionOf, partition: number) {
    this.#reader = reader;
    this.#partitionOf = partitionOf;
    this.#partition = partition;
  }

  async read(maxRecords: number, signal: AbortSignal): Promise<RecordBatch | 'idle' | 'end'> {
    const batch = await this.#reader.read(maxRecords, signal);
    if (batch === 'idle' || batch === 'end') return batch;
    this.#reserve(batch.count);
    let count = 0;
    for (let row = 0; row < batch.count; row++) {
      const [start, end] = [batch.starts[row]!, batch.ends[row]!];
      if (this.#partitionOf(batch.bytes.subarray(start, end)) !== this.#partition) continue;
      this.#starts[count] = start;
      this.#ends[count] = end;
      this.#offsets[count] = batch.offsets?.[row] ?? batch.firstOffset + row;
      count += 1;
    }
    return { ...batch, count, starts: this.#starts, ends: this.#ends, offsets: this.#offsets };
  }

  #reserve(records: number): void {
    if (this.#starts.length >= records) return;
    this.#starts = new Uint32Array(records);
    this.#ends = new Uint32Array(records);
    this.#offsets = new Float64Array(records);
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
