import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock } from '../../runtime/clock.ts';
import { createStatusLines, StatusLine } from '../../runtime/status.ts';
import { hang, type Sample, Watchdog } from '../../runtime/watchdog.ts';

const limits = { hangMs: 750, wallMs: 10_000 };
const begin: Sample = { atMs: 1000, cpuMs: 500, work: 3, busy: true };

function hangs(now: Partial<Sample>, expected: boolean, first: Partial<Sample> = {}): void {
  const found = hang({ ...begin, ...first }, { ...begin, ...now }, limits);
  assert.equal(found !== undefined, expected);
}

test('the same work for too much CPU time or too long is a hang', () => {
  hangs({ atMs: 1750, cpuMs: 1249 }, false);
  hangs({ atMs: 1750, cpuMs: 1250 }, true);
  hangs({ atMs: 10_999, cpuMs: 500 }, false);
  hangs({ atMs: 11_000, cpuMs: 500 }, true);
});

test('other work, or none, is not', () => {
  hangs({ atMs: 99_000, cpuMs: 99_000, work: 5 }, false);
  hangs({ atMs: 99_000, cpuMs: 99_000, busy: false }, false);
});

test('CPU time that is not known does not count', () => {
  hangs({ atMs: 5000, cpuMs: undefined }, false);
  hangs({ atMs: 5000, cpuMs: 9999 }, false, { cpuMs: undefined });
  hangs({ atMs: 11_000, cpuMs: undefined }, true);
});

/** A thread whose CPU time and work are told to it. */
function createWatched() {
  const clock = new ManualClock();
  const status = new StatusLine(createStatusLines(1), 0, clock);
  const causes: string[] = [];
  const cpu = { ms: 0, answers: true, asked: 0, answer: (_ms: number) => {} };
  const watched = {
    name: 'thread',
    status,
    cpuMs: () => {
      cpu.asked++;
      if (cpu.answers) return Promise.resolve(cpu.ms);
      return new Promise<number>((resolve) => {
        cpu.answer = resolve;
      });
    },
    terminate: async ({ message }: Error) => void causes.push(message),
  };
  const watchdog = new Watchdog({ clock, limits, periodMs: 100 });
  const spend = async (ms: number, cpuMs: number) => {
    for (let spent = 0; spent < ms; spent += 100) {
      clock.advance(100);
      cpu.ms += (cpuMs * 100) / ms;
      watchdog.look(watched);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { status, causes, cpu, spend };
}

test('short pieces of work are fine for ever', async () => {
  const { status, causes, spend } = createWatched();
  for (let piece = 0; piece < 100; piece++) {
    status.begin(piece);
    await spend(700, 700);
    if (piece % 2 === 0) status.end();
  }
  status.end();
  await spend(60_000, 60_000);
  assert.deepEqual(causes, []);
});

test('a loop is found at its limit of CPU time, also on a machine short of cores', async () => {
  const { status, causes, spend } = createWatched();
  status.begin(1);
  await spend(3_000, 700);
  assert.deepEqual(causes, []);
  await spend(400, 100);
  assert.match(causes[0] ?? '', /"thread" was terminated: 7\d\d ms of CPU and 3[0-9]00 ms of time/);
});

test('a thread that does not tell its CPU time is judged by the wall', async () => {
  const { status, causes, cpu, spend } = createWatched();
  cpu.answers = false;
  status.begin(1);
  await spend(10_000, 10_000);
  assert.deepEqual(causes, []);
  await spend(100, 100);
  assert.equal(causes.length, 1);
  assert.equal(cpu.asked, 1);
});

test('CPU time told after the work has changed is not charged to it', async () => {
  const { status, causes, cpu, spend } = createWatched();
  status.begin(1);
  await spend(100, 0);
  cpu.answers = false;
  await spend(100, 0);
  status.begin(2);
  cpu.answer(5_000);
  await new Promise((resolve) => setImmediate(resolve));
  await spend(100, 0);
  assert.deepEqual(causes, []);
});
