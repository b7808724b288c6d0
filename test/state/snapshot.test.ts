import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countDistinct } from '../../views/aggregations/count-distinct.ts';
import { at, Harness, short, sums } from './harness.ts';

const bytesOf = ({ writes }: { writes: readonly { bytes: Uint8Array }[] }) =>
  writes.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** 4,000 groups in one window. */
function large(): Harness {
  const harness = new Harness(sums);
  for (let chunk = 0; chunk < 80; chunk++) {
    harness.rows(0, ...Array.from({ length: 50 }, (_, row) => at(1, `group-${chunk * 50 + row}`)));
  }
  return harness;
}

test('a delta holds what changed, and no more', () => {
  const harness = large();
  const full = harness.freeze(true);
  assert.ok(bytesOf(full) > 4000 * 40);
  assert.equal(bytesOf(harness.freeze(false)), 0);
  harness.rows(0, at(2, 'group-7'), at(2, 'new'));
  const delta = harness.freeze(false);
  assert.ok(bytesOf(delta) > 0 && bytesOf(delta) < 30_000, `${bytesOf(delta)}`);
  const again = harness.restart();
  again.rows(0, at(3, 'group-7'), at(3, 'new'), at(3, 'newer'));
  const rows = again.emit();
  assert.equal(rows.length, 4002);
  const changed = rows.filter(({ rows }) => rows > 1).map(short);
  assert.deepEqual(changed, ['["group-7"]@0 3 open [3,3]', '["new"]@0 2 open [2,2]']);
});

test('a chain goes on over a restart', () => {
  const harness = large();
  harness.freeze(true);
  const again = harness.restart();
  again.rows(0, at(2, 'group-9'));
  const delta = again.freeze(false);
  assert.ok(bytesOf(delta) < 30_000);
  assert.deepEqual(again.restart().emit().map(short), again.emit().map(short));
});

test('windows that were forgotten are in no region', () => {
  const harness = new Harness(sums);
  harness.rows(0, at(1), at(11));
  harness.flush();
  assert.equal(harness.freeze().regions.length, 10);
  harness.unit.evict();
  assert.equal(harness.freeze().regions.length, 5);
});

test('dirty marks are part of it: what was not acked is written again, and only that', () => {
  const harness = new Harness(sums);
  harness.rows(0, at(1, 'a'), at(1, 'b'));
  harness.flush();
  harness.rows(0, at(2, 'b'));
  harness.emit();
  harness.commit();
  assert.deepEqual(harness.restart().emit().map(short), ['["b"]@0 2 open [2,2]']);
});

test('counters and everything else that is not bytes come back', () => {
  const harness = new Harness({ ...sums, allowedLatenessMs: 3 });
  harness.rows(0, at(1), at(null), at(14), at(2), at(12));
  harness.commit();
  const again = harness.restart();
  assert.deepEqual(again.unit.counters.describe(), harness.unit.counters.describe());
  assert.deepEqual(again.unit.positions(), harness.unit.positions());
  assert.deepEqual(
    [again.unit.groups, again.unit.openWindows, again.unit.timeMax],
    [harness.unit.groups, harness.unit.openWindows, harness.unit.timeMax],
  );
});

test('heap blocks come back, whether or not they changed since', () => {
  const harness = new Harness({
    keys: ['k'],
    aggregations: [{ name: 'd', definition: countDistinct, inputs: { x: 'hash64:x' } }],
  });
  for (let x = 0; x < 600; x += 60) {
    harness.rows(0, ...Array.from({ length: 60 }, (_, row) => at(1, `k${row % 3}`, x + row)));
    harness.freeze();
    assert.equal(bytesOf(harness.freeze()), 0);
  }
  const again = harness.restart();
  harness.rows(0, at(2, 'k0', 1000));
  again.rows(0, at(2, 'k0', 1000));
  assert.deepEqual(again.emit().map(short), harness.emit().map(short));
});

test('what is copied ahead of the cut is brought up to date at the cut', () => {
  for (const full of [true, false]) {
    const harness = large();
    if (!full) {
      harness.freeze(true);
      for (let group = 0; group < 4000; group++) harness.rows(0, at(1, `group-${group}`));
    }
    let steps = 0;
    while (!harness.unit.copyAhead(full, 5000)) {
      harness.rows(0, at(1, `group-${(steps * 37) % 4000}`), at(1, `late-${steps}`));
      steps++;
    }
    assert.ok(steps > 10, `${steps}`);
    harness.rows(0, at(1, 'group-0'), at(1, 'last'));
    harness.freeze(full);
    assert.deepEqual(harness.restart().emit().map(short), harness.emit().map(short));
  }
});

test('windows that are forgotten while they are copied are in no region and no write', () => {
  const harness = large();
  harness.rows(0, at(11));
  harness.flush();
  assert.equal(harness.unit.copyAhead(true, 1), false);
  harness.unit.evict();
  const { regions, writes } = harness.freeze(true);
  assert.equal(regions.length, 5);
  const names = new Set(regions.map(({ name }) => name));
  assert.ok(writes.every(({ region }) => names.has(region)));
  assert.deepEqual(harness.restart().emit().map(short), harness.emit().map(short));
});

test('dead letters are taken before; their batch is named', () => {
  const harness = new Harness(sums);
  harness.rows(0, at(null));
  assert.throws(() => harness.unit.freeze(true), /dead letters are taken before/);
  harness.unit.takeDeadLetters();
  assert.equal(harness.unit.freeze(true).deadLetterBatch, 1);
});

test('state of another format, or with bytes missing, is refused', () => {
  const harness = large();
  harness.freeze();
  const { positions, regions, meta } = harness.restored!;
  const other = { positions, regions, meta: { ...(meta as object), format: 99 } };
  assert.throws(() => new Harness(sums, { start: other }), { code: 'LA_STATE_FORMAT' });
  const short = new Map(regions);
  short.set('1/cells', regions.get('1/cells')!.subarray(8));
  const damaged = { positions, meta, regions: short };
  assert.throws(() => new Harness(sums, { start: damaged }), { code: 'LA_STATE_DAMAGED' });
});
