/** Dictionaries that fill again and again: each time another lane follows, and no row is lost or folded twice. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../actors/engine.ts';
import { loadProject } from '../../cli/load-project.ts';
import { makeProject, tableRows } from './project.ts';

const ROWS = 20_000;
const KEYS = 3000;

/** Two partitions, so that lanes are renewed with several positions. */
const data = [0, 1].map((partition) =>
  Array.from({ length: ROWS }, (_, i) =>
    JSON.stringify({ t: i * 20, k: `key-${(i * 7919 + partition) % KEYS}`, s: `text-${i % 5000}` }),
  ).join('\n'),
);

const project = {
  'la.json': {
    streams: {
      s: {
        source: { type: 'file', path: 'data/*.ndjson' },
        event_time: { col_name: 't', unit: 'ms' },
      },
    },
    sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
    engine: { chunk_rows: 512, chunk_slots: 4 },
  },
  'data/a.ndjson': data[0]!,
  'data/b.ndjson': data[1]!,
  ...Object.fromEntries(
    ['k', 's'].map((column) => [
      `views/by-${column}.json`,
      {
        ...{ view: `by_${column}`, stream: 's', grouping_cols: [column, { time: '100s' }] },
        aggregation_info: [{ aggregation: 'count', aggregated_col_name: 'n' }],
        sinks: ['table'],
      },
    ]),
  ),
};

async function rowsWith(entriesMax: number) {
  const dir = await makeProject(project);
  const loaded = await loadProject(dir);
  const dictionary = { entriesMax, bytesMax: 1 << 20 };
  const engine = await Engine.start({ ...loaded, once: true, cores: 2, dictionary });
  await engine.settled;
  const read = engine.status().map(({ read, leaves }) => ({ read, leaves }));
  await engine.stop(0);
  return { read, rows: ['by_k', 'by_s'].map((view) => tableRows(dir, view)) };
}

test('dictionaries that fill are followed by others', async () => {
  const roomy = await rowsWith(100_000);
  assert.deepEqual(roomy.read, [
    { read: 2 * ROWS, leaves: 0 },
    { read: 2 * ROWS, leaves: 0 },
  ]);
  assert.ok(roomy.rows.every((rows) => rows.length > KEYS));
  const small = await rowsWith(700);
  assert.deepEqual(small, roomy);
});
