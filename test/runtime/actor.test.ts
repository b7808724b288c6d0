import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Behaviour, Context, Terminated } from '../../runtime/actor.ts';
import { ActorSystem, type SystemOptions } from '../../runtime/actor-system.ts';
import { ManualClock, systemClock } from '../../runtime/clock.ts';
import { LaError } from '../../runtime/errors.ts';
import { seededRandom } from '../../runtime/random.ts';
import type { Supervision } from '../../runtime/restart-window.ts';

const restarts = { intensity: 1, periodMs: 1000, backoffMs: 100, backoffMsMax: 100, quietMs: 1000 };
const supervised: Supervision = { restarts };

/** Driven by `drain` on a clock that stands still. */
function createDrained(options: Partial<SystemOptions> = {}) {
  const clock = new ManualClock();
  const system = new ActorSystem({ clock, random: seededRandom(1), drained: true, ...options });
  return { clock, system };
}

const createLooped = () => new ActorSystem({ clock: systemClock, random: seededRandom(1) });

/** Writes down what happens to it; the message 'throw' fails it, others are answered in capitals. */
function scribe(log: string[]): Behaviour<string, string> {
  return {
    started: () => void log.push('started'),
    receive: (message) => {
      if (message === 'throw') throw new Error('thrown');
      log.push(message);
      return message.toUpperCase();
    },
    terminated: ({ name, reason }) => void log.push(`${name} ${reason}`),
    stopped: () => void log.push('stopped'),
  };
}

const code = (expected: string) => (error: unknown) =>
  error instanceof LaError && error.code === expected;

test('starts, handles messages in order, stops after the one in work', async () => {
  const { system } = createDrained();
  const log: string[] = [];
  const ref = system.spawn(() => scribe(log), { name: 'a' });
  ref.send('one');
  ref.send('two');
  system.drain();
  ref.send('three');
  const ended = ref.stop();
  system.drain();
  assert.deepEqual(log, ['started', 'one', 'two', 'stopped']);
  assert.deepEqual(await ended, { name: 'a', reason: 'stopped' });
  assert.equal(ref.send('late'), false);
  assert.equal(system.find('a'), undefined);
});

test('actors take turns, one message each', () => {
  const { system } = createDrained();
  const log: string[] = [];
  const refs = ['a', 'b'].map((name) => system.spawn(() => scribe(log), { name }));
  system.drain();
  log.length = 0;
  for (const message of ['1', '2'])
    for (const [at, ref] of refs.entries()) ref.send(`${at}:${message}`);
  assert.equal(system.drain(3), 3);
  assert.deepEqual(log, ['0:1', '1:1', '0:2']);
  assert.equal(system.dueInMs(), 0);
  system.drain();
  assert.equal(system.dueInMs(), Number.POSITIVE_INFINITY);
});

test('a full mailbox refuses, and says so to who asks', async () => {
  const { system } = createDrained();
  const ref = system.spawn(() => scribe([]), { name: 'a', messagesMax: 2 });
  assert.deepEqual([ref.send('1'), ref.send('2'), ref.send('3')], [true, true, false]);
  await assert.rejects(ref.ask('4', { timeoutMs: 10 }), code('LA_MAILBOX_FULL'));
});

test('an ask is answered, times out, or is rejected by the failure or the end of the actor', async () => {
  const { clock, system } = createDrained();
  const ref = system.spawn(() => scribe([]), { name: 'a' });
  const ask = (message: string) => ref.ask(message, { timeoutMs: 10 });
  const answered = ask('hello');
  system.drain();
  assert.equal(await answered, 'HELLO');
  const late = ask('never');
  clock.advance(10);
  await assert.rejects(late, code('LA_ASK_TIMEOUT'));
  const fails = ask('throw');
  const behind = ask('behind');
  system.drain();
  await assert.rejects(fails, /thrown/);
  await assert.rejects(behind, code('LA_ACTOR_ENDED'));
  await assert.rejects(ask('late'), code('LA_ACTOR_ENDED'));
});

