/**
 * What every source must do. Cases: order and contiguous offsets, maxRecords, end and idle, resuming at every offset
 * with and without fingerprints, partitions and fingerprints stable over reopening, starts, two readers at once, batches
 * that stay valid until the next read, abort, closing while reading, offsets past the end, changed contents, growth.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { PartitionReader, RecordBatch, Source } from '../../../connectors/contract.ts';

/** A source over contents of its own, made anew for each case. */
export interface SourceUnderTest {
  /** Opens it on the same contents as before. */
  open(): Promise<Source>;
  /** What the first partition holds, where that is known beforehand. */
  readonly records?: readonly ReadRecord[];
  /** An event time, and the offset that it is the start of, in the first partition. */
  readonly startAt?: { readonly timeMs: number; readonly offset: number };
  /** Only for live partitions: appends records to the first. */
  append?(texts: readonly string[]): Promise<void>;
  /** Changes the contents that were read: a reader with an old fingerprint must not go on. */
  damage?(): Promise<void>;
  /** Code of the error that `damage` leads to. */
  readonly damageCode?: string;
  close(): Promise<void>;
}

export interface ReadRecord {
  readonly offset: number;
  readonly text: string;
}

export interface SourceCase {
  readonly name: string;
  /** Skipped where the source under test has no such hook. */
  readonly needs?: 'append' | 'damage' | 'records' | 'startAt';
  run(source: SourceUnderTest): Promise<void>;
}

const live = new AbortController().signal;

const offsetOf = (batch: RecordBatch, row: number) =>
  batch.offsets === null ? batch.firstOffset + row : batch.offsets[row]!;

export function recordsOf(batch: RecordBatch): ReadRecord[] {
  return Array.from({ length: batch.count }, (_, row) => ({
    offset: offsetOf(batch, row),
    text: Buffer.from(batch.bytes.subarray(batch.starts[row], batch.ends[row])).toString(),
  }));
}

interface Reading {
  readonly records: ReadRecord[];
  readonly end: number;
  readonly last: 'idle' | 'end';
}

/** Reads until there is no more, holding each batch to the contract. */
export async function readAll(
  reader: PartitionReader,
  offset: number,
  maxRecords = 1000,
): Promise<Reading> {
  const records: ReadRecord[] = [];
  let next = offset;
  for (;;) {
    const batch = await reader.read(maxRecords, live);
    if (batch === 'idle' || batch === 'end') {
      assert.equal(await reader.read(maxRecords, live), batch, 'it stays at the end');
      await reader.close();
      return { records, end: next, last: batch };
    }
    assert.ok(batch.count <= maxRecords, 'no more than maxRecords');
    assert.equal(batch.firstOffset, next, 'batches follow on each other');
    assert.ok(batch.nextOffset > next, 'each moves on');
    const read = recordsOf(batch);
    for (const { offset: at } of read) {
      assert.ok(at >= next && at < batch.nextOffset, 'offsets rise within the batch');
      next = at + 1;
    }
    records.push(...read);
    next = batch.nextOffset;
  }
}

async function withSource<T>(under: SourceUnderTest, use: (source: Source) => Promise<T>) {
  const source = await under.open();
  try {
    return await use(source);
  } finally {
    await source.close();
  }
}

async function first(source: Source) {
  const [partition] = await source.partitions();
  assert.ok(partition, 'it has a partition');
  return partition;
}

const readFirst = (under: SourceUnderTest, offset = 0, maxRecords = 1000) =>
  withSource(under, async (source) => {
    const { id } = await first(source);
    return readAll(await source.open(id, offset, null), offset, maxRecords);
  });

/** Offsets to resume at: all of them, or a sample where there are many. */
function resumeOffsets(end: number): number[] {
  const step = Math.max(1, Math.floor(end / 40));
  const offsets = Array.from({ length: end + 1 }, (_, offset) => offset);
  return offsets.filter((offset) => offset % step === 0 || offset >= end - 2);
}

const after = (records: readonly ReadRecord[], offset: number) =>
  records.filter((record) => record.offset >= offset);

