/** A sink that is away, from the start or for a while: its views wait and say why, nothing is lost, and they go on alone. */
import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine } from '../../actors/engine.ts';
import type { UnitStatus } from '../../actors/unit-status.ts';
import { loadProject } from '../../cli/load-project.ts';
import { runOnce } from './project.ts';
import { streamData } from './stream-data.ts';
import { makeRun, rowsOf } from './wifi-project.ts';

const seed = Number(process.env['SEED'] ?? 12);
const data = streamData({ seed, partitions: 2, rows: 20_000, spanMs: 600_000, disorderMs: 3000 });
async function start(dir: string, t: TestContext): Promise<Engine> {
  const { project, projectDir } = await loadProject(dir);
  const engine = await Engine.start({ project, projectDir, once: true, cores: 2 });
  // What a failed test left running would keep the process alive.
  t.after(() => engine.stop(0));
  return engine;
}

async function until(engine: Engine, what: string, done: (unit: UnitStatus) => boolean) {
  for (const deadline = Date.now() + 20_000; ; ) {
    const units = engine.status();
    if (units.every(done)) return;
    assert.ok(Date.now() < deadline, `${what}: ${JSON.stringify(units)}`);
    await sleep(20);
  }
}

async function straight() {
  const dir = await makeRun({ data });
  await runOnce(dir);
  return rowsOf(dir);
}

test(`a database that another process holds for a while (SEED=${seed})`, async (t) => {
  const expected = await straight();
  const dir = await makeRun({ data, source: { rate: '10000/s' } });
  const engine = await start(dir, t);
  await until(engine, 'rows are read', ({ read }) => read > 2000);
  const database = new DatabaseSync(join(dir, 'state/results.db'), { timeout: 10_000 });
  database.exec('BEGIN IMMEDIATE');
  await until(engine, 'trouble', ({ trouble }) => trouble?.code === 'LA_SQLITE_FAILED');
  await sleep(3000);
  const waiting = engine.status();
  database.exec('ROLLBACK');
  database.close();
  await engine.settled;
  await engine.stop(10_000);
  for (const { state, trouble, starts } of engine.status()) {
    assert.deepEqual([state, trouble, starts], ['finished', null, 1]);
  }
  t.diagnostic(`batches that waited: ${waiting.map((unit) => unit.pending_batches).join(', ')}`);
  assert.ok(waiting.every(({ state }) => state === 'running'));
  assert.deepEqual(rowsOf(dir), expected);
});

test('a database that is held at the start', async (t) => {
  const expected = await straight();
  const dir = await makeRun({ data });
  await mkdir(join(dir, 'state'));
  const database = new DatabaseSync(join(dir, 'state/results.db'));
  database.exec('PRAGMA journal_mode = WAL; BEGIN IMMEDIATE');
  const starting = start(dir, t);
  await sleep(5000);
  database.exec('ROLLBACK');
  database.close();
  const engine = await starting;
  await engine.settled;
  await engine.stop(10_000);
  for (const { state, error } of engine.status())
    assert.deepEqual([state, error], ['finished', null]);
  assert.deepEqual(rowsOf(dir), expected);
});

test('a folder for results and one for dead letters that cannot be made yet', async (t) => {
  const expected = await straight();
  const dir = await makeRun({
    data,
    sinks: {
      table: { type: 'sqlite', path: 'state/results.db' },
      lines: { type: 'file', path: 'state/out/{view}.ndjson' },
    },
  });
  await mkdir(join(dir, 'state'));
  await writeFile(join(dir, 'state/out'), 'a file stands where the folder is to be');
  await mkdir(join(dir, 'state/dead-letters.ndjson'));
  const starting = start(dir, t);
  await sleep(4000);
  await rm(join(dir, 'state/out'));
  await rm(join(dir, 'state/dead-letters.ndjson'), { recursive: true });
  const engine = await starting;
  await engine.settled;
  await engine.stop(10_000);
  for (const { state, error } of engine.status())
    assert.deepEqual([state, error], ['finished', null]);
  assert.deepEqual(rowsOf(dir), expected);
});
