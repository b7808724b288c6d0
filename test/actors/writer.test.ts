import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Writer } from '../../actors/writer.ts';
import type { Sink } from '../../connectors/contract.ts';
import { systemClock } from '../../runtime/clock.ts';
import { seededRandom } from '../../runtime/random.ts';
import { batchTransfers, type ResultBatch } from '../../runtime/result-batch.ts';
import { resultBatch, wifiSchema } from '../connectors/contract/result-batches.ts';

test('a batch is whole until every sink holds it, and its memory goes to who is told then', async () => {
  const slow = Promise.withResolvers<void>();
  const acked = Promise.withResolvers<readonly [number, readonly ArrayBuffer[]]>();
  const seen: [string, number][] = [];
  const sink = (name: string, before: Promise<void>): Sink => ({
    prepare: async () => {},
    write: async (batch: ResultBatch) => {
      await before;
      seen.push([name, batch.rows[0]!]);
      return [];
    },
    close: async () => {},
  });
  const writer = new Writer({
    sinks: Promise.resolve([sink('slow', slow.promise), sink('fast', Promise.resolve())]),
    acked: (...told) => acked.resolve(told),
    failed: acked.reject,
    onFailure: acked.reject,
    clock: systemClock,
    random: seededRandom(1),
  });
  const batch = resultBatch(wifiSchema, [{ key: '["a",1]', rows: 7 }]);
  writer.write(batch);
  while (seen.length === 0) await new Promise(setImmediate);
  assert.equal(batch.rows.length, 1);
  slow.resolve();
  const [number, buffers] = await acked.promise;
  await writer.close();
  assert.deepEqual(seen, [
    ['fast', 7],
    ['slow', 7],
  ]);
  assert.equal(number, 1);
  assert.deepEqual(buffers, batchTransfers(batch));
});