test('the failure of an actor without supervision ends it; its watchers are told before their messages', () => {
  const { system } = createDrained();
  const log: string[] = [];
  const watched = system.spawn(() => scribe([]), { name: 'watched' });
  const watcher = system.spawn<string, string>(
    () => ({ ...scribe(log), started: (context: Context) => void context.watch(watched) }),
    { name: 'watcher' },
  );
  system.drain();
  watched.send('throw');
  system.drain(1);
  watcher.send('message');
  system.drain();
  assert.deepEqual(log, ['watched failed', 'message']);
  const ends: Terminated[] = [];
  watched.watch((ended) => ends.push(ended));
  assert.deepEqual(
    ends.map(({ reason, error }) => [reason, error?.message]),
    [['failed', 'thrown']],
  );
});

test('what is no longer watched is not told of', () => {
  const { system } = createDrained();
  const ends: string[] = [];
  const ref = system.spawn(() => scribe([]), { name: 'a' });
  const forget = ref.watch(() => ends.push('forgotten'));
  ref.watch(() => ends.push('kept'));
  forget();
  ref.kill();
  system.drain();
  assert.deepEqual(ends, ['kept']);
});

test('a restart keeps the mailbox, waits for its delay, and makes a new behaviour', () => {
  const { clock, system } = createDrained();
  const log: string[] = [];
  const ref = system.spawn(() => scribe(log), { name: 'a', supervision: supervised });
  for (const message of ['1', 'throw', '2']) ref.send(message);
  system.drain();
  assert.deepEqual(log, ['started', '1', 'stopped']);
  const dueInMs = system.dueInMs();
  assert.ok(dueInMs >= 50 && dueInMs < 100);
  ref.send('3');
  clock.advance(dueInMs - 1);
  system.drain();
  assert.equal(log.length, 3);
  clock.advance(1);
  system.drain();
  assert.deepEqual(log.slice(3), ['started', '2', '3']);
});

test('a failing start counts, and the window trips', () => {
  const escalated: string[] = [];
  const verdicts: string[] = [];
  const { clock, system } = createDrained({
    onEscalate: (actor) => escalated.push(actor),
    onFailure: (_, error, verdict) =>
      verdicts.push(`${error.message}: ${typeof verdict === 'object' ? 'restart' : verdict}`),
  });
  const start = () => {
    throw new Error('no start');
  };
  const ref = system.spawn(start, { name: 'a', supervision: supervised });
  system.drain();
  clock.advance(100);
  system.drain();
  assert.deepEqual(verdicts, ['no start: restart', 'no start: escalate']);
  assert.deepEqual(escalated, ['a']);
  assert.equal(ref.send('1'), false);
});

function decided(decision: 'restart' | 'stop' | 'escalate', expected: readonly string[]): void {
  const log: string[] = [];
  const { clock, system } = createDrained({ onEscalate: () => log.push('escalated') });
  const supervision: Supervision = {
    restarts,
    decide: (error) => (error.message === 'thrown' ? decision : 'stop'),
  };
  const ref = system.spawn(() => scribe(log), { name: 'a', supervision });
  ref.watch(({ reason }) => log.push(reason));
  ref.send('throw');
  system.drain();
  clock.advance(100);
  system.drain();
  assert.deepEqual(log.slice(1), expected);
}

test('the decider decides', () => {
  decided('restart', ['stopped', 'started']);
  decided('stop', ['stopped', 'failed']);
  decided('escalate', ['stopped', 'failed', 'escalated']);
});

test('an escalation nobody takes ends the thread', () => {
  const { system } = createDrained();
  const supervision: Supervision = { restarts, decide: () => 'escalate' };
  system.spawn(() => scribe([]), { name: 'a', supervision }).send('throw');
  assert.throws(() => system.drain(), /thrown/);
});

test('a tripped window may stop instead of escalating', () => {
  const { clock, system } = createDrained();
  const supervision: Supervision = { restarts, tripped: 'stop' };
  const ref = system.spawn(() => scribe([]), { name: 'view', supervision });
  const reasons: string[] = [];
  ref.watch(({ reason }) => reasons.push(reason));
  for (let failure = 0; failure < 2; failure++) {
    ref.send('throw');
    system.drain();
    clock.advance(100);
    system.drain();
  }
  assert.deepEqual(reasons, ['failed']);
});

