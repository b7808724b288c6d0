/** SIGTERM at random moments, each followed by a resume, and a second process on the same state: the results are as ever. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../runtime/random.ts';
import { errorsOf, type Running, runOnce, startLa } from './project.ts';
import { streamData } from './stream-data.ts';
import { makeRun, manifests, resultsOf } from './wifi-project.ts';

const seed = Number(process.env['SEED'] ?? 8);
const random = seededRandom(seed);
const data = streamData({ seed, partitions: 2, rows: 24_000, spanMs: 900_000, disorderMs: 3000 });

async function straight() {
  const dir = await makeRun({ data });
  return resultsOf(dir, await runOnce(dir));
}

async function untilCommitted(dir: string, { child }: Running): Promise<void> {
  const before = await manifests(dir);
  while ((await manifests(dir)) <= before + 2 && child.exitCode === null) await sleep(5);
}

test(`SIGTERM at ten random moments changes nothing (SEED=${seed})`, async (t) => {
  const expected = await straight();
  const dir = await makeRun({ data, source: { rate: '3000/s' } });
  let read = 0;
  for (let stops = 0; stops < 10; stops++) {
    const run = startLa(['run', dir, '--once', '--json']);
    await untilCommitted(dir, run);
    await sleep(random.integer(600));
    run.child.kill('SIGTERM');
    const { exit, stdout, stderr } = await run.finished;
    assert.equal(exit, 0, stderr);
    const { views } = JSON.parse(stdout);
    read = views[0].read;
    t.diagnostic(`stopped at ${read} rows`);
  }
  assert.ok(read < 48_000, 'every stop came before the end');
  const file = join(dir, 'la.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('3000/s', 'max'));
  assert.deepEqual(await resultsOf(dir, await runOnce(dir)), expected);
});

test(`a second process takes over; the first ends fenced (SEED=${seed})`, async () => {
  const expected = await straight();
  const dir = await makeRun({ data, source: { rate: '9000/s' } });
  const first = startLa(['run', dir, '--once', '--json']);
  await untilCommitted(dir, first);
  const second = startLa(['run', dir, '--once', '--json']);
  const ended = await first.finished;
  assert.equal(ended.exit, 1, ended.stderr);
  assert.deepEqual(
    errorsOf(ended).map(({ code }) => code),
    ['LA_CHECKPOINT_FENCED', 'LA_CHECKPOINT_FENCED'],
  );
  const { exit, stdout, stderr } = await second.finished;
  assert.equal(exit, 0, stderr);
  assert.deepEqual(await resultsOf(dir, JSON.parse(stdout)), expected);
});
