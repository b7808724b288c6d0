import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Terminated } from '../../runtime/actor.ts';
import { ActorSystem } from '../../runtime/actor-system.ts';
import { systemClock } from '../../runtime/clock.ts';
import { LaError } from '../../runtime/errors.ts';
import { systemRandom } from '../../runtime/random.ts';
import { Supervisor } from '../../runtime/supervisor.ts';
import { createBoard, Thread, threadUrl } from '../../runtime/thread.ts';
import { Watchdog } from '../../runtime/watchdog.ts';

const url = threadUrl(import.meta.url, './fixtures/deeds-thread');
const drainedUrl = new URL('?drained', url);

function createParent() {
  const system = new ActorSystem({ clock: systemClock, random: systemRandom });
  const diary: string[] = [];
  system.spawn<string>(() => ({ receive: (line) => void diary.push(line) }), { name: 'diary' });
  const board = createBoard(2);
  const start = (threadUrl = url) =>
    new Thread(system, {
      name: 'deeds',
      url: threadUrl,
      index: 1,
      board,
      data: { n: 1 },
      heapMiB: 32,
    });
  return { diary, start };
}

const deedsOf = (thread: Thread) => thread.link.ref<string, string>('deeds');
const ended = (thread: Thread) => new Promise<Terminated>((resolve) => thread.watch(resolve));

/** What the parent learns: how it ended, the error's code and text, and what became of an open ask. */
async function learns(
  deed: string,
  reason: Terminated['reason'],
  code: string | undefined,
  text: RegExp,
): Promise<void> {
  const { start, diary } = createParent();
  const thread = start();
  const deeds = deedsOf(thread);
  const watched = new Promise<Terminated>((resolve) => deeds.watch(resolve));
  const asked = deeds.ask(deed, { timeoutMs: 20_000 }).catch(() => {});
  const end = await ended(thread);
  assert.deepEqual([end.reason, end.error?.code], [reason, code]);
  assert.match(end.error?.message ?? '', text);
  assert.ok(['lost', 'failed'].includes((await watched).reason));
  await asked;
  await assert.rejects(deeds.ask('late', { timeoutMs: 20_000 }), (error) => {
    return error instanceof LaError && error.code === 'LA_ACTOR_ENDED';
  });
  await new Promise((resolve) => setImmediate(resolve)); // the diary's turn
  assert.deepEqual(diary, ['deeds is there']);
  assert.equal(await thread.cpuMs(), undefined);
}

test('a throw', () => learns('throw', 'failed', 'LA_UNEXPECTED', /^thrown$/));
test('a coded error keeps its code', () =>
  learns('throw coded', 'failed', 'LA_MAILBOX_FULL', /full \(1 messages\)/));
test('an unhandled rejection', () => learns('reject', 'failed', 'LA_UNEXPECTED', /^rejected$/));
test('an escalation', () => learns('escalate', 'failed', 'LA_UNEXPECTED', /^escalated$/));
test('out of memory', () => learns('memory', 'failed', 'LA_THREAD_OUT_OF_MEMORY', /32 MiB/));
test('process.exit', () => learns('exit', 'failed', 'LA_THREAD_EXITED', /code 3/));

/** A thread that hangs, and what the watchdog makes of it. */
async function hangs(deed: string, unit: number, hangMs: number, wallMs: number): Promise<void> {
  const { start } = createParent();
  const thread = start();
  await deedsOf(thread).ask('be there', { timeoutMs: 20_000 });
  const stop = new AbortController();
  const watchdog = new Watchdog({ clock: systemClock, limits: { hangMs, wallMs }, periodMs: 20 });
  const watching = watchdog.run(() => [thread], stop.signal);
  const asked = assert.rejects(deedsOf(thread).ask(deed, { timeoutMs: 20_000 }), /has ended/);
  const end = await ended(thread);
  stop.abort();
  await Promise.all([watching, asked]);
  assert.deepEqual([end.reason, end.error?.code], ['failed', 'LA_THREAD_HUNG']);
  const status = thread.status.read();
  assert.deepEqual([status.busy, status.unit], [true, unit]);
}

test('an endless loop is terminated for its CPU time', () => hangs('spin', 7, 100, 60_000));
test('endless sleep is terminated by the wall', () => hangs('sleep', 8, 60_000, 100));

test('asked to stop, it finishes; killed, it does not', async () => {
  const { start, diary } = createParent();
  for (const threadUrl of [url, drainedUrl]) {
    const stopped = start(threadUrl);
    assert.deepEqual(await stopped.stop(), { name: 'deeds', reason: 'stopped' });
    const killed = start(threadUrl);
    const end = ended(killed);
    killed.kill();
    assert.deepEqual(await end, { name: 'deeds', reason: 'killed' });
  }
  assert.ok(diary.length >= 2);
});

test('a thread that blocks is woken by what is sent to it', async () => {
  const { start } = createParent();
  const thread = start(drainedUrl);
  const deeds = deedsOf(thread);
  assert.equal(await deeds.ask('1', { timeoutMs: 20_000 }), 'deeds {"n":1} 1');
  const begin = systemClock.mono();
  for (let i = 0; i < 50; i++) await deeds.ask('again', { timeoutMs: 20_000 });
  const cpuMs = await thread.cpuMs();
  assert.ok(cpuMs !== undefined && cpuMs > 0);
  // Were it not woken, each would take the loop's longest sleep of a second.
  assert.ok(systemClock.mono() - begin < 20_000);
  await thread.stop();
});

test('a supervisor starts a thread again that has died', async () => {
  const { start } = createParent();
  const supervisor = new Supervisor({ name: 'threads', clock: systemClock, random: systemRandom });
  const restarts = { intensity: 1, periodMs: 60_000, backoffMs: 1, backoffMsMax: 1, quietMs: 1 };
  const again = Promise.withResolvers<Thread>();
  const threads: Thread[] = [];
  await supervisor.start({
    name: 'deeds',
    supervision: { restarts },
    shutdownMs: 5_000,
    start: () => {
      const thread = start();
      threads.push(thread);
      if (threads.length === 2) again.resolve(thread);
      return thread;
    },
  });
  const first = threads[0];
  assert.ok(first !== undefined);
  deedsOf(first).send('throw');
  const second = await again.promise;
  assert.equal(await deedsOf(second).ask('hi', { timeoutMs: 20_000 }), 'deeds {"n":1} hi');
  await supervisor.stop();
});

test('a thread’s module has the extension of its importer', () => {
  const f = (importer: string, expected: string) =>
    assert.equal(threadUrl(importer, './x').href, expected);
  f('file:///a/main.ts', 'file:///a/x.ts');
  f('file:///dist/a/main.js', 'file:///dist/a/x.js');
});
