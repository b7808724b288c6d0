import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Child, Ending } from '../../runtime/actor.ts';
import { ManualClock } from '../../runtime/clock.ts';
import { errorToData } from '../../runtime/errors.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { Supervision } from '../../runtime/restart-window.ts';
import { type ChildSpec, Supervisor } from '../../runtime/supervisor.ts';

const restarts = { intensity: 2, periodMs: 1000, backoffMs: 10, backoffMsMax: 10, quietMs: 100 };

/** A child that fails when told to. */
function createChild(name: string, log: string[], stops = true) {
  const ending = new Ending();
  const end = (reason: 'stopped' | 'killed') => {
    log.push(`${name} ${reason}`);
    ending.end({ name, reason });
  };
  const child: Child = {
    name,
    watch: (listener) => ending.watch(listener),
    stop: () => {
      if (stops) end('stopped');
      return ending.happened();
    },
    kill: () => end('killed'),
  };
  const fail = (text: string) => {
    ending.end({ name, reason: 'failed', error: errorToData(new Error(text)) });
  };
  return { child, fail, end };
}

function createSupervised(supervision: Partial<Supervision> = {}) {
  const clock = new ManualClock();
  const log: string[] = [];
  const random = seededRandom(1);
  const supervisor = new Supervisor({
    name: 'top',
    clock,
    random,
    onFailure: (child, error) => log.push(`${child} failed: ${error.message}`),
  });
  supervisor.watch(({ reason, error }) => log.push(`top ${reason} ${error?.message ?? ''}`.trim()));
  const running = new Map<string, ReturnType<typeof createChild>>();
  const spec = (name: string, stops = true): ChildSpec => ({
    name,
    supervision: { restarts, ...supervision },
    shutdownMs: 50,
    start: () => {
      log.push(`${name} started`);
      const created = createChild(name, log, stops);
      running.set(name, created);
      return created.child;
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const advance = async (ms: number) => {
    clock.advance(ms);
    await turn();
  };
  const fail = (name: string, text = 'oops') => running.get(name)?.fail(text);
  return { supervisor, spec, fail, advance, turn, log, running };
}

test('starts in order, stops in reverse', async () => {
  const { supervisor, spec, log } = createSupervised();
  for (const name of ['a', 'b', 'c']) await supervisor.start(spec(name));
  assert.equal((await supervisor.stop()).reason, 'stopped');
  const stops = ['c stopped', 'b stopped', 'a stopped', 'top stopped'];
  assert.deepEqual(log, ['a started', 'b started', 'c started', ...stops]);
});

test('restarts the child that failed, alone, after its delay', async () => {
  const { supervisor, spec, fail, advance, log } = createSupervised();
  for (const name of ['a', 'b']) await supervisor.start(spec(name));
  fail('a');
  assert.equal(supervisor.child('a'), undefined);
  await advance(4);
  assert.deepEqual(log.slice(2), ['a failed: oops']);
  await advance(6);
  assert.deepEqual(log.slice(2), ['a failed: oops', 'a started']);
  assert.equal(supervisor.child('a')?.name, 'a');
});

test('escalates when the window trips: stops the others and fails itself', async () => {
  const { supervisor, spec, fail, advance, turn, log } = createSupervised();
  for (const name of ['a', 'b']) await supervisor.start(spec(name));
  for (let failure = 1; failure <= 2; failure++) {
    fail('a', `failure ${failure}`);
    await advance(10);
  }
  log.length = 0;
  fail('a', 'failure 3');
  await turn();
  assert.deepEqual(log, ['a failed: failure 3', 'b stopped', 'top failed failure 3']);
});

test('a tripped child may be left down, its neighbours untouched, and be started again by hand', async () => {
  const { supervisor, spec, fail, advance, log } = createSupervised({ tripped: 'stop' });
  for (const name of ['a', 'b']) await supervisor.start(spec(name));
  for (let failure = 1; failure <= 3; failure++) {
    fail('a');
    await advance(10);
  }
  assert.equal(log.filter((line) => line === 'a started').length, 3);
  assert.equal(supervisor.child('b')?.name, 'b');
  await supervisor.start(spec('a'));
  assert.equal(supervisor.child('a')?.name, 'a');
});

test('the decider decides', async () => {
  const decide = (error: Error) => (error.message === 'stop' ? 'stop' : 'escalate');
  const { supervisor, spec, fail, turn, log } = createSupervised({ decide });
  for (const name of ['a', 'b']) await supervisor.start(spec(name));
  fail('a', 'stop');
  await turn();
  assert.deepEqual(log.slice(2), ['a failed: stop']);
  fail('b', 'worse');
  await turn();
  assert.equal(log.at(-1), 'top failed worse');
});

test('a child that ends without failing is not restarted', async () => {
  const { supervisor, spec, advance, log, running } = createSupervised();
  await supervisor.start(spec('a'));
  running.get('a')?.end('stopped');
  await advance(1000);
  assert.deepEqual(log, ['a started', 'a stopped']);
});

test('a restart that fails is one more failure', async () => {
  const { supervisor, spec, fail, advance, log } = createSupervised();
  let starts = 0;
  const good = spec('a');
  const start = () => {
    if (++starts === 2) throw new Error('no start');
    return good.start();
  };
  await supervisor.start({ ...good, start });
  fail('a');
  await advance(10);
  assert.equal(log.at(-1), 'a failed: no start');
  await advance(10);
  assert.equal(log.at(-1), 'a started');
});

test('a first start that fails is the caller’s', async () => {
  const { supervisor, spec } = createSupervised();
  const start = () => Promise.reject(new Error('no start'));
  await assert.rejects(supervisor.start({ ...spec('a'), start }), /no start/);
  await supervisor.start(spec('a'));
});

test('whoever does not stop in time is killed', async () => {
  const { supervisor, spec, advance, log } = createSupervised();
  await supervisor.start(spec('a', false));
  const stopped = supervisor.stop();
  await advance(49);
  assert.deepEqual(log, ['a started']);
  await advance(1);
  await stopped;
  assert.deepEqual(log, ['a started', 'a killed', 'top stopped']);
});

test('a child that rests when all are stopped stays down', async () => {
  const { supervisor, spec, fail, advance, log } = createSupervised();
  await supervisor.start(spec('a'));
  fail('a');
  await supervisor.stop();
  await advance(100);
  assert.deepEqual(log, ['a started', 'a failed: oops', 'top stopped']);
});

test('a child that was still starting when all are stopped is stopped as well', async () => {
  const { supervisor, spec, turn, log } = createSupervised();
  const gate = Promise.withResolvers<void>();
  const slow = spec('a');
  const start = async () => {
    await gate.promise;
    return slow.start();
  };
  const starting = supervisor.start({ ...slow, start });
  await supervisor.stop();
  gate.resolve();
  await starting;
  await turn();
  assert.deepEqual(log, ['top stopped', 'a started', 'a stopped']);
});

test('supervisors nest: one that fails is started again by the one above', async () => {
  const { supervisor, spec, fail, advance, log } = createSupervised();
  const inner = createSupervised();
  const decide = () => 'escalate' as const;
  let starts = 0;
  const start = async () => {
    starts++;
    const below = new Supervisor({
      name: 'below',
      clock: new ManualClock(),
      random: seededRandom(1),
    });
    await below.start({ ...inner.spec('leaf'), supervision: { restarts, decide } });
    return below;
  };
  await supervisor.start({ ...spec('below'), start });
  inner.fail('leaf');
  await advance(0);
  assert.deepEqual(log, ['below failed: oops']);
  await advance(10);
  assert.equal(starts, 2);
  fail('nobody');
});
