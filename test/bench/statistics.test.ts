import assert from 'node:assert/strict';
import { test } from 'node:test';
import { heapOfThreads } from '../../bench/gc-trace.ts';
import { LatencyHistogram } from '../../bench/latency-histogram.ts';
import { fitLine, median, quantile, spread } from '../../bench/statistics.ts';
import { seededRandom } from '../../runtime/random.ts';

test('medians, spreads, quantiles and lines', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(spread([90, 100, 110]), 0.2);
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
  assert.equal(quantile([1, 2, 3, 4], 1), 4);
  assert.deepEqual(
    fitLine([
      [1, 3],
      [2, 5],
      [4, 9],
    ]),
    { slope: 2, intercept: 1 },
  );
});

test('a histogram tells quantiles within 1.6 %, through its sparse form too', () => {
  const random = seededRandom(7);
  const values = Array.from({ length: 5000 }, () => Math.floor(10 ** (7 * random.next())));
  const histogram = new LatencyHistogram();
  for (const value of values) histogram.add(value);
  const again = LatencyHistogram.from(histogram.sparse(), histogram.maxUs);
  values.sort((a, b) => a - b);
  for (const share of [0, 0.1, 0.5, 0.99, 1]) {
    const exact = quantile(values, share);
    const got = again.quantileUs(share);
    assert.ok(Math.abs(got - exact) <= 0.016 * exact, `${share}: ${got} is not near ${exact}`);
  }
  assert.equal(again.total, values.length);
  assert.equal(again.maxUs, values.at(-1));
});

test('a trace of collections tells what each thread allocated and how long it stood', () => {
  const tail = '(average mu = 1.000, current mu = 1.000)';
  const asked = (isolate: string) =>
    `[7:${isolate}]  90 ms: Mark-Compact 4.0 (8.0) -> 2.0 (9.0) MB, pooled: 1 MB, 3.00 / 0.00 ms  ${tail} testing; GC in old space requested`;
  const trace = [
    ...[asked('0xa'), asked('0xa'), asked('0xb')],
    `[7:0xa]  100 ms: Scavenge 5.5 (8.1) -> 3.0 (9.0) MB, pooled: 0 MB, 1.20 / 0.00 ms  ${tail} allocation failure; `,
    '{"seconds":1}',
    `[7:0xa]  120 ms: Mark-Compact (reduce) 4.0 (8.1) -> 1.0 (9.0) MB, pooled: 0 MB, 12.50 / 0.10 ms  (+ 0.3 ms in 2 steps since start of marking, biggest step 0.2 ms, walltime since start of marking 15 ms) ${tail} finalize incremental marking via stack guard; GC in old space requested`,
    `[7:0xc]  100 ms: Scavenge 2.0 (8.1) -> 1.0 (9.0) MB, pooled: 0 MB, 0.50 / 0.00 ms  ${tail} allocation failure; `,
  ].join('\n');
  assert.deepEqual(
    [...heapOfThreads(trace)],
    [
      ['reader', { allocatedMib: 4 + 2 + 3.5 + 1, longestPauseMs: 12.5, collections: 2 }],
      ['io', { allocatedMib: 4, longestPauseMs: 0, collections: 0 }],
      ['main', { allocatedMib: 2, longestPauseMs: 0.5, collections: 1 }],
    ],
  );
});
