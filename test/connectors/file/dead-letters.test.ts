import assert from 'node:assert/strict';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { deadLetters } from '../../../connectors/registry.ts';
import type { DeadLetter } from '../../../runtime/dead-letter.ts';
import { temporaryFolder } from '../contract/temporary-folder.ts';

const live = new AbortController().signal;

const letter = (offset: number, sample: string | null = null): DeadLetter => ({
  view: 'v',
  generation: 8,
  partition: 'in/a.ndjson',
  offset,
  reason: 'too_late',
  time: offset === 0 ? null : -offset,
  sample,
});

test('dead letters are lines of JSON, whole after a crash, and none are written once aborted', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'state/dead-letters.ndjson');
  const open = () => deadLetters.file.open({ type: 'file' }, { projectDir: folder.path });
  const first = await open();
  await Promise.all([
    first.write([letter(0, '{"a":"é\n"'), letter(1)], live),
    first.write([letter(2)], live),
    first.write([], live),
  ]);
  await assert.rejects(first.write([letter(9)], AbortSignal.abort(new Error('enough'))), /enough/);
  await first.close();
  await appendFile(path, '{"view":"v","gen');
  const second = await open();
  await second.write([letter(3)], live);
  await second.close();
  const text = await readFile(path, 'utf8');
  assert.ok(text.endsWith('\n'));
  const read = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(read, [letter(0, '{"a":"é\n"'), letter(1), letter(2), letter(3)]);
  await folder.remove();
});
