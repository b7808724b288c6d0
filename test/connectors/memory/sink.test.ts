import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByGeneration } from '../../../connectors/by-generation.ts';
import type { Sink } from '../../../connectors/contract.ts';
import { connectorError } from '../../../connectors/errors.ts';
import { MemorySink } from '../../../connectors/memory/sink.ts';
import { resultRows } from '../../../connectors/result-rows.ts';
import type { ResultRow, ResultSchema } from '../../../runtime/result-batch.ts';
import { type SinkUnderTest, sinkCases, testSink } from '../contract/sink-suite.ts';

const refusal = connectorError('LA_SINK_FILE', { path: 'nowhere', reason: 'refused' });

async function memorySink(): Promise<SinkUnderTest> {
  const sink = new MemorySink();
  return {
    open: async () => sink,
    rows: async ({ view }) => sink.rows(view),
    refuse: (groupKey) => {
      sink.refuse = (row) => (row.group_key === groupKey ? refusal : null);
    },
    close: () => sink.close(),
  };
}

testSink('memory', memorySink);

/** What is wrong with it is that the last row written wins. */
async function carelessSink(): Promise<SinkUnderTest> {
  const rows = new Map<string, ResultRow>();
  const schemas = new ByGeneration<ResultSchema>();
  const sink: Sink = {
    prepare: async (schema) => schemas.set(schema, schema),
    write: async (batch, signal) => {
      signal.throwIfAborted();
      for (const row of resultRows(batch, schemas.get(batch)!)) {
        rows.set(JSON.stringify([batch.view, row.window_start, row.group_key]), row);
      }
      return [];
    },
    close: async () => {},
  };
  const ofView = (view: string) => [...rows].filter(([key]) => JSON.parse(key)[0] === view);
  return {
    open: async () => sink,
    rows: async ({ view }) => ofView(view).map(([, row]) => row),
    close: async () => {},
  };
}

test('the sink suite fails a sink that ignores versions, where versions matter and nowhere else', async () => {
  const failed: string[] = [];
  for (const { name, needs, run } of sinkCases) {
    if (needs === undefined) await run(await carelessSink()).catch(() => failed.push(name));
  }
  assert.deepEqual(failed, [
    'keeps the higher of two versions, whichever comes first, by generation, rows, complete, claim',
    'keeps the highest version of a group that comes twice in one batch',
    'ends alike for batches replayed in any order',
    'keeps its rows, and their versions, when opened again',
  ]);
});
