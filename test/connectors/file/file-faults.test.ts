import assert from 'node:assert/strict';
import { appendFile, mkdir, rename, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Source } from '../../../connectors/contract.ts';
import { sources } from '../../../connectors/registry.ts';
import { sourceContext } from '../contract/source-context.ts';
import { readAll, recordsOf } from '../contract/source-suite.ts';
import { temporaryFolder } from '../contract/temporary-folder.ts';

const live = new AbortController().signal;

interface Project {
  readonly path: string;
  write(name: string, contents: string | Uint8Array): Promise<void>;
  open(options: object, maxRecordBytes?: number): Promise<Source>;
}

async function inProject(use: (project: Project) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  const opened: Source[] = [];
  try {
    await use({
      path: folder.path,
      write: async (name, contents) => {
        await mkdir(dirname(join(folder.path, name)), { recursive: true });
        await writeFile(join(folder.path, name), contents);
      },
      open: async (options, maxRecordBytes) => {
        const context = sourceContext(folder.path, undefined, maxRecordBytes);
        const source = await sources.file.open({ type: 'file', ...options }, context);
        opened.push(source);
        return source;
      },
    });
  } finally {
    await Promise.all(opened.map((source) => source.close()));
    await folder.remove();
  }
}

const texts = (records: readonly { text: string }[]) => records.map(({ text }) => text);
const numbered = (count: number) => Array.from({ length: count }, (_, at) => `{"ts":${at}}`);
const lines = (count: number) => `${numbered(count).join('\n')}\n`;

test('partitions are files, named by their path; new ones come at the end', () =>
  inProject(async ({ path, write, open }) => {
    const f = async (source: Source, expected: string[]) =>
      assert.deepEqual(
        (await source.partitions()).map(({ id }) => id),
        expected,
      );
    for (const name of ['b.ndjson', 'in/a.ndjson', 'in/c.gz', 'in/deep/d.ndjson', 'x[1].ndjson']) {
      await write(name, '');
    }
    const source = await open({ path: 'in/*.ndjson' });
    await f(source, ['in/a.ndjson']);
    await write('in/Z.ndjson', '');
    await f(source, ['in/a.ndjson', 'in/Z.ndjson']);
    await f(await open({ path: 'in/*.ndjson' }), ['in/Z.ndjson', 'in/a.ndjson']);
    await f(await open({ path: ['b.ndjson', '**/a.ndjson', './b.ndjson'] }), [
      'b.ndjson',
      'in/a.ndjson',
    ]);
    await f(await open({ path: '**/d.*' }), ['in/deep/d.ndjson']);
    await f(await open({ path: 'x[1].ndjson' }), ['x[1].ndjson']);
    await f(await open({ path: join(path, 'b.ndjson') }), ['b.ndjson']);
    await f(await open({ path: 'later/*', follow: true }), []);
    await assert.rejects((await open({ path: 'no/*' })).partitions(), {
      code: 'LA_FILE_NOT_FOUND',
      exit: 2,
    });
    await assert.rejects((await open({ path: 'b.ndjson' })).open('gone', 0, null), {
      code: 'LA_FILE_NOT_FOUND',
    });
  }));

test('a file that was appended to is read on; one that was cut, replaced or continued is an error', () =>
  inProject(async ({ path, write, open }) => {
    const name = join(path, 'a');
    const f = async (before: string, change: () => Promise<void>, expected: string[] | string) => {
      await write('a', before);
      const source = await open({ path: 'a' });
      const { end } = await readAll(await source.open('a', 0, null), 0);
      const fingerprint = await source.fingerprint('a', end);
      await change();
      const again = (await open({ path: 'a' })).open('a', end, fingerprint);
      if (typeof expected === 'string') {
        await assert.rejects(again, { code: 'LA_FILE_CHANGED', message: new RegExp(expected) });
        return;
      }
      assert.deepEqual(texts((await readAll(await again, end)).records), expected);
    };
    await f('1\n2\n', async () => {}, []);
    await f('1\n2\n', () => appendFile(name, '3\n4'), ['3', '4']);
    await f('1\n2', () => appendFile(name, '\n3\n'), ['3']);
    await f('1\n2', () => appendFile(name, '\n\n3\n'), ['3']);
    await f('1\n2', () => appendFile(name, '2\n3\n'), 'goes on');
    await f('1\n2\n', () => truncate(name, 2), 'it has 2 bytes, of which 4 were read');
    await f('1\n2\n', () => write('a', '1\n3\n4\n'), 'contents differ');
    await f(
      `${'x'.repeat(70_000)}\n1\n`,
      () => write('a', `${'x'.repeat(70_000)}\n2\n3\n`),
      'contents differ',
    );
  }));

test('offsets after a last line that got its newline later are those of one reading', () =>
  inProject(async ({ path, write, open }) => {
    await write('a', '1\n2');
    const source = await open({ path: 'a' });
    const { end } = await readAll(await source.open('a', 0, null), 0);
    await appendFile(join(path, 'a'), '\n3\n');
    const rest = await readAll(await source.open('a', end, null), end);
    assert.deepEqual(rest.records, [{ offset: 2, text: '3' }]);
    const whole = await readAll(await (await open({ path: 'a' })).open('a', 0, null), 0);
    assert.deepEqual(whole.records.at(-1), { offset: 2, text: '3' });
  }));

