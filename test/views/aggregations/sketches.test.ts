/** Past their exact range sketches keep to the error they state, and most still to the values alone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Params } from '../../../views/aggregations/contract.ts';
import { Heap } from '../../../views/aggregations/heap.ts';
import { HYPERLOGLOG_BYTES, rankOf, registerOf } from '../../../views/aggregations/hyperloglog.ts';
import { type AggregationName, aggregations } from '../../../views/aggregations/registry.ts';
import { exactSum, rounded } from './exact-arithmetic.ts';
import { Groups, type Row } from './fold-rows.ts';

/** Numbers in [0, 1) from a seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed);
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}

const fold = (name: AggregationName, rows: readonly Row[], params: Params = {}) =>
  new Groups(aggregations[name], params).fold(rows);

/** The rows shuffled, cut into pieces and merged. */
function foldInPieces(name: AggregationName, rows: readonly Row[], seed: number, params?: Params) {
  const random = randomNumbers(seed);
  const mixed = shuffled(rows, seed);
  const whole = fold(name, [], params);
  for (let at = 0; at < mixed.length; ) {
    const next = at + 1 + Math.floor(random() * (mixed.length / 4));
    whole.merge(fold(name, mixed.slice(at, next), params));
    at = next;
  }
  return whole;
}

describe('sums of many', () => {
  const random = randomNumbers(7);
  const rows = Array.from({ length: 8000 }, () => ({
    x: (random() - 0.3) * 10 ** Math.floor(random() * 6),
    weight: random(),
  }));
  const names = ['sum', 'avg', 'sum_sq', 'avg_weighted', 'var_samp', 'stddev_pop'] as const;
  for (const name of names) {
    test(`${name} is bit-equal in any order and division`, () => {
      const expected = fold(name, rows).result();
      for (let seed = 1; seed <= 10; seed++) {
        assert.equal(foldInPieces(name, rows, seed).result(), expected);
      }
    });
  }
});

test('sum and avg of many are rounded once', () => {
  const random = randomNumbers(5);
  const values = Array.from({ length: 300 }, () => random() * random());
  for (let length = 1; length <= values.length; length++) {
    const x = values.slice(0, length);
    const rows = x.map((value) => ({ x: value }));
    assert.equal(fold('sum', rows).result(), rounded(exactSum(x), 1n, 1n));
    assert.equal(fold('avg', rows).result(), rounded(exactSum(x), BigInt(length), 1n));
  }
});

