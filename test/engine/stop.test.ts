/** An end that is asked for comes, whatever the views are doing. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Summary } from '../../cli/summary.ts';
import { awaitText } from '../cli/await-text.ts';
import { errorsOf, makeProject, startLa } from './project.ts';

const plugin = pathToFileURL(join(import.meta.dirname, 'fixtures/faulty-aggregations.ts'));
/** Less than a grace of 25 s, more than a slow machine needs. */
const PROMPT_MS = 20_000;

const view = (name: string, aggregation: object) => ({
  view: name,
  stream: 's',
  grouping_cols: [{ time: '1h' }],
  aggregation_info: [{ aggregated_col_name: 'n', ...aggregation }],
  sinks: ['table'],
});

/** Runs a view beside a faulty one until `isWrong`, then asks for the end. */
async function stopped(aggregation: string, grace: number, isWrong: Wrong) {
  const rows = Array.from({ length: 5000 }, (_, row) => `{"t":${row},"k":"a"}\n`);
  const dir = await makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data.ndjson', rate: '200/s' },
          event_time: { col_name: 't', unit: 'ms' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      engine: { aggregator_threads: 2 },
    },
    'data.ndjson': rows.join(''),
    'views/faulty.json': view('faulty', { aggregation, params: { at: 20 } }),
    'views/sound.json': view('sound', { aggregation: 'count' }),
  });
  const args = ['run', dir, '--json', '--plugin', `${plugin}?dir=${dir}`, '--grace', `${grace}`];
  const running = startLa(args);
  await isWrong(running, dir);
  const began = performance.now();
  running.child.kill('SIGTERM');
  const finished = await running.finished;
  assert.ok(performance.now() - began < PROMPT_MS, finished.stderr);
  assert.equal(finished.exit, 1, finished.stderr);
  const { views }: Summary = JSON.parse(finished.stdout);
  const states = Object.fromEntries(views.map((each) => [each.view, each.state]));
  return { states, codes: errorsOf(finished).map(({ code }) => code) };
}

type Wrong = (running: ReturnType<typeof startLa>, dir: string) => Promise<void>;

test('a view that waits for its next start does not hold up the end', async () => {
  const { states, codes } = await stopped('throwing', 25, ({ child }) =>
    awaitText(child.stderr, /"failure".*"faulty"/),
  );
  assert.deepEqual(states, { faulty: 'waiting', sound: 'finished' });
  assert.deepEqual(codes, ['LA_UNEXPECTED']);
});

test('a view in an endless loop is given up after the grace, the others end as they should', async () => {
  const { states, codes } = await stopped('looping', 2, async (_, dir) => {
    while (!existsSync(join(dir, 'looping'))) await sleep(5);
  });
  assert.deepEqual(states, { faulty: 'running', sound: 'finished' });
  assert.deepEqual(codes, ['LA_RUN_NOT_ENDING']);
});
