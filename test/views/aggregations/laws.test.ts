/** What every registered aggregation owes the engine. A new one is tested here by being registered. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Aggregation, Params } from '../../../views/aggregations/contract.ts';
import { HEAP_PAGE_BYTES } from '../../../views/aggregations/heap.ts';
import { aggregations } from '../../../views/aggregations/registry.ts';
import { dependsOnOrder, paramsOf, rowLists } from './arbitrary-rows.ts';
import { Groups, type Row } from './fold-rows.ts';

const RUNS = 40;

/** Rows that drive every sketch past its exact range. */
const manyRows = (definition: Aggregation): Row[] =>
  Array.from({ length: 4000 }, (_, index) => {
    const inputs = Object.keys(definition.inputs);
    const value = (index * 7919) % 3989;
    return Object.fromEntries(
      inputs.map((name, input) => [name, (value - 700) * (input + 1) * 2 ** ((value % 9) - 4)]),
    );
  });

const list: [string, Aggregation][] = Object.entries(aggregations);
for (const [name, definition] of list) {
  describe(`aggregation ${name}`, () => {
    const all = (params: Params, ...rows: (readonly Row[])[]) =>
      new Groups(definition, params).fold(rows.flat());

    const law = (what: string, holds: (params: Params, rows: Row[][]) => void) =>
      test(what, () => {
        const property = fc.property(paramsOf(definition), rowLists(definition, 3), holds);
        fc.assert(property, { numRuns: RUNS });
        if (dependsOnOrder(definition)) return;
        const [params] = fc.sample(paramsOf(definition), { numRuns: 1, seed: 1 });
        const rows = manyRows(definition);
        holds(params!, [rows.slice(0, 1500), rows.slice(1500, 1600), rows.slice(1600)]);
      });

    law('folding a then b is merging the folds, in both orders', (params, [a, b]) => {
      const expected = all(params, a!, b!).result();
      assert.deepEqual(all(params, a!).merge(all(params, b!)).result(), expected);
      assert.deepEqual(all(params, b!).merge(all(params, a!)).result(), expected);
      assert.deepEqual(all(params, b!, a!).result(), expected);
    });

    law('folding into the only group leaves the same cells', (params, [a, b]) => {
      const one = new Groups(definition, params).foldOne(a!).foldOne(b!);
      assert.deepEqual(one.cells, all(params, a!, b!).cells);
    });

    law('merging is associative, and merging nothing changes nothing', (params, [a, b, c]) => {
      const fold = (rows: Row[] | undefined) => all(params, rows!);
      const left = fold(a).merge(fold(b)).merge(fold(c));
      const right = fold(a).merge(fold(b).merge(fold(c)));
      assert.deepEqual(left.result(), right.result());
      const none = () => new Groups(definition, params);
      assert.deepEqual(fold(a).merge(none()).result(), fold(a).result());
      assert.deepEqual(none().merge(fold(a)).result(), fold(a).result());
      assert.deepEqual(none().merge(none()).result(), none().result());
    });

    law('a snapshot goes on as if nothing had been', (params, [a, b, c]) => {
      const expected = all(params, a!, b!, c!).result();
      const restored = all(params, a!).restored();
      assert.deepEqual(restored.result(), all(params, a!).result());
      assert.deepEqual(restored.fold(b!).restored().merge(all(params, c!)).result(), expected);
    });

    law('what is merged from stays as it is, even in the same table', (params, [a, b]) => {
      const from = all(params, b!);
      const { cells, heap } = from.restored();
      const expected = all(params, a!).merge(from).result();
      assert.deepEqual(from.cells, cells);
      assert.deepEqual(from.heap.bytes.slice(0, from.heap.top), heap.bytes.slice(0, heap.top));

      const rows = [...a!, ...b!];
      const both = new Groups(definition, params, 2).fold(rows, (row) => (row < a!.length ? 0 : 1));
      assert.deepEqual(both.merge(both, 0, 1).result(0), expected);
      assert.deepEqual(both.result(1), all(params, b!).result());
    });

    law('neither chunks nor neighbours matter', (params, [a, b, c]) => {
      const chunked = new Groups(definition, params);
      for (const rows of [a!, b!, c!]) {
        const middle = rows.length >> 1;
        chunked.fold(rows.slice(0, middle)).fold(rows.slice(middle));
      }
      assert.deepEqual(chunked.result(), all(params, a!, b!, c!).result());

      const rows = [...a!, ...b!, ...c!];
      const groups = new Groups(definition, params, 4).fold(rows, (row) => row % 3);
      for (const group of [0, 1, 2, 3]) {
        const own = rows.filter((_, row) => row % 3 === group);
        assert.deepEqual(groups.result(group), all(params, own).result());
      }
    });

    law('what is written is marked dirty', (params, [a, b, c]) => {
      const groups = all(params, a!);
      const check = (change: () => void) => {
        const before = groups.heap.bytes.slice(0, groups.heap.top);
        groups.heap.dirty.fill(0);
        change();
        groups.heap.bytes.subarray(0, groups.heap.top).forEach((byte, at) => {
          if (byte === (before[at] ?? 0)) return;
          assert.equal(groups.heap.dirty[Math.floor(at / HEAP_PAGE_BYTES)], 1, `byte ${at}`);
        });
      };
      check(() => groups.fold(b!));
      check(() => groups.merge(all(params, c!)));
    });

    law('no rows give `empty`, and a result is fit for JSON', (params, [a]) => {
      const { empty } = definition;
      const expected = typeof empty === 'function' ? empty(params) : empty;
      assert.deepEqual(new Groups(definition, params).result(), expected);
      const result = all(params, a!).result();
      if (typeof result === 'number') return;
      assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
    });
  });
}
