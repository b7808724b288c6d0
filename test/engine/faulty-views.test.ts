/**
 * A view that throws, loops for ever or fills the heap is started again and Disabled at its third failure; what it shares its
 * threads and its stream with comes to the same results as without it.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Summary } from '../../cli/summary.ts';
import { systemClock } from '../../runtime/clock.ts';
import {
  addFiles,
  errorsOf,
  makeProject,
  runOnce,
  startLa,
  type TableRow,
  tableRows,
} from './project.ts';
import { streamData } from './stream-data.ts';

const seed = Number(process.env['SEED'] ?? 4711);
const plugin = pathToFileURL(join(import.meta.dirname, 'fixtures/faulty-aggregations.ts'));
const data = streamData({ seed, partitions: 2, rows: 20_000, spanMs: 600_000, disorderMs: 3000 });

const neighbours = {
  by_key: { grouping_cols: ['k', { time: '20s' }] },
  by_partition: { grouping_cols: ['p', { time: '60s', hop: '20s' }] },
};

const view = (name: string, grouping: object, aggregation: object) => ({
  [`views/${name}.json`]: {
    view: name,
    stream: 's',
    ...grouping,
    aggregation_info: [
      { aggregated_col_name: 'n', ...aggregation },
      { aggregation: 'sum', col_name: 'v', aggregated_col_name: 'total' },
    ],
    allowed_lateness: '5s',
    write_interval: '1s',
    checkpoint_interval: '1s',
    sinks: ['table'],
  },
});

function project(): Promise<string> {
  return makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data/*.ndjson', start: 'earliest' },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '2s' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
      engine: { chunk_rows: 200 },
    },
    ...Object.fromEntries(data.map((text, index) => [`data/p${index}.ndjson`, text])),
    ...Object.assign(
      {},
      ...Object.entries(neighbours).map(([name, grouping]) =>
        view(name, grouping, { aggregation: 'count' }),
      ),
    ),
  });
}

interface Outcome {
  readonly rows: Record<string, TableRow[]>;
  readonly counters: Record<string, unknown>;
}

function outcome(dir: string, { views }: Summary): Outcome {
  const names = Object.keys(neighbours);
  const counters = views
    .filter(({ view }) => names.includes(view))
    .map((each) => {
      const { view, read, folded, filtered, too_late, invalid, state } = each;
      assert.equal(read, folded + filtered + too_late + invalid, `the accounting of ${view}`);
      return [view, { read, folded, filtered, too_late, invalid, state }];
    });
  return {
    rows: Object.fromEntries(names.map((name) => [name, tableRows(dir, name)])),
    counters: Object.fromEntries(counters),
  };
}

async function straight(): Promise<Outcome> {
  const dir = await project();
  return outcome(dir, await runOnce(dir));
}

/** A run beside a faulty view, which must end Disabled: what the others came to, what was said, and the folder. */
async function beside(
  aggregation: string,
  at: number,
  look: (pid: number, dir: string) => Promise<void> = async () => {},
) {
  const dir = await project();
  await addFiles(dir, view('faulty', neighbours.by_key, { aggregation, params: { at } }));
  const args = ['run', dir, '--once', '--json', '--plugin', `${plugin}?dir=${dir}`];
  const { child, finished } = startLa(args);
  await look(child.pid!, dir);
  const ended = await finished;
  const { exit, stdout, stderr } = ended;
  assert.equal(exit, 1, stderr);
  const summary: Summary = JSON.parse(stdout);
  const states = Object.fromEntries(summary.views.map((each) => [each.view, each.state]));
  assert.deepEqual(states, { by_key: 'finished', by_partition: 'finished', faulty: 'disabled' });
  const [error, ...others] = errorsOf(ended);
  assert.deepEqual(others, []);
  assert.equal(error?.code, 'LA_VIEW_DISABLED');
  assert.match(error.message, /The view faulty failed 3 times/);
  return { dir, reason: error.message, outcome: outcome(dir, summary) };
}

interface Loop {
  readonly thread: string;
  readonly ms: number;
}

/** Waits for the loop of this number to begin, and for the end of the thread that it began on. */
async function loopOf(pid: number, dir: string, number: number): Promise<Loop> {
  for (;;) {
    const text = await readFile(join(dir, 'looping'), 'utf8').catch(() => '');
    const [began, thread = ''] = text.split('\n')[number]?.split(' ') ?? [];
    if (began !== undefined && began !== '') {
      while (threadNames(pid).includes(thread)) await sleep(10);
      return { thread, ms: Math.round(systemClock.mono() - Number(began)) };
    }
    await sleep(10);
  }
}

const threadNames = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).map((id) => {
    try {
      return readFileSync(`/proc/${pid}/task/${id}/comm`, 'utf8').trim();
    } catch {
      return '';
    }
  });

test(`faulty views (SEED=${seed})`, async (t) => {
  const expected = await straight();
  assert.ok(expected.rows['by_key']!.length > 200);

  await t.test('one that throws is Disabled at its third failure', async () => {
    const found = await beside('throwing', 150);
    assert.match(found.reason, /the aggregation throws/);
    assert.deepEqual(found.outcome, expected);
  });

  await t.test('one that loops for ever is terminated within a second', async (s) => {
    const loops: Loop[] = [];
    const found = await beside('looping', 150, async (pid, dir) => {
      while (loops.length < 3) loops.push(await loopOf(pid, dir, loops.length));
    });
    assert.match(found.reason, /was terminated: \d+ ms of CPU/);
    assert.deepEqual(found.outcome, expected);
    for (const { thread, ms } of loops) s.diagnostic(`${thread} ended ${ms} ms after it hung`);
    // It shared a thread at first, and has had one of its own since.
    assert.equal(loops[0]?.thread, 'aggregator-0');
    assert.ok(loops.slice(1).every(({ thread }) => thread !== 'aggregator-0'));
    // Its own CPU time is what counts: on a machine short of cores a loop lasts longer by the wall.
    const cpuMs = Number(/(\d+) ms of CPU/.exec(found.reason)?.[1]);
    assert.ok(cpuMs >= 750 && cpuMs < 1000, found.reason);
  });

  await t.test('one that leaks memory is Disabled', async () => {
    const found = await beside('leaking', 20);
    assert.match(found.reason, /ran out of heap/);
    assert.deepEqual(found.outcome, expected);
  });
});
