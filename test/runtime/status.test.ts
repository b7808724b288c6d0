import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../runtime/clock.ts';
import { COUNTERS_MAX, createStatusLines, StatusLine } from '../../runtime/status.ts';

function createPair() {
  const clock = new ManualClock(1000);
  const lines = createStatusLines(2);
  const [line, neighbour] = [0, 1].map((thread) => new StatusLine(lines, thread, clock));
  assert.ok(line !== undefined && neighbour !== undefined);
  return { clock, line, neighbour, reader: new StatusLine(lines, 0, clock) };
}

test('tells the unit in work, since when, and the time spent', () => {
  const { clock, line, reader } = createPair();
  assert.deepEqual(reader.read(), { work: 0, busy: false, unit: -1, sinceMs: 0, busyNs: 0 });
  line.begin(0);
  clock.advance(5);
  assert.deepEqual(reader.read(), { work: 1, busy: true, unit: 0, sinceMs: 1000, busyNs: 0 });
  line.end();
  clock.advance(7);
  assert.deepEqual(reader.read(), { work: 2, busy: false, unit: 0, sinceMs: 1005, busyNs: 5e6 });
});

test('work that begins ends the work before, and an end without work is none', () => {
  const { clock, line, reader } = createPair();
  line.begin(1);
  clock.advance(2);
  line.begin(2);
  clock.advance(3);
  line.end();
  line.end();
  assert.deepEqual(reader.read(), { work: 4, busy: false, unit: 2, sinceMs: 1005, busyNs: 5e6 });
});

test('counters and neighbours keep apart', () => {
  const { line, neighbour, reader } = createPair();
  for (let counter = 0; counter < COUNTERS_MAX; counter++) line.add(counter, counter + 1);
  line.add(3, 10);
  assert.deepEqual(
    [0, 3, COUNTERS_MAX - 1].map((at) => reader.counter(at)),
    [1, 14, COUNTERS_MAX],
  );
  neighbour.begin(9);
  assert.equal(reader.read().unit, -1);
  assert.equal(neighbour.counter(0), 0);
});

test('a successor starts with a clean line and a work of its own', () => {
  const { line, reader } = createPair();
  line.begin(4);
  line.add(0, 1);
  line.clear();
  assert.deepEqual(reader.read(), { work: 2, busy: false, unit: -1, sinceMs: 0, busyNs: 0 });
  assert.equal(reader.counter(0), 0);
});
