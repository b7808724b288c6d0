import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sources } from '../../../connectors/registry.ts';
import { sourceContext } from '../contract/source-context.ts';
import { testSource } from '../contract/source-suite.ts';

const small = { type: 'generator', rows: 300, clients: 50, aps: 20, sites: 10, orgs: 5 };
const live = new AbortController().signal;

testSource('generator', async () => {
  let seed = 7;
  return {
    open: () => sources.generator.open({ ...small, seed }, sourceContext('/')),
    damage: async () => {
      seed += 1;
    },
    damageCode: 'LA_GENERATOR_CHANGED',
    close: async () => {},
  };
});

async function sha256(options: object): Promise<string> {
  const source = await sources.generator.open(
    { type: 'generator', ...options },
    sourceContext('/'),
  );
  const reader = await source.open('generator', 0, null);
  const hash = createHash('sha256');
  for (;;) {
    const batch = await reader.read(8192, live);
    if (batch === 'end' || batch === 'idle') return hash.digest('hex');
    const lines = Buffer.alloc(batch.ends[batch.count - 1]! + batch.count);
    let at = 0;
    for (let row = 0; row < batch.count; row++) {
      lines.set(batch.bytes.subarray(batch.starts[row], batch.ends[row]), at);
      at += batch.ends[row]! - batch.starts[row]!;
      lines[at] = 10;
      at += 1;
    }
    hash.update(lines.subarray(0, at));
  }
}

test('the generator gives the measured workload byte for byte', async () => {
  const workload = '6a4edfff207f818befc9da0bc0c2002cb0dac56b6980abe6841d1670b428ac9e';
  assert.equal(await sha256({}), workload);
});

test('other options give the bytes that the workload gives for them', async () => {
  const options = { rows: 5000, seed: 9, clients: 40, aps: 6, sites: 6, orgs: 2 };
  const more = { disorder_ms: 0, rows_per_min: 7, start_ms: 1000 };
  assert.equal(
    await sha256({ ...options, ...more }),
    '449fc7e1c14537a76a8e3c0d066daa8e6f02378ba7fbc1708c7e9985fb507889',
  );
});

test('options that do not divide are refused', async () => {
  const f = (options: object) => assert.rejects(sha256(options), { name: 'ZodError' });
  await f({ aps: 7, sites: 2 });
  await f({ sites: 7, orgs: 2, aps: 7 });
  await f({ rows: -1 });
  await f({ unknown: 1 });
});