const reading: SourceCase[] = [
  {
    name: 'gives its records in order, and ends as its partition says',
    run: async (under) => {
      const { last, records } = await readFirst(under);
      const { bounded } = await withSource(under, first);
      assert.equal(last, bounded ? 'end' : 'idle');
      assert.ok(records.length > 0);
    },
  },
  {
    name: 'gives the records that are there',
    needs: 'records',
    run: async (under) => assert.deepEqual((await readFirst(under)).records, under.records),
  },
  {
    name: 'gives the same records however many are asked for at once',
    run: async (under) => {
      const whole = await readFirst(under);
      for (const maxRecords of [1, 2, 7, 100_000]) {
        assert.deepEqual(await readFirst(under, 0, maxRecords), whole);
      }
    },
  },
  {
    name: 'leaves a batch as it is until the next read',
    run: async (under) =>
      withSource(under, async (source) => {
        const reader = await source.open((await first(source)).id, 0, null);
        for (;;) {
          const batch = await reader.read(3, live);
          if (batch === 'idle' || batch === 'end') return;
          const before = recordsOf(batch);
          for (let turn = 0; turn < 4; turn++) await setImmediate();
          assert.deepEqual(recordsOf(batch), before);
        }
      }),
  },
  {
    name: 'serves two readers of a partition apart',
    run: async (under) => {
      const whole = await readFirst(under);
      await withSource(under, async (source) => {
        const { id } = await first(source);
        const one = await source.open(id, 0, null);
        const head = await one.read(2, live);
        assert.ok(head !== 'idle' && head !== 'end');
        const held = recordsOf(head);
        const other = await readAll(await source.open(id, 0, null), 0, 3);
        assert.deepEqual(other.records, whole.records);
        assert.deepEqual(recordsOf(head), held);
        assert.equal((await readAll(one, head.nextOffset, 3)).end, whole.end);
      });
    },
  },
];

const resuming: SourceCase[] = [
  {
    name: 'resumes at every offset with the records from there on',
    run: async (under) => {
      const whole = await readFirst(under);
      for (const offset of resumeOffsets(whole.end)) {
        const rest = await readFirst(under, offset, 5);
        assert.deepEqual(rest.records, after(whole.records, offset));
        assert.equal(rest.end, whole.end);
      }
    },
  },
  {
    name: 'resumes, opened anew, with the fingerprint of any offset that was read',
    run: async (under) => {
      const whole = await readFirst(under);
      await withSource(under, async (source) => {
        const { id } = await first(source);
        const reader = await source.open(id, 0, null);
        await readAll(reader, 0, 5);
        for (const offset of resumeOffsets(whole.end)) {
          const fingerprint = await source.fingerprint(id, offset);
          await withSource(under, async (anew) => {
            assert.equal(
              await anew.fingerprint(id, offset),
              fingerprint,
              'fingerprints are stable',
            );
          });
          await withSource(under, async (anew) => {
            const rest = await readAll(await anew.open(id, offset, fingerprint), offset);
            assert.deepEqual(rest.records, after(whole.records, offset));
          });
        }
      });
    },
  },
  {
    name: 'names its partitions alike when opened again',
    run: async (under) => {
      const before = await withSource(under, (source) => source.partitions());
      assert.ok(before.length > 0);
      assert.equal(new Set(before.map(({ id }) => id)).size, before.length);
      assert.deepEqual(await withSource(under, (source) => source.partitions()), before);
    },
  },
  {
    name: 'starts at 0 for earliest and at the end for latest',
    run: async (under) => {
      const whole = await readFirst(under);
      await withSource(under, async (source) => {
        const { id } = await first(source);
        assert.equal(await source.resolveStart(id, 'earliest'), 0);
        assert.equal(await source.resolveStart(id, 'latest'), whole.end);
        const past = { timeMs: Number.MAX_SAFE_INTEGER };
        assert.equal(await source.resolveStart(id, past), whole.end);
      });
    },
  },
  {
    name: 'starts at the first record of a time',
    needs: 'startAt',
    run: (under) =>
      withSource(under, async (source) => {
        const { timeMs = 0, offset } = under.startAt ?? {};
        assert.equal(await source.resolveStart((await first(source)).id, { timeMs }), offset);
      }),
  },
];

