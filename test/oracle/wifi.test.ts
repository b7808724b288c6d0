/** The example that users see first: every row of every view. */
import assert from 'node:assert/strict';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../connectors/temporary-folder.ts';
import { checkProject } from './check-project.ts';

const example = join(import.meta.dirname, '../../examples/wifi');
const sql = {
  'rssi + 90': 'rssi + 90',
  'margin >= 0 && building in ["b1", "b2"]': "margin >= 0 AND building IN ('b1', 'b2')",
  'rssi > -60': 'rssi > -60',
  'floor == 0': 'floor = 0',
};

test('the Wi-Fi example gives what DuckDB gives', async () => {
  const dir = await temporaryFolder();
  await cp(example, dir, { recursive: true, filter: (path) => path !== join(example, 'state') });
  const path = join(dir, 'la.json');
  const project = JSON.parse(await readFile(path, 'utf8'));
  Object.assign(project.streams.wifi.source, { rate: 'max', loop: false });
  await writeFile(path, JSON.stringify(project));
  const rows = await checkProject(dir, sql);
  assert.equal(Object.keys(rows).length, 5);
  assert.ok(Object.values(rows).every((count) => count > 50));
});
