import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { sources } from '../../../connectors/registry.ts';
import { sourceContext } from '../contract/source-context.ts';
import { type SourceUnderTest, testSource } from '../contract/source-suite.ts';
import { temporaryFolder } from '../contract/temporary-folder.ts';

const BOM = '\ufeff';
/** Blank lines at 1, 4, 5 and 9. */
const contents = [
  `${BOM}{"ts":5}\n\n{"ts":3}\r\n{"ts":8,"text":"é"}\n \t\r\n`,
  '\nnot json\n{"ts":9,"x":[1]}\n{"ts":12}\n\n{"ts":10}\n',
].join('');
const records = [
  { offset: 0, text: '{"ts":5}' },
  { offset: 2, text: '{"ts":3}\r' },
  { offset: 3, text: '{"ts":8,"text":"é"}' },
  { offset: 6, text: 'not json' },
  { offset: 7, text: '{"ts":9,"x":[1]}' },
  { offset: 8, text: '{"ts":12}' },
  { offset: 10, text: '{"ts":10}' },
];

async function fileUnderTest(
  name: string,
  options: object,
  bytes: string | Uint8Array,
): Promise<SourceUnderTest & { readonly path: string }> {
  const folder = await temporaryFolder();
  const path = join(folder.path, name);
  await writeFile(path, bytes);
  return {
    path,
    open: () => sources.file.open({ type: 'file', ...options }, sourceContext(folder.path)),
    startAt: { timeMs: 6, offset: 3 },
    damage: () => writeFile(path, `{"ts":0}\n${bytes}`),
    damageCode: 'LA_FILE_CHANGED',
    close: folder.remove,
  };
}

testSource('file', async () => ({
  ...(await fileUnderTest('a.ndjson', { path: 'a.ndjson' }, contents)),
  records,
}));

testSource('file, last line without its newline,', async () => ({
  ...(await fileUnderTest('a.ndjson', { path: '*.ndjson' }, `${contents}{"ts":1}`)),
  records: [...records, { offset: 11, text: '{"ts":1}' }],
}));

testSource('file, gzip,', async () => ({
  ...(await fileUnderTest('a.gz', { path: ['a.gz'] }, gzipSync(contents))),
  records,
}));

testSource('file, followed, last line not yet whole,', async () => {
  const under = await fileUnderTest('a.ndjson', { path: 'a.ndjson', follow: true }, contents);
  return { ...under, records, append: (texts) => appendFile(under.path, `${texts.join('\n')}\n`) };
});

testSource('file, partitioned by a column,', async () => {
  const many = Array.from({ length: 60 }, (_, at) => `{"ts":${at},"a":{"b":${at % 7}}}\n`).join('');
  const options = { path: 'a.ndjson', partition_by: 'a.b', partitions: 3 };
  const { startAt: _, ...under } = await fileUnderTest('a.ndjson', options, many);
  return under;
});

test('a followed file tells that it has grown', async (t) => {
  const under = await fileUnderTest('a.ndjson', { path: 'a.ndjson', follow: true }, contents);
  t.after(() => under.close());
  const source = await under.open();
  const { promise, resolve } = Promise.withResolvers<void>();
  const reader = await source.open('a.ndjson', 11, null, { onMore: resolve });
  assert.equal(reader.tells, true);
  const { signal } = new AbortController();
  assert.equal(await reader.read(10, signal), 'idle');
  await appendFile(under.path, '{"ts":1}\n');
  await promise;
  const batch = await reader.read(10, signal);
  assert.ok(batch !== 'idle' && batch !== 'end' && batch.count === 1);
  await reader.close();
  await source.close();
});