describe('count_distinct', () => {
  const definition = aggregations.count_distinct;

  /** Estimates of `sets` sets of `count` random hashes each, relative to the truth. */
  function errors(count: number, sets: number): number[] {
    const random = randomNumbers(count);
    const word = () => Math.floor(random() * 2 ** 32) >>> 0;
    return Array.from({ length: sets }, () => {
      const low = Uint32Array.from({ length: count }, word);
      const high = Uint32Array.from({ length: count }, word);
      const cells = new Float64Array(2);
      const heap = new Heap();
      definition.fold(cells, new Uint32Array(count), { x: { low, high } }, count, heap, {});
      return Number(definition.result(cells, 0, heap, {})) / count - 1;
    });
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = (values: number[]) => Math.sqrt(mean(values.map((value) => value ** 2)));

  const f = (count: number, sets: number) =>
    test(`${count} hashes`, () => {
      const relative = errors(count, sets);
      const allowed = 0.01625;
      if (count <= 256) return assert.deepEqual(new Set(relative), new Set([0]));
      assert.ok(deviation(relative) < 1.25 * allowed, `deviation ${deviation(relative)}`);
      assert.ok(Math.abs(mean(relative)) < (4 * allowed) / Math.sqrt(sets), `${mean(relative)}`);
      assert.ok(Math.max(...relative.map(Math.abs)) < 4.5 * allowed);
    });
  for (const count of [1, 2, 3, 255, 256]) f(count, 20);
  for (const count of [257, 500, 1000, 2000, 4096, 6000]) f(count, 100);
  f(10_000, 50);
  f(20_000, 30);
  f(100_000, 10);
  f(500_000, 2);

  test('chunks carry hashes that are good enough', () => {
    const f = (make: (index: number) => string | number) => {
      const relative = Array.from({ length: 20 }, (_, set) => {
        const rows = Array.from({ length: 5000 }, (_, index) => ({
          x: make(5000 * set + index),
        }));
        return Number(fold('count_distinct', rows).result()) / 5000 - 1;
      });
      assert.ok(Math.abs(mean(relative)) < 0.015 && deviation(relative) < 0.025, `${relative}`);
    };
    f((index) => `client ${index}`);
    f((index) => index);
    f((index) => index / 8);
    f((index) => index.toString(16).padStart(12, '0'));
  });

  test('does not depend on order, and never falls below what it knows', () => {
    const rows = Array.from({ length: 3000 }, (_, index) => ({ x: `client ${index}` }));
    const expected = fold('count_distinct', rows).result();
    for (let seed = 1; seed <= 5; seed++) {
      assert.equal(foldInPieces('count_distinct', rows, seed).result(), expected);
    }
    for (let count = 257; count < 300; count++) {
      assert.ok(Number(fold('count_distinct', rows.slice(0, count)).result()) >= 257);
    }
  });

  test('ranks count the zeros behind the 12 bits that choose a register', () => {
    const f = (high: number, low: number, register: number, rank: number) =>
      assert.deepEqual([registerOf(high), rankOf(low, high)], [register, rank]);
    f(0xfff80000, 0, 4095, 1);
    f(0x00100001, 0, 1, 20);
    f(0x00000000, 0x80000000, 0, 21);
    f(0x00000000, 1, 0, 52);
    f(0x00000000, 0, 0, 53);
  });

  test('hashes of all sorts of zeros', () => {
    for (const name of ['count_distinct', 'count_distinct_exact'] as const) {
      const groups = fold(name, [], { cap: 9 });
      const low = Uint32Array.of(0, 0, 7, 0, 8, 0, 9, 0);
      const high = Uint32Array.of(0, 7, 0, 0, 0, 0, 0, 0);
      const { fold: foldInto } = groups.definition;
      const x = { low, high };
      foldInto(groups.cells, new Uint32Array(8), { x }, 8, groups.heap, groups.params);
      assert.equal(groups.result(), 5);
    }
  });

  test('a set merged into registers marks what it raises', () => {
    const values = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, index) => ({ x: from + index }));
    const { heap, ...rest } = fold('count_distinct', values(0, 300));
    assert.ok(heap.top >= HYPERLOGLOG_BYTES);
    heap.dirty.fill(0);
    const before = heap.bytes.slice(0, heap.top);
    const set = fold('count_distinct', values(300, 400));
    definition.merge(rest.cells, 0, set.cells, 0, heap, set.heap, {});
    assert.notDeepEqual(heap.bytes.slice(0, heap.top), before);
    assert.equal(heap.dirty[0], 1);
  });

  test('the exact one counts every value up to its cap', () => {
    const rows = Array.from({ length: 12_000 }, (_, index) => ({ x: index }));
    const exact = (cap: number) => foldInPieces('count_distinct_exact', rows, 1, { cap }).result();
    assert.equal(exact(100_000), 12_000);
    assert.equal(exact(12_000), 12_000);
    assert.equal(exact(11_999), 11_999);

    const { truncated } = aggregations.count_distinct_exact;
    const f = (cap: number, expected: boolean) => {
      const pieces = foldInPieces('count_distinct_exact', rows.slice(0, 50), 1, { cap });
      assert.equal(truncated?.(pieces.cells, 0), expected);
      assert.equal(
        truncated?.(fold('count_distinct_exact', [], { cap }).merge(pieces).cells, 0),
        expected,
      );
    };
    f(49, true);
    f(50, false);
  });
});

describe('percentile', () => {
  const random = randomNumbers(3);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const f = (what: string, values: number[], error: number) =>
    test(what, () => {
      const rows = shuffled(values, 1).map((x) => ({ x }));
      const sorted = Float64Array.from(values).sort();
      const whole = fold('percentile', rows);
      const pieces = foldInPieces('percentile', rows, 2);
      const at = ({ cells, heap }: Groups, p: number) =>
        aggregations.percentile.result(cells, 0, heap, { p });
      for (const p of [0, 0.1, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 100]) {
        const actual = Number(at(whole, p));
        const rank = Math.max(1, Math.ceil((p * values.length) / 100));
        const expected = sorted[rank - 1]!;
        const allowed = p === 0 || p === 100 ? 0 : error * Math.abs(expected);
        assert.ok(Math.abs(actual - expected) <= allowed, `p${p}: ${actual}, not ${expected}`);
        assert.equal(at(pieces, p), actual);
      }
      assert.ok(whole.heap.top <= 64 * 1024);
    });
  const make = (value: () => number) => Array.from({ length: 10_000 }, value);
  const skewed = () => Math.exp(2 * normal() + 3);
  const wide = () => normal() * 10 ** Math.floor(30 * random() - 15);
  f('of evenly spread numbers', make(random), 0.0079);
  f('of latencies', make(skewed), 0.0079);
  f('of numbers on both sides of zero', make(normal), 0.0079);
  f(
    'with zeros',
    make(() => Math.max(0, normal())),
    0.0079,
  );
  f(
    'of 12 digits',
    make(() => 1e12 + random()),
    0.0079,
  );
  f(
    'of whole numbers over 256',
    make(() => Math.floor(random() * 1000)),
    0.0079,
  );
  f('over 30 powers of ten with both signs', make(wide), 0.12);

  test('counts beyond 32 bits', () => {
    const rows = Array.from({ length: 1000 }, (_, index) => ({
      x: index < 900 ? index / 7 : 5000 + index,
    }));
    for (const few of [
      rows,
      rows.slice(0, 200),
      rows.map(({ x }) => ({ x: Math.floor(x / 60) })),
    ]) {
      const groups = fold('percentile', few, { p: 90 });
      const expected = groups.result();
      for (let doubling = 0; doubling < 36; doubling++) groups.merge(groups.restored());
      assert.equal(groups.result(), expected);
    }
  });

  test('exact to 256 numbers however many rows', () => {
    const rows = Array.from({ length: 5000 }, (_, index) => ({ x: (index * 37) % 256 }));
    assert.equal(fold('percentile', rows, { p: 95 }).result(), 243);
  });
});