test('a followed file that is cut or replaced while it is read is an error', () =>
  inProject(async ({ path, write, open }) => {
    const f = async (change: () => Promise<void>, reason: RegExp) => {
      await write('a', lines(3));
      const source = await open({ path: 'a', follow: true });
      const reader = await source.open('a', 0, null);
      assert.notEqual(await reader.read(10, live), 'idle');
      assert.equal(await reader.read(10, live), 'idle');
      await change();
      await assert.rejects(reader.read(10, live), { code: 'LA_FILE_CHANGED', message: reason });
    };
    const name = join(path, 'a');
    await f(() => truncate(name, 3), /it has 3 bytes, of which 27 were read/);
    await f(() => rename(name, `${name}.1`), /it is gone/);
    await f(async () => {
      await rename(name, `${name}.1`);
      await write('a', lines(5));
    }, /another file has taken its name/);
  }));

test('a broken gzip file gives its good lines and then an error', () =>
  inProject(async ({ write, open }) => {
    const pseudoRandom = (at: number) => Math.imul(at + 1, 0x9e3779b1) >>> 0;
    const all = Array.from({ length: 30_000 }, (_, at) => `{"ts":${at},"x":${pseudoRandom(at)}}`);
    const whole = gzipSync(`${all.join('\n')}\n`);
    const f = async (bytes: Uint8Array, good: number, reason: RegExp) => {
      await write('a.gz', bytes);
      const reader = await (await open({ path: 'a.gz' })).open('a.gz', 0, null);
      const records: string[] = [];
      const readOn = async () => {
        for (;;) {
          const batch = await reader.read(1000, live);
          assert.ok(batch !== 'idle' && batch !== 'end', 'a broken file has no end');
          records.push(...texts(recordsOf(batch)));
        }
      };
      const broken = { code: 'LA_FILE_GZIP', message: reason, retryable: false };
      await assert.rejects(readOn(), broken);
      await assert.rejects(reader.read(1, live), broken, 'it stays broken');
      assert.ok(records.length >= good, `${records.length} lines`);
      assert.deepEqual(records.slice(0, good), all.slice(0, good));
    };
    assert.ok(whole.length > 100_000);
    await f(whole.subarray(0, whole.length - 4), 29_990, /unexpected end of file/);
    await f(whole.subarray(0, whole.length / 2), 14_000, /unexpected end of file/);
    await f(Buffer.from('not gzip\n'), 0, /incorrect header check/);
    // Damage inside shows where the format breaks, or else in the check sum at the end.
    const damaged = Uint8Array.from(whole);
    damaged.fill(0xff, 80_000, 80_100);
    await f(damaged, 9000, /./);
    await write('b.gz', Buffer.concat([gzipSync('1\n2'), gzipSync('2\n3\n')]));
    const members = await (await open({ path: 'b.gz' })).open('b.gz', 0, null);
    assert.deepEqual(texts((await readAll(members, 0)).records), ['1', '22', '3']);
  }));

test('a record over max_record_bytes is passed with one byte too many, others whole', () =>
  inProject(async ({ write, open }) => {
    const long = 'x'.repeat(3_000_000);
    await write('a', `12345\n${long}\n1234567890\n${long}`);
    const reader = await (await open({ path: 'a' }, 8)).open('a', 0, null);
    const { records, end } = await readAll(reader, 0);
    assert.deepEqual(texts(records), ['12345', 'xxxxxxxxx', '123456789', 'xxxxxxxxx']);
    assert.equal(end, 4);
  }));

test('each record is in the partition of its value, at its line', () =>
  inProject(async ({ write, open }) => {
    const values = ['1', '1.0', '"1"', 'null', '', 'true', '-0', '0', '"é"', '{"a":1}', '[1]'];
    const records = Array.from({ length: 30 }, () => values)
      .flat()
      .map((value, at) => (value === '' ? `{"n":${at}}` : `{"n":${at},"a":{"b":${value}}}`));
    const spread = Array.from({ length: 300 }, (_, at) => `{"a":{"b":"value ${at}"}}`);
    await write('a', `\n${[...records, 'not json', ...spread].join('\n\n')}\n`);
    const source = await open({ path: 'a', partition_by: 'a.b', partitions: 4 });
    const all: { offset: number; text: string; partition: string }[] = [];
    for (const { id } of await source.partitions()) {
      const { records: some } = await readAll(await source.open(id, 0, null), 0, 50);
      assert.ok(some.length > 20, 'none is left nearly empty');
      all.push(...some.map((record) => ({ ...record, partition: id })));
    }
    all.sort((a, b) => a.offset - b.offset);
    assert.deepEqual(texts(all), [...records, 'not json', ...spread]);
    for (const [at, { offset }] of all.entries()) assert.equal(offset, 2 * at + 1);
    const partitionOf = (at: number) => all[at]!.partition;
    for (let at = 0; at < records.length; at++) {
      assert.equal(partitionOf(at), partitionOf(at % values.length), 'by value alone');
    }
    assert.equal(partitionOf(0), partitionOf(1), '1 is 1.0');
    assert.equal(partitionOf(6), partitionOf(7), '-0 is 0');
    assert.equal(partitionOf(3), partitionOf(4), 'missing is null');
    assert.equal(partitionOf(3), partitionOf(records.length), 'unreadable is null');
  }));

test('options that contradict each other are refused', async () => {
  const f = (options: object) =>
    assert.rejects(sources.file.open({ type: 'file', ...options }, sourceContext('/')), {
      name: 'ZodError',
    });
  await f({});
  await f({ path: '' });
  await f({ path: 'a', partitions: 3 });
  await f({ path: 'a', partition_by: 'b' });
  await f({ path: 'a', loop: true, follow: true });
  await f({ path: 'a', unknown: 1 });
  for (const rate of ['fast', '60', 'x', '0x', '0.0/s', '-1x', '60x '])
    await f({ path: 'a', rate });
});
