/** A sink's process is killed while it writes: what it acknowledged is there, and it can be opened and written again. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compareVersions } from '../../../connectors/result-rows.ts';
import type { ResultBatch } from '../../../runtime/result-batch.ts';
import { resultBatch, wifiSchema } from './result-batches.ts';
import type { SinkUnderTest } from './sink-suite.ts';

const GROUPS = 400;
const script = fileURLToPath(new URL('write-until-killed.ts', import.meta.url));

/** Batch `number` raises every group to `number` + 1 rows. */
export function killBatch(number: number): ResultBatch {
  const rows = Array.from({ length: GROUPS }, (_, group) => ({
    key: `["group ${group}",${group % 3}]`,
    rows: number + 1,
    values: [number, group, 'x'.repeat(50), [number]],
  }));
  return resultBatch(wifiSchema, rows);
}

export interface KilledSink extends SinkUnderTest {
  readonly type: 'file' | 'sqlite';
  readonly options: object;
  readonly projectDir: string;
}

export function testKilledSink(name: string, make: () => Promise<KilledSink>): void {
  test(`sink ${name} killed while it writes has what it acknowledged`, async () => {
    const under = await make();
    try {
      for (const acknowledgedMin of [3, 10]) {
        const acknowledged = await writeUntilKilled(under, acknowledgedMin);
        const sink = await under.open();
        await sink.prepare(wifiSchema);
        const rows = await under.rows(wifiSchema);
        assert.equal(rows.length, GROUPS);
        for (const row of rows) {
          assert.ok(compareVersions(row, { ...row, rows: acknowledged }) >= 0);
          assert.equal(row.avg_rssi, row.rows - 1, 'value and version belong together');
        }
        const next = killBatch(1_000_000 * acknowledgedMin);
        await sink.write(next, new AbortController().signal);
        await sink.close();
        for (const row of await under.rows(wifiSchema)) assert.equal(row.rows, next.rows[0]);
      }
    } finally {
      await under.close();
    }
  });
}

async function writeUntilKilled(under: KilledSink, acknowledgedMin: number): Promise<number> {
  const { type, options, projectDir } = under;
  const child = spawn(process.execPath, [script, type, JSON.stringify(options), projectDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    if (acknowledgedIn(output) >= acknowledgedMin) child.kill('SIGKILL');
  });
  const [, signal] = await once(child, 'close');
  assert.equal(signal, 'SIGKILL');
  return acknowledgedIn(output);
}

const acknowledgedIn = (output: string): number =>
  Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