describe('top_k', () => {
  const random = randomNumbers(11);
  const k = 10;
  /** Frequencies as 1 / rank over very many values, numbers and texts. */
  const rows = Array.from({ length: 30_000 }, () => {
    const rank = Math.floor(1 / (random() + 1e-5));
    return { x: rank % 2 === 0 ? rank : `value ${rank}` };
  });
  const alike = Array.from({ length: 10_000 }, () => ({
    x: `value ${Math.floor(500 * random())}`,
  }));
  /** First all of some values, then none of them but many others. */
  const fading = Array.from({ length: 6000 }, (_, index) => ({
    x: index < 3000 ? index % 70 : Math.floor(index / 4),
  }));
  const trueCounts = (of: readonly Row[]) => {
    const counts = new Map<unknown, number>();
    for (const { x } of of) counts.set(x, (counts.get(x) ?? 0) + 1);
    return counts;
  };

  const f = (what: string, of: readonly Row[], groups: Groups) =>
    test(`${what}: never too low, never too high by more than rows / counters`, () => {
      const counts = trueCounts(of);
      const top = [...counts.values()].sort((a, b) => b - a);
      const listed = groups.result();
      assert.ok(Array.isArray(listed) && listed.length === k);
      listed.forEach(({ value, count }, index) => {
        const over = count - counts.get(value)!;
        assert.ok(over >= 0 && over <= of.length / (8 * k), `${value}: ${over} too high`);
        assert.ok(count >= top[index]!, `place ${index}`);
      });
    });
  for (const [what, of] of Object.entries({ rows, alike, fading })) {
    f(`${what} in one go`, of, fold('top_k', of, { k }));
    for (let seed = 1; seed <= 3; seed++) {
      f(`${what} in pieces ${seed}`, of, foldInPieces('top_k', of, seed, { k }));
    }
  }
  const [early, late] = [fading.slice(0, 3000), fading.slice(3000)];
  f(
    'one half after the other',
    fading,
    fold('top_k', early, { k }).merge(fold('top_k', late, { k })),
  );
  f('the other way round', fading, fold('top_k', late, { k }).merge(fold('top_k', early, { k })));

  // Both values lose their counters to the crowd, so only the floor remembers them.
  const times = (count: number, x: string) => Array.from({ length: count }, () => ({ x }));
  const crowd = Array.from({ length: 81 * 110 }, (_, index) => ({ x: index % 81 }));
  const lost = () => fold('top_k', [...times(100, 'v'), ...times(100, 'w'), ...crowd], { k });
  const [v, w] = [times(1000, 'v'), times(1000, 'w')];
  const everything = [...times(1100, 'v'), ...times(1100, 'w'), ...crowd];
  const one = (of: readonly Row[]) => fold('top_k', of, { k });
  f('back again, then again', everything, lost().merge(one(v)).merge(one(w)));
  f('back again first', everything, one(v).merge(lost()).merge(one(w)));
  f('back again last', everything, one(w).merge(one(v).merge(lost())));

  test('exact while the counters suffice, in any order', () => {
    const counts = trueCounts(rows);
    const frequent = new Set(
      [...counts]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 8 * k)
        .map(([x]) => x),
    );
    const few = rows.filter(({ x }) => frequent.has(x));
    const expected = fold('top_k', few, { k }).result();
    assert.deepEqual(foldInPieces('top_k', few, 5, { k }).result(), expected);
    assert.ok(Array.isArray(expected));
    for (const { value, count } of expected) assert.equal(count, counts.get(value));
  });
});
