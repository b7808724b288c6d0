import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { buildKernels } from '../../.ci/build-kernels.ts';

const modules = new URL('../../kernels/wasm/', import.meta.url);

test('the committed modules are what their sources compile to', async () => {
  const built = await buildKernels();
  const committed = readdirSync(modules).map((name) => name.replace('.wasm', ''));
  assert.deepEqual(committed.sort(), [...built.keys()].sort(), 'run npm run kernels');
  for (const [name, bytes] of built) {
    const there = readFileSync(new URL(`${name}.wasm`, modules));
    assert.ok(there.equals(bytes), `${name}.wasm is not what its source makes: npm run kernels`);
  }
});
