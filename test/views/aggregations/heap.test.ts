import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HEAP_PAGE_BYTES, Heap } from '../../../views/aggregations/heap.ts';

test('capacities are powers of two from 16 bytes', () => {
  const f = (size: number, expected: number) => assert.equal(Heap.capacity(size), expected);
  f(1, 16);
  f(16, 16);
  f(17, 32);
  f(32, 32);
  f(33, 64);
  f(2 ** 20, 2 ** 20);
  f(2 ** 20 + 1, 2 ** 21);
  f(2 ** 31 + 1, 2 ** 32);
});

test('blocks are zeroed, apart from each other, and keep their contents through a snapshot', () => {
  const step = fc.record({
    size: fc.integer({ min: 1, max: 3000 }),
    what: fc.constantFrom('allocate', 'allocate', 'release', 'resize', 'restore'),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      let heap = new Heap();
      let stamp = 0;
      const blocks: { at: number; size: number; stamp: number }[] = [];
      const fill = (at: number, size: number) => {
        stamp = (stamp % 255) + 1;
        heap.bytes.fill(stamp, at, at + size);
        blocks.push({ at, size, stamp });
      };
      for (const { size, what, pick } of steps) {
        const index = blocks.length === 0 ? -1 : pick % blocks.length;
        if (what === 'allocate') {
          const at = heap.allocate(size);
          assert.equal(at % 16, 0);
          assert.ok(heap.bytes.subarray(at, at + Heap.capacity(size)).every((byte) => byte === 0));
          fill(at, size);
        } else if (what === 'restore') {
          heap = new Heap({ bytes: heap.bytes.slice(0, heap.top), free: heap.free });
        } else if (index >= 0) {
          const [block] = blocks.splice(index, 1);
          if (what === 'release') heap.release(block!.at, block!.size);
          else {
            const at = heap.resize(block!.at, block!.size, size);
            const kept = heap.bytes.subarray(at, at + Math.min(size, block!.size));
            assert.ok(kept.every((byte) => byte === block!.stamp));
            fill(at, size);
          }
        }
        for (const block of blocks) {
          const bytes = heap.bytes.subarray(block.at, block.at + block.size);
          assert.ok(bytes.every((byte) => byte === block.stamp));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('released blocks are used again', () => {
  const heap = new Heap();
  const first = heap.allocate(100);
  heap.release(first, 100);
  assert.equal(heap.allocate(120), first);
  assert.notEqual(heap.allocate(120), first);
  heap.release(first, 120);
  const restored = new Heap({ bytes: heap.bytes.slice(0, heap.top), free: heap.free });
  assert.equal(restored.allocate(70), first);
});

test('touch marks every page of a range', () => {
  const heap = new Heap();
  heap.allocate(4 * HEAP_PAGE_BYTES);
  heap.dirty.fill(0);
  heap.touch(HEAP_PAGE_BYTES - 1, 2);
  assert.deepEqual([...heap.dirty.subarray(0, 4)], [1, 1, 0, 0]);
  heap.dirty.fill(0, 1);
  heap.allocate(64 * HEAP_PAGE_BYTES);
  assert.deepEqual([...heap.dirty.subarray(0, 2)], [1, 0]);
});
