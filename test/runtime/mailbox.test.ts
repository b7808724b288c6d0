import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Mailbox } from '../../runtime/mailbox.ts';

test('kill before stop before supervision before messages, each in order', () => {
  const mailbox = new Mailbox<string, number>();
  for (const message of [1, 2, 3]) mailbox.message(message);
  mailbox.supervision('a');
  mailbox.stop();
  mailbox.supervision('b');
  mailbox.kill();
  assert.equal(mailbox.size, 7);
  assert.deepEqual(mailbox.take(), { lane: 'kill' });
  assert.deepEqual(mailbox.take(), { lane: 'stop' });
  assert.deepEqual(mailbox.take(), { lane: 'supervision', item: 'a' });
  assert.deepEqual(mailbox.take(), { lane: 'supervision', item: 'b' });
  assert.deepEqual(mailbox.take(), { lane: 'message', item: 1 });
  mailbox.message(4);
  for (const item of [2, 3, 4]) assert.deepEqual(mailbox.take(), { lane: 'message', item });
  assert.equal(mailbox.take(), undefined);
});

test('takes nothing below the lowest lane asked for', () => {
  const mailbox = new Mailbox<string, number>();
  mailbox.message(1);
  mailbox.supervision('a');
  mailbox.stop();
  assert.equal(mailbox.take('kill'), undefined);
  assert.deepEqual(mailbox.take('stop'), { lane: 'stop' });
  assert.equal(mailbox.take('stop'), undefined);
  assert.deepEqual(mailbox.take('supervision'), { lane: 'supervision', item: 'a' });
  assert.equal(mailbox.take('supervision'), undefined);
});

test('refuses messages, and nothing else, when full', () => {
  const mailbox = new Mailbox<string, number>(2);
  assert.deepEqual(
    [1, 2, 3].map((message) => mailbox.message(message)),
    [true, true, false],
  );
  mailbox.supervision('a');
  assert.equal(mailbox.size, 3);
  mailbox.take();
  mailbox.take();
  assert.equal(mailbox.message(3), true);
});