const faults: SourceCase[] = [
  {
    name: 'refuses an offset past its end',
    run: async (under) => {
      const { end } = await readFirst(under);
      await withSource(under, async (source) => {
        const { id } = await first(source);
        await assert.rejects(source.open(id, end + 1, null), { code: 'LA_OFFSET_PAST_END' });
      });
    },
  },
  {
    name: 'refuses contents that changed since the fingerprint',
    needs: 'damage',
    run: async (under) => {
      const { end } = await readFirst(under);
      const [id, fingerprint] = await withSource(under, async (source) => {
        const partition = await first(source);
        return [partition.id, await source.fingerprint(partition.id, end)] as const;
      });
      await under.damage?.();
      await withSource(under, (source) =>
        assert.rejects(source.open(id, end, fingerprint), { code: under.damageCode }),
      );
    },
  },
  {
    name: 'loses nothing to an aborted read',
    run: async (under) => {
      const whole = await readFirst(under);
      await withSource(under, async (source) => {
        const reader = await source.open((await first(source)).id, 0, null);
        const reason = new Error('enough');
        const aborted = () => reader.read(2, AbortSignal.abort(reason));
        await assert.rejects(aborted, (error) => error === reason);
        const batch = await reader.read(2, live);
        assert.ok(batch !== 'idle' && batch !== 'end');
        const head = recordsOf(batch);
        await assert.rejects(aborted, (error) => error === reason);
        const rest = await readAll(reader, batch.nextOffset, 3);
        assert.deepEqual([...head, ...rest.records], whole.records);
      });
    },
  },
  {
    name: 'closes while it reads, and reads no more',
    run: async (under) => {
      const source = await under.open();
      const { id } = await first(source);
      const reader = await source.open(id, 0, null);
      const unread = await source.open(id, 0, null);
      const read = reader.read(2, live).then(
        (batch) => batch === 'end',
        () => false,
      );
      await reader.close();
      await reader.close();
      assert.equal(await read, false, 'a partition that was closed has not ended');
      await assert.rejects(reader.read(2, live));
      await unread.close();
      await source.close();
    },
  },
  {
    name: 'goes on with what is appended, idle before or not',
    needs: 'append',
    run: async (under) => {
      const whole = await readFirst(under);
      await withSource(under, async (source) => {
        const reader = await source.open((await first(source)).id, 0, null);
        for (let read = 0; read < whole.records.length; ) {
          const batch = await reader.read(1000, live);
          assert.ok(batch !== 'idle' && batch !== 'end');
          read += batch.count;
        }
        for (const texts of [['{"ts":1}'], ['{"ts":2}', '{"ts":3}']]) {
          await setImmediate(); // whatever was asked for in advance has met the end by now
          await under.append?.(texts);
          const batch = await reader.read(1000, live);
          assert.ok(batch !== 'idle' && batch !== 'end');
          assert.deepEqual(
            recordsOf(batch).map(({ text }) => text),
            texts,
          );
        }
        assert.equal(await reader.read(1000, live), 'idle');
        await under.append?.(['{"ts":4}']);
        assert.notEqual(await reader.read(1000, live), 'idle');
        await reader.close();
      });
      assert.equal((await readFirst(under)).end, whole.end + 4);
    },
  },
];

export const sourceCases: readonly SourceCase[] = [...reading, ...resuming, ...faults];

export function testSource(name: string, make: () => Promise<SourceUnderTest>): void {
  for (const { name: what, needs, run } of sourceCases) {
    test(`source ${name} ${what}`, async (context) => {
      const under = await make();
      try {
        const applies = needs === undefined || under[needs] !== undefined;
        if (applies) await run(under);
        else context.diagnostic(`does not apply: it has no ${needs}`);
      } finally {
        await under.close();
      }
    });
  }
}
