import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { InputMemory } from '../../kernels/input-memory.ts';
import { kernelsOn } from '../../kernels/modules.ts';
import { INPUT_BYTES, KERNEL_BYTES, Lane } from '../../runtime/lane.ts';

const lane = Lane.create({
  ...{ columns: [], chunkRows: 1, slots: 1 },
  dictionary: { entriesMax: 1, bytesMax: 1 },
});
const { buffer } = lane.memory;

function opened(): InputMemory {
  const memory = InputMemory.open(lane.memory);
  assert.ok(memory !== undefined);
  return memory;
}

test('there is some while kernels are on, and none while they are off', () => {
  assert.equal(InputMemory.open(lane.memory) !== undefined, kernelsOn);
});

test('what is taken lies apart, with slack behind it, and is all there again once given back', {
  skip: !kernelsOn,
}, () => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 30 << 20 }));
  const step = fc.oneof(
    sizes.map((bytes) => ({ bytes })),
    fc.nat().map((which) => ({ which })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = opened();
      const taken: Buffer[] = [];
      for (const each of steps) {
        if ('bytes' in each) {
          const bytes = memory.take(each.bytes);
          if (bytes === undefined) continue;
          assert.equal(bytes.length, each.bytes);
          assert.ok(bytes.buffer === buffer && bytes.byteOffset % 64 === 0);
          taken.push(bytes);
        } else if (taken.length > 0) {
          const [given] = taken.splice(each.which % taken.length, 1);
          memory.give(given!);
        }
        const inOrder = taken.toSorted((a, b) => a.byteOffset - b.byteOffset);
        for (const [index, bytes] of inOrder.entries()) {
          const next = inOrder[index + 1]?.byteOffset ?? KERNEL_BYTES + INPUT_BYTES;
          assert.ok(bytes.byteOffset >= KERNEL_BYTES);
          assert.ok(bytes.byteOffset + bytes.length + 16 <= next, 'slack behind it');
        }
      }
      for (const bytes of taken) memory.give(bytes);
      assert.ok(memory.take(INPUT_BYTES - 1024) !== undefined, 'all of it in one piece');
      assert.equal(memory.take(1024), undefined, 'and no more');
    }),
    { numRuns: 100 },
  );
});

test('what was not taken from it is not given back, and nothing twice', {
  skip: !kernelsOn,
}, () => {
  const memory = opened();
  memory.give(new Uint8Array(10));
  memory.give(Buffer.alloc(0));
  const bytes = memory.take(10);
  assert.ok(bytes !== undefined);
  memory.give(bytes);
  assert.throws(() => memory.give(bytes), /given back once/);
});
