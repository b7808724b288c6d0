import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { readResults } from '../../../connectors/sqlite/newest-rows.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('the newest windows first, in a window those of the most rows', async () => {
  const path = join(await temporaryFolder(), 'results.db');
  const reader = readResults(path);
  assert.deepEqual(reader.newest('v', 3), [], 'there is no file yet');
  const writer = new DatabaseSync(path);
  assert.deepEqual(reader.newest('v"; --', 3), [], 'there is no table yet');
  writer.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE "v" (window_start INTEGER, k TEXT, rows INTEGER);
    INSERT INTO "v" VALUES (10, 'a', 5), (20, 'b', 1), (20, 'c', 3), (20, 'd', 2)`);
  const keys = (count: number) => reader.newest('v', count).map(({ k }) => k);
  assert.deepEqual(keys(2), ['c', 'd']);
  assert.deepEqual(keys(9), ['c', 'd', 'b', 'a']);
  writer.exec(`BEGIN IMMEDIATE; INSERT INTO "v" VALUES (30, 'e', 1)`);
  assert.deepEqual(keys(1), ['c'], 'a transaction under way keeps nobody waiting');
  writer.exec('COMMIT');
  assert.deepEqual(keys(1), ['e']);
  writer.close();
  reader.close();
  reader.close();
});

test('a file that is no database', async () => {
  const path = join(await temporaryFolder(), 'results.db');
  await writeFile(path, 'no database at all, but long enough to be looked at'.repeat(100));
  const reader = readResults(path);
  assert.deepEqual(reader.newest('v', 3), []);
  reader.close();
});
