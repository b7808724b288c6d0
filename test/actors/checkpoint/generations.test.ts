import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  changeGenerations,
  decideGeneration,
  finishDraining,
  type GenerationRecord,
  readGenerations,
} from '../../../actors/checkpoint/generations.ts';
import { MemoryCoordination } from '../../../connectors/memory/coordination.ts';
import { LaError } from '../../../runtime/errors.ts';

const wanted = (generationHash: string, spec = `spec ${generationHash}`) => ({
  generationHash,
  spec,
});
const at = (ms: number) => () => ms;
const never = () => assert.fail('no boundary is needed');

test('the first generation is 8 and owns everything', () => {
  assert.deepEqual(decideGeneration(null, wanted('a'), never), {
    generation: 8,
    generationHash: 'a',
    spec: 'spec a',
    cutoverMs: null,
    previous: [],
  });
});

test('an equal hash keeps the generation and takes the new spec', () => {
  const record = decideGeneration(null, wanted('a'), never);
  assert.deepEqual(decideGeneration(record, wanted('a', 'other sinks'), never), {
    ...record,
    spec: 'other sinks',
  });
});

test('a change begins at the boundary, a rollback is the next higher generation', () => {
  const first = decideGeneration(null, wanted('a'), never);
  const second = decideGeneration(first, wanted('b'), at(600));
  const third = decideGeneration(second, wanted('a'), at(1200));
  assert.equal(third.generation, 10);
  assert.equal(third.cutoverMs, 1200);
  assert.deepEqual(third.previous, [
    { generation: 8, generationHash: 'a', spec: 'spec a', cutoverMs: null, untilMs: 600 },
    { generation: 9, generationHash: 'b', spec: 'spec b', cutoverMs: 600, untilMs: 1200 },
  ]);
  assert.deepEqual(
    finishDraining(third, 8).previous.map(({ generation }) => generation),
    [9],
  );
});

test('a boundary before the last cut-over is a mistake', () => {
  const second = decideGeneration(decideGeneration(null, wanted('a'), never), wanted('b'), at(600));
  assert.throws(() => decideGeneration(second, wanted('c'), at(599)), /begins after/);
  assert.throws(() => decideGeneration(second, wanted('c'), at(Number.NaN)), /begins after/);
});

test('at every time exactly one generation owns a window, whatever changes when', () => {
  const change = fc.record({
    hash: fc.constantFrom('a', 'b', 'c'),
    seenMs: fc.nat(5000),
    size: fc.constantFrom(60, 100, 7),
  });
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 8 }),
      fc.nat(6000),
      (changes, startMs) => {
        let record: GenerationRecord | null = null;
        const seen: number[] = [];
        for (const { hash, seenMs, size } of changes) {
          record = decideGeneration(record, wanted(hash), (notBeforeMs) => {
            const afterMs = Math.max(seenMs + 1, notBeforeMs ?? 0);
            return Math.ceil(afterMs / size) * size;
          });
          seen.push(record.generation);
        }
        const { previous, cutoverMs } = record!;
        const spans = [...previous, { cutoverMs, untilMs: Number.POSITIVE_INFINITY }];
        const owners = spans.filter(
          (span) => startMs >= (span.cutoverMs ?? 0) && startMs < span.untilMs,
        );
        assert.equal(owners.length, 1);
        assert.deepEqual(
          seen,
          seen.toSorted((a, b) => a - b),
        );
      },
    ),
  );
});

test('the record is stored once, and whoever was slower builds on it', async () => {
  const coordination = new MemoryCoordination();
  const views = ['a', 'a', 'b', 'c'].map((hash) =>
    changeGenerations(coordination, 'v', (record) =>
      decideGeneration(record, wanted(hash), (from) => (from ?? 0) + 10),
    ),
  );
  const records = await Promise.all(views);
  const newest = await readGenerations(coordination, 'v');
  assert.equal(newest?.generation, Math.max(...records.map(({ generation }) => generation)));
  const { version } = (await coordination.get('views/v'))!;
  const again = await changeGenerations(coordination, 'v', (record) => record!);
  assert.deepEqual(again, newest);
  assert.equal((await coordination.get('views/v'))!.version, version);
  assert.equal(await readGenerations(coordination, 'w'), null);
});

test('a damaged record is an error, never a first generation', async () => {
  const coordination = new MemoryCoordination();
  await coordination.put('views/v', '{"generation":8}', null);
  await assert.rejects(readGenerations(coordination, 'v'), (error) => {
    assert.ok(error instanceof LaError);
    return error.code === 'LA_GENERATIONS_DAMAGED';
  });
});
