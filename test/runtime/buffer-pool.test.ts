import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BufferPool, POOL_BYTES_MAX, POOLED_BYTES_MIN } from '../../runtime/buffer-pool.ts';

const MIB = 1024 * 1024;

test('a buffer that came back is taken again when it is large enough, and not far too large', () => {
  const pool = new BufferPool();
  const half = pool.take(MIB / 2 - 5);
  assert.equal(half.byteLength, MIB / 2, 'with room for batches that are a little larger');
  pool.give([half]);
  assert.equal(pool.bytes, MIB / 2);
  assert.notEqual(pool.take(MIB / 2 + 1), half);
  assert.equal(pool.take(MIB / 2), half);
  assert.equal(pool.bytes, 0);
  const large = pool.take(4 * MIB);
  pool.give([large, half]);
  assert.notEqual(pool.take(MIB / 2 + 1), large);
  assert.equal(pool.take(MIB + 1), large);
});

test('small buffers are made anew', () => {
  const pool = new BufferPool();
  const small = pool.take(POOLED_BYTES_MIN - 1);
  assert.equal(small.byteLength, POOLED_BYTES_MIN - 1);
  pool.give([small]);
  assert.deepEqual([pool.bytes, small.detached], [0, true]);
});

test('what there is no room for, and what nobody needs for a while, is freed', () => {
  const pool = new BufferPool();
  const buffers = Array.from({ length: POOL_BYTES_MAX / MIB + 1 }, () => pool.take(MIB));
  pool.give(buffers);
  assert.deepEqual(
    [pool.bytes, buffers.map(({ detached }) => detached)],
    [POOL_BYTES_MAX, buffers.map((_, at) => at === POOL_BYTES_MAX / MIB)],
  );
  pool.age();
  assert.equal(pool.bytes, POOL_BYTES_MAX, 'nobody has had a chance to need them');
  const needed = [pool.take(MIB), pool.take(MIB)];
  pool.give(needed);
  pool.take(MIB);
  pool.give([needed[1]!]);
  pool.age();
  assert.deepEqual([pool.bytes, needed.map(({ detached }) => detached)], [2 * MIB, [false, false]]);
  pool.age();
  assert.equal(pool.bytes, 0);
});
