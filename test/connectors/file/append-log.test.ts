import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../contract/temporary-folder.ts';

const limited = `trap '' XFSZ; ulimit -f 8; exec "$0" "$@"`;

test('an append that fails half-way leaves nothing, also behind the lines of another writer', async () => {
  const folder = await temporaryFolder();
  const path = join(folder.path, 'out.ndjson');
  const program = join(import.meta.dirname, 'append-until-full.ts');
  const { stdout, stderr } = spawnSync('bash', ['-c', limited, process.execPath, program, path], {
    encoding: 'utf8',
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  assert.equal(stdout, 'appended LA_SINK_FILE LA_SINK_FILE appended\n', stderr);
  const lines = (await readFile(path, 'utf8')).split('\n');
  const lengths = lines.map((line) => `${line[0] ?? ''}${line.length}`);
  assert.deepEqual(lengths, ['a2999', 'x999', 'd3999', '0']);
  await folder.remove();
});