test('a resting actor can be stopped', () => {
  const { system } = createDrained();
  const log: string[] = [];
  const ref = system.spawn(() => scribe(log), { name: 'a', supervision: supervised });
  ref.watch(({ reason }) => log.push(`ended ${reason}`));
  ref.send('throw');
  system.drain();
  void ref.stop();
  system.drain();
  assert.equal(log.at(-1), 'ended stopped');
  assert.equal(system.dueInMs(), Number.POSITIVE_INFINITY);
});

test('the event loop drives as well: asynchronous behaviours, one message at a time', async () => {
  const system = createLooped();
  const log: string[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const behaviour = {
    receive: async (gate: number) => {
      log.push(`begin ${gate}`);
      await gates[gate]?.promise;
      log.push(`end ${gate}`);
      return gate;
    },
  };
  const ref = system.spawn<number, number>(() => behaviour, { name: 'a' });
  const answers = [0, 1].map((gate) => ref.ask(gate, { timeoutMs: 5_000 }));
  gates[1]?.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  gates[0]?.resolve();
  assert.deepEqual(await Promise.all(answers), [0, 1]);
  assert.deepEqual(log, ['begin 0', 'end 0', 'begin 1', 'end 1']);
});

test('stop lets the handler finish, kill does not wait', async () => {
  const system = createLooped();
  const entered = Promise.withResolvers<Context>();
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const spawn = (name: string) =>
    system.spawn<string, string>(
      () => ({
        receive: async (_, context) => {
          entered.resolve(context);
          await gate.promise;
          return 'finished';
        },
        stopped: () => void log.push(`${name} stopped`),
      }),
      { name },
    );
  const killed = spawn('killed');
  const asked = killed.ask('', { timeoutMs: 5_000 });
  const context = await entered.promise;
  killed.kill();
  await assert.rejects(asked, code('LA_ACTOR_ENDED'));
  assert.equal(context.signal.aborted, true);

  const stopping = spawn('stopping');
  const answer = stopping.ask('', { timeoutMs: 5_000 });
  const ended = stopping.stop();
  gate.resolve();
  // Stopped before it had started: there is nothing to answer, nor to release.
  await assert.rejects(answer, code('LA_ACTOR_ENDED'));
  assert.equal((await ended).reason, 'stopped');
  assert.deepEqual(log, []);
});

test('stop waits for the handler in work and answers it', async () => {
  const system = createLooped();
  const entered = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<string>();
  const receive = () => {
    entered.resolve();
    return gate.promise;
  };
  const ref = system.spawn<string, string>(() => ({ receive }), { name: 'a' });
  const answer = ref.ask('', { timeoutMs: 5_000 });
  await entered.promise;
  const ended = ref.stop();
  await new Promise((resolve) => setImmediate(resolve));
  gate.resolve('finished');
  assert.equal(await answer, 'finished');
  assert.equal((await ended).reason, 'stopped');
});

test('an actor may stop itself', async () => {
  const system = createLooped();
  const ref = system.spawn<string>(() => ({ receive: (_, context) => context.stop() }), {
    name: 'a',
  });
  const ended = new Promise<Terminated>((resolve) => ref.watch(resolve));
  ref.send('');
  assert.equal((await ended).reason, 'stopped');
});

test('a system stops its actors in reverse, drained or not', async () => {
  for (const system of [createLooped(), createDrained().system]) {
    for (const name of ['a', 'b', 'c']) system.spawn(() => scribe([]), { name });
    const ended = await system.stop();
    assert.deepEqual(
      ended.map(({ name }) => name),
      ['c', 'b', 'a'],
    );
  }
});

test('a restart driven by the event loop', async () => {
  const system = new ActorSystem({ clock: systemClock, random: seededRandom(1) });
  const supervision: Supervision = { restarts: { ...restarts, backoffMs: 1, backoffMsMax: 1 } };
  const log: string[] = [];
  const ref = system.spawn(() => scribe(log), { name: 'a', supervision });
  ref.send('throw');
  assert.equal(await ref.ask('again', { timeoutMs: 5_000 }), 'AGAIN');
  assert.deepEqual(log, ['started', 'stopped', 'started', 'again']);
});
