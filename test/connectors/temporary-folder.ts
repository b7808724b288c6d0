import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** A new folder that is removed when the test file is through. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'la-test-'));
  folders.push(path);
  return path;
}

const folders: string[] = [];
after(async () => {
  for (const path of folders) await rm(path, { recursive: true, force: true });
});
