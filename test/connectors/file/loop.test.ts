import assert from 'node:assert/strict';
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { PartitionReader } from '../../../connectors/contract.ts';
import { loopSpanMs } from '../../../connectors/file/loop.ts';
import { sources } from '../../../connectors/registry.ts';
import { sourceContext } from '../contract/source-context.ts';
import { recordsOf } from '../contract/source-suite.ts';
import { temporaryFolder } from '../contract/temporary-folder.ts';

const live = new AbortController().signal;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test('a pass moves times by the range of the file in its largest whole unit', () => {
  const f = (range: number, expected: number) =>
    assert.equal(loopSpanMs(1000, 1000 + range), expected);
  f(0, MINUTE);
  f(MINUTE - 1, MINUTE);
  f(MINUTE, 2 * MINUTE);
  f(10 * MINUTE - 1, 10 * MINUTE);
  f(20 * MINUTE - 1, 20 * MINUTE);
  f(20 * MINUTE, 30 * MINUTE);
  f(HOUR - 1, HOUR);
  f(5 * HOUR + 1, 6 * HOUR);
  f(DAY - 1, DAY);
  f(DAY, 2 * DAY);
  f(18.5 * DAY, 19 * DAY);
  assert.equal(loopSpanMs(Infinity, -Infinity), MINUTE);
});

async function take(reader: PartitionReader, count: number) {
  const taken: { offset: number; text: string; shift: number }[] = [];
  while (taken.length < count) {
    const batch = await reader.read(2, live);
    assert.ok(batch !== 'idle' && batch !== 'end');
    const shift = batch.timeShiftMs;
    taken.push(...recordsOf(batch).map((record) => ({ ...record, shift })));
  }
  await reader.close();
  return taken;
}

test('a loop goes on counting offsets and moves times, from whatever offset it is opened at', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'a');
  await writeFile(path, `{"ts":5}\n\n{"ts":3}\n{"ts":${2 * MINUTE}}`);
  const open = () =>
    sources.file.open({ type: 'file', path: 'a', loop: true }, sourceContext(folder.path));
  const source = await open();
  assert.deepEqual(await source.partitions(), [{ id: 'a', bounded: false }]);
  const taken = await take(await source.open('a', 0, null), 9);
  const pass = (number: number) =>
    ['{"ts":5}', '{"ts":3}', `{"ts":${2 * MINUTE}}`].map((text, at) => ({
      offset: 4 * number + [0, 2, 3][at]!,
      text,
      shift: number * 2 * MINUTE,
    }));
  assert.deepEqual(taken.slice(0, 9), [0, 1, 2].flatMap(pass));
  assert.equal(await source.resolveStart('a', 'latest'), 4);
  for (let offset = 0; offset < 10; offset++) {
    const fingerprint = await source.fingerprint('a', offset);
    const expected = [0, 1, 2, 3].flatMap(pass).filter((record) => record.offset >= offset);
    const rest = await take(await (await open()).open('a', offset, fingerprint), 3);
    assert.deepEqual(rest.slice(0, 3), expected.slice(0, 3));
  }
  const fingerprint = await source.fingerprint('a', 3);
  const reader = await source.open('a', 0, null);
  await appendFile(path, '\n{"ts":9}\n');
  await assert.rejects(take(reader, 9), { code: 'LA_FILE_CHANGED' });
  await assert.rejects((await open()).open('a', 3, fingerprint), { code: 'LA_FILE_CHANGED' });
  await source.close();
  await writeFile(path, '\n\n');
  await assert.rejects((await open()).open('a', 0, null), { code: 'LA_FILE_LOOP_EMPTY' });
  await folder.remove();
});
