import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineBatch } from '../../actors/line-batch.ts';
import { StraightLane } from '../../actors/straight-lane.ts';
import { StraightRun, type StraightRunOptions } from '../../actors/straight-run.ts';
import { compileView } from '../../views/compile.ts';
import { streamSpec, viewSpec } from '../views/specs.ts';

const stream = streamSpec();
const plan = compileView(
  viewSpec({ window: { sizeMs: 1000, hopMs: 1000, timezone: null }, allowedLatenessMs: 1000 }),
  stream,
);
const lane = new StraightLane({
  stream,
  plans: [plan],
  chunkRows: 8,
  dictionary: { entriesMax: 1000, bytesMax: 1 << 20 },
});

/** `time ap` each. */
const lines = (...rows: string[]) =>
  lineBatch(
    rows.map((row) => {
      const [time, ap] = row.split(' ');
      return JSON.stringify({ timestamp: Number(time), ap, rssi: -50 });
    }),
  );

const runOf = (more: Partial<StraightRunOptions> = {}) =>
  new StraightRun({ lane, plans: [plan], partitions: ['p', 'q'], ...more });

test('windows that are over are forgotten while it runs', () => {
  const run = runOf({ partitions: ['p'] });
  const rows = Array.from({ length: 800 }, (_, index) => `${index * 500} ap${index % 3}`);
  run.feed(0, lines(...rows));
  const [result] = run.finish({ complete: true });
  assert.equal(result?.rows.length, 800);
  assert.ok(result !== undefined && result.measures.windowsThen < 30);
  assert.equal(run.spanMs, 799 * 500);
});

test('without the end, windows are as complete as the slowest partition', () => {
  const complete = (whole: boolean) => {
    const run = runOf();
    run.feed(0, lines('0 a', '60000 a'));
    run.feed(1, lines('500 a', '12000 b'));
    const [result] = run.finish({ complete: whole });
    return result?.rows.map((row) => `${row.window_start} ${row.rows} ${row.complete}`);
  };
  assert.deepEqual(complete(false), ['0 2 true', '12000 1 false', '60000 1 false']);
  assert.deepEqual(complete(true), ['0 2 true', '12000 1 true', '60000 1 true']);
});

test('runs on one lane know nothing of each other', () => {
  const rows = (...inputs: string[]) => {
    const run = runOf();
    run.feed(0, lines(...inputs));
    return run.finish({ complete: true })[0]?.rows.map(({ ap, rows }) => `${ap} ${rows}`);
  };
  assert.deepEqual(rows('0 a', '1 b', '2 a'), ['a 2', 'b 1']);
  assert.deepEqual(rows('0 b', '1 c'), ['b 1', 'c 1']);
});

test('paced by event time, changed rows are written each write interval', () => {
  const written = (paced: boolean) => {
    const run = runOf({ partitions: ['p'], paced });
    // Each chunk is a window of its own, later by more than the write interval: written open and complete.
    for (let start = 0; start < 5; start++) {
      const rows = Array.from({ length: 8 }, (_, row) => `${start * 16_000 + row * 2} a`);
      run.feed(0, {
        ...lines(...rows),
        firstOffset: start * 8,
        nextOffset: start * 8 + 8,
        offsets: null,
      });
    }
    const [result] = run.finish({ complete: true });
    return [result?.measures.finalRows, result?.measures.resultRows];
  };
  assert.deepEqual(written(false), [5, 5]);
  assert.deepEqual(written(true), [5, 10]);
});

test('the CPU time is told apart: decoding for all views, folding for each', () => {
  let ms = 0;
  const run = runOf({ partitions: ['p'], cpuMs: () => ms++ });
  run.feed(0, lines('0 a', '1 b'));
  const [result] = run.finish({ complete: true });
  assert.deepEqual([result?.measures.decodeMs, result?.measures.foldMs], [2, 2]);
});

test('lines are records under their numbers, blank ones are none', () => {
  const batch = lineBatch(['{"a":1}', '', ' \r', 'é'], [null, null, null, 7]);
  const texts = Array.from({ length: batch.count }, (_, record) =>
    Buffer.from(batch.bytes.subarray(batch.starts[record], batch.ends[record])).toString(),
  );
  assert.deepEqual(texts, ['{"a":1}', 'é']);
  assert.deepEqual([...(batch.offsets ?? [])], [0, 3]);
  assert.deepEqual([...(batch.timestamps ?? [])], [Number.NaN, 7]);
  assert.equal(batch.nextOffset, 4);
});
