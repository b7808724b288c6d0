import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { readResultFile } from '../../../connectors/file/read-results.ts';
import { sinks } from '../../../connectors/registry.ts';
import { resultBatch, wifiSchema } from '../contract/result-batches.ts';
import { type KilledSink, testKilledSink } from '../contract/sink-kill.ts';
import { testSink } from '../contract/sink-suite.ts';
import { temporaryFolder } from '../contract/temporary-folder.ts';

const live = new AbortController().signal;

async function fileSink(): Promise<KilledSink> {
  const folder = await temporaryFolder();
  const options = { type: 'file', path: 'out/{view}.ndjson' } as const;
  const pathOf = (view: string) => join(folder.path, 'out', `${view}.ndjson`);
  return {
    ...{ type: 'file', options, projectDir: folder.path },
    open: () => sinks.file.open(options, { projectDir: folder.path }),
    rows: (schema) => readResultFile(pathOf(schema.view), schema),
    tear: ({ view }) => appendFile(pathOf(view), '{"ap":"b","place.floor":1,"window_start":0,"wi'),
    close: folder.remove,
  };
}

testSink('file', fileSink);
testKilledSink('file', fileSink);

async function lines(mode: 'updates' | 'final', views: readonly string[], path: string) {
  const folder = await temporaryFolder();
  const sink = await sinks.file.open({ type: 'file', path, mode }, { projectDir: folder.path });
  try {
    for (const view of views) {
      const schema = { ...wifiSchema, view };
      await sink.prepare(schema);
      const rows = [
        { key: '["é\\n",1]', values: [-1.5, 2, 'x', [1]] },
        { key: '[null,2]', complete: true, rows: 7, truncated: true, gap: true },
        { key: '["b",1]', complete: true, values: [1e21, -0, 'ü', { a: null }] },
      ];
      await sink.write(resultBatch(schema, rows, { generation: 9, claim: 3 }), live);
    }
    await sink.close();
    return (await readFile(join(folder.path, path.replace('{view}', 'v')), 'utf8')).split('\n');
  } finally {
    await sink.close();
    await folder.remove();
  }
}

const window = '"window_start":0,"window_end":60000';
const updates = [
  `{"ap":"é\\n","place.floor":1,${window},"avg_rssi":-1.5,"phones":2,"last":"x","top \\"k\\"":[1],"generation":9,"rows":1,"complete":false,"claim":3}`,
  `{"ap":null,"place.floor":2,${window},"avg_rssi":null,"phones":null,"last":null,"top \\"k\\"":null,"generation":9,"rows":7,"complete":true,"claim":3,"truncated":true,"gap":true}`,
  `{"ap":"b","place.floor":1,${window},"avg_rssi":1e+21,"phones":0,"last":"ü","top \\"k\\"":{"a":null},"generation":9,"rows":1,"complete":true,"claim":3}`,
  '',
];

test('the file sink writes every row in updates mode, complete ones in final mode', async () => {
  assert.deepEqual(await lines('updates', ['v'], 'out.ndjson'), updates);
  assert.deepEqual(await lines('final', ['v'], 'a/b/out.ndjson'), updates.slice(1));
  assert.deepEqual(await lines('updates', ['u', 'v'], '{view}.ndjson'), updates);
});

test('the file sink refuses two views in one file', async () => {
  await assert.rejects(lines('updates', ['u', 'v'], 'out.ndjson'), { code: 'LA_SINK_PATH_SHARED' });
});

test('the file sink cuts off a torn line however long, and a file that is nothing else', async () => {
  const f = async (before: string, after: string) => {
    const folder = await temporaryFolder();
    const path = join(folder.path, 'out.ndjson');
    await appendFile(path, before);
    const sink = await sinks.file.open({ type: 'file', path }, { projectDir: folder.path });
    await sink.prepare(wifiSchema);
    await sink.close();
    assert.equal(await readFile(path, 'utf8'), after);
    await folder.remove();
  };
  await f('', '');
  await f('{"a":1}\n', '{"a":1}\n');
  await f('{"a":1}\n{"b', '{"a":1}\n');
  await f('{"b', '');
  await f(`{"a":1}\n{"b":"${'x'.repeat(200_000)}`, '{"a":1}\n');
  await f('x'.repeat(65_536), '');
});
