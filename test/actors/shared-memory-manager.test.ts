import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publishedPositions, SharedMemoryManager } from '../../actors/shared-memory-manager.ts';
import { EntryType } from '../../runtime/dictionary.ts';
import { DictionaryWriter } from '../../runtime/dictionary-writer.ts';

const partitions = [0, 1].map((index) => ({ index, id: `p${index}`, bounded: true }));
const options = {
  columns: [{ path: 'k', kind: 'dict32' as const }],
  chunkRows: 16,
  slots: 4,
  dictionary: { entriesMax: 1 << 20, bytesMax: 32 << 20 },
};

function manager() {
  let id = 0;
  const memory = new SharedMemoryManager(partitions, () => ++id);
  return { memory, main: memory.create(options, true) };
}

test('a lane that follows another goes on after what was published', () => {
  const { memory, main } = manager();
  main.lane.positions.set([100, 50]);
  const successor = memory.replace(main);
  assert.deepEqual([...successor.lane.positions.slice(0, 2)], [100, 50]);
  assert.deepEqual([memory.main?.id, main.main, main.replaced], [successor.id, false, true]);
});

test('a position whose chunk was never published is taken back', () => {
  const { main } = manager();
  const { lane, ring } = main;
  lane.positions.set([100, 50]);
  lane.lastPosition.set([1, 40, ring.head + 1]);
  assert.deepEqual([...publishedPositions(main).slice(0, 2)], [100, 40]);
  ring.attach(0);
  ring.publish(ring.tryClaim());
  assert.deepEqual([...publishedPositions(main).slice(0, 2)], [100, 50]);
});

test('dictionaries are stale when they are large, and groups are few', () => {
  const { memory, main } = manager();
  assert.equal(memory.isStale(0), false);
  const writer = new DictionaryWriter(main.lane.dictionaries[0]!);
  const text = new Uint8Array(1 << 16);
  const view = new DataView(text.buffer);
  for (let entry = 0; entry < 400; entry++) {
    view.setUint32(0, entry);
    writer.intern(EntryType.TEXT, text, 0, text.length);
  }
  assert.equal(memory.isStale(0), true);
  assert.equal(memory.isStale(200), false);
});
