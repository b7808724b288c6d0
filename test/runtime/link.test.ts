import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Behaviour, Terminated } from '../../runtime/actor.ts';
import { ActorSystem } from '../../runtime/actor-system.ts';
import { ManualClock } from '../../runtime/clock.ts';
import { engineError } from '../../runtime/engine-errors.ts';
import { LaError } from '../../runtime/errors.ts';
import { Link, type Post } from '../../runtime/link.ts';
import { seededRandom } from '../../runtime/random.ts';

/** Two systems and a channel that clones, as between threads, and delivers when told to. */
function createPair() {
  const clock = new ManualClock();
  const undelivered: string[] = [];
  const side = (post: Post) => {
    const system = new ActorSystem({
      clock,
      random: seededRandom(1),
      drained: true,
      onUndelivered: (actor) => undelivered.push(actor),
    });
    return { system, link: new Link(system, post) };
  };
  const queue: (() => void)[] = [];
  const here = side((value) => {
    const copy: unknown = structuredClone(value);
    queue.push(() => there.link.deliver(copy));
  });
  const there = side((value) => {
    const copy: unknown = structuredClone(value);
    queue.push(() => here.link.deliver(copy));
  });
  const settle = () => {
    do {
      while (queue.length > 0) queue.shift()?.();
    } while (here.system.drain() + there.system.drain() > 0 || queue.length > 0);
  };
  return { clock, here, there, undelivered, settle };
}

const echo: Behaviour<string, string> = {
  receive: (message) => {
    if (message === 'coded') throw engineError('LA_THREAD_EXITED', { thread: 'x', exitCode: 3 });
    return `${message}!`;
  },
};

const code = (expected: string) => (error: unknown) =>
  error instanceof LaError && error.code === expected;

test('an actor of another thread answers as one of this thread does', async () => {
  const { here, there, settle } = createPair();
  there.system.spawn(() => echo, { name: 'echo' });
  const ref = here.link.ref<string, string>('echo');
  assert.equal(ref.send('unasked'), true);
  const answer = ref.ask('hello', { timeoutMs: 10 });
  settle();
  assert.equal(await answer, 'hello!');
});

test('errors cross with their code and context', async () => {
  const { here, there, settle } = createPair();
  there.system.spawn(() => echo, { name: 'echo' });
  const answer = here.link.ref<string, string>('echo').ask('coded', { timeoutMs: 10 });
  settle();
  await assert.rejects(answer, (error) => {
    return (
      code('LA_THREAD_EXITED')(error) && error instanceof LaError && error.context.exitCode === 3
    );
  });
});

test('an ask is rejected at its timeout, and its late answer is nobody’s', async () => {
  const { clock, here, there, settle } = createPair();
  there.system.spawn(() => echo, { name: 'echo' });
  const answer = here.link.ref<string, string>('echo').ask('hello', { timeoutMs: 10 });
  clock.advance(10);
  await assert.rejects(answer, code('LA_ASK_TIMEOUT'));
  settle();
});

test('whoever is not there is lost, and what was sent to him is counted', async () => {
  const { here, undelivered, settle } = createPair();
  const ref = here.link.ref<string, string>('nobody');
  const ends: Terminated[] = [];
  ref.watch((ended) => ends.push(ended));
  ref.send('hello');
  const answer = ref.ask('hello', { timeoutMs: 10 });
  settle();
  await assert.rejects(answer, code('LA_ACTOR_ENDED'));
  assert.deepEqual(ends, [{ name: 'nobody', reason: 'lost' }]);
  assert.deepEqual(undelivered, ['nobody']);
});

test('a mailbox that is full over there refuses the ask', async () => {
  const { here, there, undelivered, settle } = createPair();
  there.system.spawn(() => echo, { name: 'echo', messagesMax: 1 });
  const ref = here.link.ref<string, string>('echo');
  for (const message of ['1', '2']) ref.send(message);
  const answer = ref.ask('3', { timeoutMs: 10 });
  settle();
  await assert.rejects(answer, code('LA_MAILBOX_FULL'));
  assert.deepEqual(undelivered, ['echo']);
});

test('watch, forget, stop and kill reach the other thread', async () => {
  const { here, there, settle } = createPair();
  const ends: string[] = [];
  for (const name of ['a', 'b', 'c']) there.system.spawn(() => echo, { name });
  const forget = here.link.ref('a').watch(() => ends.push('forgotten'));
  for (const name of ['a', 'b', 'c']) {
    here.link.ref(name).watch(({ reason }) => ends.push(`${name} ${reason}`));
  }
  forget();
  const stopped = here.link.ref('a').stop();
  here.link.ref('b').kill();
  settle();
  assert.deepEqual(await stopped, { name: 'a', reason: 'stopped' });
  assert.deepEqual(ends.sort(), ['a stopped', 'b killed']);
});

test('an actor watches one of another thread', () => {
  const { here, there, settle } = createPair();
  const ends: string[] = [];
  there.system.spawn(() => echo, { name: 'echo' });
  here.system.spawn<string>(
    () => ({
      receive: () => {},
      started: (context) => void context.watch(here.link.ref('echo')),
      terminated: ({ name, reason, error }) => void ends.push(`${name} ${reason} ${error?.code}`),
    }),
    { name: 'watcher' },
  );
  settle();
  here.link.ref('echo').send('coded');
  settle();
  assert.deepEqual(ends, ['echo failed LA_THREAD_EXITED']);
});

test('the end of the peer rejects what is asked and loses what is watched', async () => {
  const { here, there, settle } = createPair();
  there.system.spawn(() => echo, { name: 'echo' });
  const ref = here.link.ref<string, string>('echo');
  const ends: string[] = [];
  ref.watch(({ reason }) => ends.push(reason));
  settle();
  const answer = ref.ask('hello', { timeoutMs: 10 });
  here.link.close({ name: 'thread', reason: 'failed' });
  await assert.rejects(answer, code('LA_ACTOR_ENDED'));
  await assert.rejects(ref.ask('late', { timeoutMs: 10 }), code('LA_ACTOR_ENDED'));
  ref.watch(({ reason }) => ends.push(`late ${reason}`));
  assert.deepEqual(ends, ['lost', 'late lost']);
  assert.equal(ref.send('late'), false);
});

test('an answer that cannot be cloned is an error to who asked, not to who answers', async () => {
  const { here, there, settle } = createPair();
  const actor = there.system.spawn<string, () => void>(() => ({ receive: () => () => {} }), {
    name: 'a',
  });
  const answer = here.link.ref<string, string>('a').ask('', { timeoutMs: 10 });
  settle();
  await assert.rejects(answer, /could not be cloned/);
  assert.equal(actor.send('still there'), true);
});

test('what is not of the link is left alone', () => {
  const { here } = createPair();
  for (const data of [undefined, null, 1, 'send', {}]) assert.equal(here.link.deliver(data), false);
});
