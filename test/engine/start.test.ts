/** A start that is given up: nothing of it stays behind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Engine } from '../../actors/engine.ts';
import { loadProject } from '../../cli/load-project.ts';
import { makeProject, runOnce } from './project.ts';

const files = {
  'la.json': {
    streams: {
      s: {
        source: { type: 'file', path: 'data.ndjson' },
        event_time: { col_name: 't', unit: 'ms' },
      },
    },
    sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
  },
  'data.ndjson': '{"t":1,"k":"a"}\n{"t":2,"k":"b"}\n',
  'views/v.json': {
    view: 'v',
    stream: 's',
    grouping_cols: ['k', { time: '10s' }],
    aggregation_info: [{ aggregation: 'count', aggregated_col_name: 'n' }],
    sinks: ['table'],
  },
};

test('a start that is given up ends with the reason, and the next one works', async () => {
  const dir = await makeProject(files);
  const loaded = await loadProject(dir);
  const f = async (giveUp: (abort: () => void) => void) => {
    const abort = new AbortController();
    const reason = new Error('given up');
    const options = { ...loaded, once: true, cores: 2, signal: abort.signal };
    const start = Engine.start(options);
    giveUp(() => abort.abort(reason));
    await assert.rejects(start, reason);
  };
  await f((abort) => abort());
  await f((abort) => setImmediate(abort));
  assert.equal((await runOnce(dir)).rows, 2);
});
