import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sinks } from '../../../connectors/registry.ts';
import type { Json } from '../../../runtime/json.ts';
import type { ResultSchema } from '../../../runtime/result-batch.ts';
import { resultBatch, wifiSchema } from '../contract/result-batches.ts';
import { type KilledSink, testKilledSink } from '../contract/sink-kill.ts';
import { testSink } from '../contract/sink-suite.ts';
import { type TemporaryFolder, temporaryFolder } from '../contract/temporary-folder.ts';
import { readTable } from './read-table.ts';

const live = new AbortController().signal;
const crashScript = fileURLToPath(new URL('crash-in-transaction.ts', import.meta.url));
const sqliteOptions = { type: 'sqlite', path: 'state/results.db' } as const;
const open = (folder: TemporaryFolder) =>
  sinks.sqlite.open(sqliteOptions, { projectDir: folder.path });
const databaseIn = (folder: TemporaryFolder) => join(folder.path, 'state/results.db');

async function sqliteSink(): Promise<KilledSink> {
  const folder = await temporaryFolder();
  return {
    ...{ type: 'sqlite', options: sqliteOptions, projectDir: folder.path },
    open: () => open(folder),
    rows: async (schema) => readTable(databaseIn(folder), schema),
    tear: async ({ view }) => {
      const { signal, stderr } = spawnSync(process.execPath, [
        crashScript,
        databaseIn(folder),
        view,
      ]);
      assert.equal(signal, 'SIGKILL', String(stderr));
      assert.ok(statSync(`${databaseIn(folder)}-wal`).size > 1_000_000, 'it wrote before it died');
    },
    close: folder.remove,
  };
}

testSink('sqlite', sqliteSink);
testKilledSink('sqlite', sqliteSink);

async function inFolder(use: (folder: TemporaryFolder) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder();
  try {
    await use(folder);
  } finally {
    await folder.remove();
  }
}

test('keys are stored by their type, with all their digits', () =>
  inFolder(async (folder) => {
    const f = async (element: string, type: string, text: string) => {
      const sink = await open(folder);
      await sink.prepare({ view: 'v', keys: ['k'], values: [] });
      const schema: ResultSchema = { view: 'v', keys: ['k'], values: [] };
      await sink.write(resultBatch(schema, [{ key: `[${element}]` }]), live);
      await sink.close();
      const database = new DatabaseSync(databaseIn(folder));
      const row = database
        .prepare('SELECT typeof(k) type, CAST(k AS TEXT) text FROM v WHERE group_key = ?')
        .get(`[${element}]`);
      database.close();
      assert.deepEqual({ ...row }, { type, text });
    };
    await f('1', 'integer', '1');
    await f('"1"', 'text', '1');
    await f('1.5', 'real', '1.5');
    await f('true', 'integer', '1');
    await f('9007199254740993', 'integer', '9007199254740993');
    await f('1180591620717411303424', 'text', '1180591620717411303424');
    await f('"é"', 'text', 'é');
  }));

test('whole values are stored as integers, with texts beside them and without', () =>
  inFolder(async (folder) => {
    const schema: ResultSchema = { view: 'v', keys: [], values: [{ name: 'x', type: 'value' }] };
    const f = async (values: Json[], expected: string[]) => {
      const sink = await open(folder);
      await sink.prepare(schema);
      const rows = values.map((value, row) => ({
        key: '[]',
        window: row,
        rows: 9,
        values: [value],
      }));
      await sink.write(resultBatch(schema, rows, { claim: values.length }), live);
      await sink.close();
      const database = new DatabaseSync(databaseIn(folder));
      const types = database.prepare('SELECT typeof(x) type FROM v ORDER BY window_start').all();
      database.close();
      assert.deepEqual(
        types.map(({ type }) => type),
        expected,
      );
    };
    await f([1, null, 1.5], ['integer', 'null', 'real']);
    await f([1, null, 1.5, 'a'], ['integer', 'null', 'real', 'text']);
  }));

test('rows that a generation no longer owns are removed, and refused from those who still write them', () =>
  inFolder(async (folder) => {
    const schema: ResultSchema = { view: 'v', keys: ['k'], values: [] };
    const [owner, successor] = [await open(folder), await open(folder)];
    const write = (generation: number, rows: Parameters<typeof resultBatch>[1]) =>
      (generation === 8 ? owner : successor).write(resultBatch(schema, rows, { generation }), live);
    await owner.prepare({ ...schema, generation: 8 });
    const before = [300, 600].map((window) => ({ key: '["old"]', window }));
    await write(8, before);
    await successor.prepare({ ...schema, generation: 9, cutoverMs: 600 });
    await write(9, [{ key: '["new"]', window: 600 }]);
    await write(8, [...before, { key: '["late"]', window: 300 }, { key: '["void"]', window: 900 }]);
    await owner.close();
    await successor.close();
    const found = readTable(databaseIn(folder), schema).map(
      ({ group_key, window_start, generation }) => `${group_key} ${window_start} ${generation}`,
    );
    assert.deepEqual(found.sort(), ['["late"] 300 8', '["new"] 600 9', '["old"] 300 8']);
  }));

async function prepareBoth(first: ResultSchema, second: ResultSchema): Promise<void> {
  await inFolder(async (folder) => {
    for (const schema of [first, second]) {
      const sink = await open(folder);
      await sink.prepare(schema).finally(() => sink.close());
    }
  });
}

test('tables gain columns, and are refused where a column changed its type or clashes', async () => {
  const schema = (
    keys: string[],
    values: ResultSchema['values'] = [],
    view = 'v',
  ): ResultSchema => ({ view, keys, values });
  const misfit = (reason: RegExp) => ({ code: 'LA_SQLITE_SCHEMA', message: reason });
  const x = (type: 'number' | 'integer' | 'value' | 'json') => schema(['a'], [{ name: 'x', type }]);
  await prepareBoth(schema(['a']), schema(['a', 'b']));
  await prepareBoth(schema(['a', 'b']), schema(['a']));
  await prepareBoth(x('number'), schema(['a']));
  await assert.rejects(prepareBoth(x('number'), x('json')), misfit(/x is REAL there, and TEXT/));
  await assert.rejects(prepareBoth(x('value'), x('integer')), misfit(/x is untyped there/));
  await assert.rejects(
    prepareBoth(schema([]), schema(['a', 'A'])),
    misfit(/two columns are named a/),
  );
});

test('foreign tables and files are refused', () =>
  inFolder(async (folder) => {
    const path = join(folder.path, 'x.db');
    const options = { type: 'sqlite', path };
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE ap_signal (a)');
    database.close();
    const sink = await sinks.sqlite.open(options, { projectDir: '/' });
    await assert.rejects(sink.prepare(wifiSchema), { code: 'LA_SQLITE_SCHEMA' });
    await sink.prepare({ ...wifiSchema, view: 'v' });
    await assert.rejects(sink.prepare({ ...wifiSchema, view: 'V' }), { code: 'LA_SQLITE_SCHEMA' });
    await sink.close();
    await writeFile(
      join(folder.path, 'y.db'),
      'no database at all, but long enough to be one'.repeat(9),
    );
    await assert.rejects(
      sinks.sqlite.open({ type: 'sqlite', path: 'y.db' }, { projectDir: folder.path }),
      {
        code: 'LA_SQLITE_FAILED',
        retryable: true,
      },
    );
  }));
