/** When a silent partition is asked again: at once when its source tells of more, else soon, then ever more seldom. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { StreamReader } from '../../actors/stream-reader.ts';
import type { ReadContext, Source } from '../../connectors/contract.ts';
import { kernelsOn } from '../../kernels/modules.ts';
import { ManualClock } from '../../runtime/clock.ts';
import { Lane } from '../../runtime/lane.ts';
import { Ring } from '../../runtime/ring.ts';
import type { StreamSpec } from '../../views/spec.ts';

const RECORD = Buffer.from('{"ts":1}');

/** A source of one live partition that has records when `more` was called, and says so when it `tells`. */
function liveSource(tells: boolean) {
  let waiting = 0;
  let offset = 0;
  let context: ReadContext = {};
  const asked: number[] = [];
  const clock = new ManualClock();
  const source: Source = {
    partitions: async () => [{ id: 'p', bounded: false }],
    resolveStart: async () => 0,
    fingerprint: async () => null,
    close: async () => {},
    open: async (_partition, _offset, _fingerprint, given = {}) => {
      context = given;
      return {
        tells,
        close: async () => {},
        read: async () => {
          asked.push(clock.mono());
          if (waiting === 0) return 'idle';
          waiting--;
          offset++;
          const [starts, ends] = [Uint32Array.of(0), Uint32Array.of(RECORD.length)];
          return {
            ...{ count: 1, bytes: RECORD, starts, ends, offsets: null, timestamps: null },
            ...{ firstOffset: offset - 1, nextOffset: offset, timeShiftMs: 0 },
          };
        },
      };
    },
  };
  const more = () => {
    waiting++;
    if (tells) context.onMore?.();
  };
  return { source, more, asked, clock };
}

const stream: StreamSpec = {
  ...{ name: 's', source: { type: 'test', options: {} }, start: 'earliest', format: 'json' },
  ...{ columns: {}, eventTime: { path: 'ts', unit: 'ms' }, maxRecordBytes: 1024 },
  watermark: { delayMs: 0, idleAfterMs: 1e9, maxAheadMs: 1e9, maxSkewMs: 1e9 },
};

/** All that can happen without time passing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await setImmediate();
}

function reading({ source, clock }: ReturnType<typeof liveSource>) {
  const dictionary = { entriesMax: 16, bytesMax: 4096 };
  const lane = Lane.create({ columns: [], chunkRows: 16, slots: 16, dictionary });
  const ring = new Ring(lane.memory.buffer, lane.ringOffset, 16);
  const begin = { offset: 0, timeMax: null, fingerprint: null };
  const partitions = [{ index: 0, id: 'p', bounded: false, ...begin }];
  const announce = async () => {};
  const options = { lane, ring, source, stream, clock, partitions, discover: false, announce };
  const abort = new AbortController();
  const run = new StreamReader(options).run(abort.signal);
  const stop = async () => {
    abort.abort();
    assert.equal(await run, 'stopped');
  };
  return { lane, ring, stop };
}

/** Lets so much time pass, a ms at a time. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed++) {
    clock.advance(1);
    await settled();
  }
}

test('what a source tells of is read at once', async () => {
  const live = liveSource(true);
  const { lane, ring, stop } = reading(live);
  await pass(live.clock, 500);
  for (let row = 0; row < 5; row++) {
    live.more();
    await settled();
    assert.equal(ring.head, row + 1, 'no time has passed');
  }
  // The first record teaches the keys.
  assert.deepEqual([...lane.leftToTwin], [kernelsOn ? 1 : 0, 0]);
  await stop();
});

test('a source that does not tell is asked every few ms', async () => {
  const live = liveSource(false);
  const { ring, stop } = reading(live);
  await pass(live.clock, 500);
  live.more();
  await pass(live.clock, 3);
  assert.equal(ring.head, 1);
  assert.ok(live.asked.length < 500 / 3 + 10, `asked ${live.asked.length} times in 503 ms`);
  await stop();
});

test('one that tells is asked seldom, the more so the longer it is silent', async () => {
  const live = liveSource(true);
  const { stop } = reading(live);
  await pass(live.clock, 1000);
  const waits = live.asked.slice(1).map((at, index) => at - live.asked[index]!);
  assert.deepEqual(waits.slice(0, 7), [1, 2, 4, 8, 16, 32, 64]);
  assert.ok(waits.slice(7).every((ms) => ms === 100));
  await stop();
});
