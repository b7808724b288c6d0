/** The real unit against the oracle: the histories of result-contract.test.ts, played with chunks, lanes and snapshots. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ResultBatch } from '../../runtime/result-batch.ts';
import type { RestoredState, Snapshot } from '../../runtime/snapshot.ts';
import { Unit } from '../../state/unit.ts';
import { count } from '../../views/aggregations/count.ts';
import { countDistinct } from '../../views/aggregations/count-distinct.ts';
import { last } from '../../views/aggregations/last.ts';
import { max } from '../../views/aggregations/max.ts';
import { sum } from '../../views/aggregations/sum.ts';
import type { Evaluator, ViewPlan } from '../../views/plan.ts';
import { applySnapshot } from './apply-snapshot.ts';
import { Feed, type FeedRow } from './feed.ts';
import {
  type Floor,
  type LogRow,
  type Random,
  type Rules,
  randomLogs,
  randomOf,
  randomRules,
  truthOf,
} from './oracle.ts';
import { planOf } from './plans.ts';
import { type PlainRow, rowsOf } from './rows.ts';

/** True where the number is 1; null where there is none. */
function isOne(column: number): Evaluator {
  const values = { numbers: new Float64Array(64), nulls: new Uint8Array(64) };
  const none = new Uint32Array(0);
  const texts = { bytes: new Uint8Array(0), starts: none, lengths: none };
  return {
    type: 'boolean',
    evaluate({ columns, rows }) {
      const { numbers } = columns[column]!;
      for (let row = 0; row < rows; row++) {
        values.nulls[row] = Number.isNaN(numbers[row]) ? 1 : 0;
        // Where null, the number is anything.
        values.numbers[row] = numbers[row] === 0 ? 0 : 1;
      }
      return { type: 'boolean', ...values, codes: none, texts, textEpoch: 0 };
    },
  };
}

function contractPlan({ sizeMs, hopMs, delayMs, allowedMs }: Rules, finalOnly: boolean): ViewPlan {
  const filtered = planOf({
    sizeMs,
    hopMs,
    delayMs,
    allowedLatenessMs: allowedMs,
    writeIntervalMs: finalOnly ? null : 1000,
    keys: ['k'],
    aggregations: [
      { name: 'n', definition: count },
      { name: 's', definition: sum, inputs: { x: 'f64:x' } },
      { name: 'm', definition: max, inputs: { x: 'f64:x' } },
      { name: 'l', definition: last, inputs: { x: 'value:x', time: 'time' } },
      { name: 'd', definition: countDistinct, inputs: { x: 'hash64:x' } },
    ],
  });
  const columns = [...filtered.columns, { kind: 'f64' as const, path: 'keep' }];
  return { ...filtered, columns, filter: isOne(columns.length - 1) };
}

function feedRow({ time, key, x, fate }: LogRow): FeedRow {
  const keep = fate === 'filtered' ? (x % 2 === 0 ? 0 : null) : 1;
  return {
    time: fate === 'unreadable' ? null : time,
    values: { k: key, x: fate === 'wrong_type' ? 'text' : x, keep },
  };
}

class Sink {
  readonly best = new Map<string, PlainRow>();
  fell = false;
  mixed = false;

  write(batch: ResultBatch): void {
    for (const row of rowsOf([batch])) {
      const name = `${row.start} ${JSON.parse(row.key)[0]}`;
      const current = this.best.get(name);
      const order = current === undefined ? 1 : compareVersions(row, current);
      if (order === 0 && JSON.stringify(row) !== JSON.stringify(current)) this.mixed = true;
      if (order <= 0) continue;
      if (current !== undefined && row.rows < current.rows) this.fell = true;
      this.best.set(name, row);
    }
  }
}

const compareVersions = (a: PlainRow, b: PlainRow) =>
  a.rows - b.rows || Number(a.complete) - Number(b.complete) || a.claim - b.claim;

interface World {
  readonly random: Random;
  readonly rules: Rules;
  readonly logs: readonly (readonly LogRow[])[];
  readonly plan: ViewPlan;
  readonly sink: Sink;
  readonly ends: number[];
  readonly letters: Set<string>;
  readonly floors: Floor[];
  committed: RestoredState | null;
  claim: number;
}

const partitionId = (index: number) => `partition-${index}`;

/** A unit with the reader, writer and checkpointer around it. */
class Owner {
  readonly claim: number;
  readonly unit: Unit;
  readonly #world: World;
  #feed: Feed | undefined;
  /** Lane index of each partition. */
  #indexes: number[] = [];
  readonly #unsent: ResultBatch[] = [];
  readonly #unacked: ResultBatch[] = [];
  #frozen: Snapshot | null = null;
  #needsFull = true;

  constructor(world: World) {
    this.#world = world;
    this.claim = ++world.claim;
    const { plan, committed, logs, random } = world;
    const fresh = logs.map((_, index) => ({
      partition: partitionId(index),
      nextOffset: 0,
      timeMax: null,
      floor: null,
    }));
    this.unit = new Unit({
      plan,
      generation: 8,
      claim: this.claim,
      cutover: { from: null, until: null },
      start: committed ?? fresh,
    });
    // A chain may go on over a restart.
    this.#needsFull = committed === null || random.chance(0.5);
    this.bind();
  }

  /** Goes over to another lane, with other dictionaries and other indexes. */
  bind(): void {
    const { plan, logs, random } = this.#world;
    const columns = random.chance(0.5) ? plan.columns : [...plan.columns].reverse();
    this.#feed?.release();
    this.#feed = new Feed(columns);
    this.#indexes = logs.map((_, index) => (random.chance(0.5) ? index : index + 3));
    this.unit.bind(this.#feed.lane);
    for (const [index, at] of this.#indexes.entries()) this.unit.partition(at, partitionId(index));
  }

  close(): void {
    this.#feed?.release();
  }

  nextOffset(partition: number): number {
    return this.unit.nextOffset(this.#indexes[partition]!);
  }

  get atEnd(): boolean {
    return this.#world.logs.every((log, partition) => this.nextOffset(partition) >= log.length);
  }

  read(): void {
    const { random, logs, ends } = this.#world;
    const partition = random.integer(0, logs.length - 1);
    const log = logs[partition]!;
    const next = this.nextOffset(partition);
    if (next >= log.length) return;
    const first = Math.max(0, next - random.integer(0, 2));
    const rows = log.slice(first, first + random.integer(1, 6));
    const feed = this.#feed!;
    if (random.chance(0.1)) feed.newEpoch();
    const chunk = feed.chunk(this.#indexes[partition]!, first, rows.map(feedRow));
    if (this.unit.process(chunk) === 'blocked') {
      assert.equal(this.nextOffset(partition), next);
      return;
    }
    ends[partition] = Math.max(ends[partition]!, this.nextOffset(partition));
    for (const { partition: id, offset, reason } of this.unit.takeDeadLetters()?.letters ?? []) {
      this.#world.letters.add(`${id.split('-')[1]} ${offset} ${reason}`);
    }
  }

  silence(partition: number): boolean {
    if (this.nextOffset(partition) < this.#world.ends[partition]!) return false;
    this.unit.setIdle(this.#indexes[partition]!, true);
    return true;
  }

  emit(): void {
    this.#unsent.push(...this.unit.emit({ updates: this.#world.random.chance(0.7) }));
  }

  send(): void {
    const batch = this.#unsent.shift();
    if (batch === undefined) return;
    this.#world.sink.write(batch);
    this.#unacked.push(batch);
  }

  ack(): void {
    const batch = this.#unacked.shift();
    if (batch !== undefined) this.unit.acked(batch.batch);
  }

  freeze(): void {
    if (this.#frozen !== null) return;
    const full = this.#needsFull || this.#world.random.chance(0.2);
    this.#frozen = this.unit.freeze(full);
    this.#needsFull = false;
  }

  /** Whether the owner may go on: false when it is fenced. */
  commit(): boolean {
    const world = this.#world;
    if (this.#frozen === null) return true;
    if (this.claim !== world.claim) return false;
    const snapshot = this.#frozen;
    this.#frozen = null;
    for (const { partition, nextOffset, floor } of snapshot.positions) {
      const index = Number(partition.split('-')[1]);
      if (floor !== null) world.floors.push({ partition: index, offset: nextOffset, floor });
    }
    world.committed = applySnapshot(world.committed, snapshot);
    this.unit.snapshotCommitted();
    return true;
  }

  act(): void {
    const { random } = this.#world;
    const acts = [
      () => this.read(),
      () => this.read(),
      () => this.read(),
      () => this.emit(),
      () => this.send(),
      () => this.ack(),
      () => this.unit.evict(),
      // Pieces of a snapshot, which chunks change again before it is cut.
      () => this.unit.copyAhead(this.#needsFull, random.integer(1, 2000)),
    ];
    random.pick(acts)();
    if (random.chance(0.05)) this.bind();
    const { read, folded, filtered, tooLate, invalid } = this.unit.counters;
    assert.equal(read, folded + filtered + tooLate + invalid);
  }

  finish(): void {
    for (let left = 10_000; !this.atEnd; left--) {
      assert.ok(left > 0, 'the unit comes to the end');
      this.act();
      if (this.#world.random.chance(0.1)) this.checkpoint();
    }
    this.unit.completeAll();
    this.emit();
    this.checkpoint();
    assert.equal(this.unit.hasCompleted, false);
  }

  /** Everything out, everything durable. */
  checkpoint(): void {
    this.emit();
    while (this.#unsent.length > 0) this.send();
    while (this.#unacked.length > 0) this.ack();
    assert.equal(this.unit.pendingBatches, 0);
    this.freeze();
    assert.ok(this.commit());
    this.unit.evict();
  }
}

/** One random history; what the sink ended with beside the truth. */
function play(seed: number) {
  const random = randomOf(seed);
  const rules = randomRules(random);
  const logs = randomLogs(random, 24, true);
  const world: World = {
    random,
    rules,
    logs,
    plan: contractPlan(rules, random.chance(0.3)),
    sink: new Sink(),
    ends: logs.map(() => 0),
    letters: new Set(),
    floors: [],
    committed: null,
    claim: 0,
  };
  let owners = [new Owner(world)];
  for (let left = random.integer(5, 120); left > 0; left--) {
    const newest = owners.at(-1)!;
    const draw = random.next();
    if (draw < 0.06) {
      owners.push(new Owner(world));
    } else if (draw < 0.12) {
      // Idle only at the log's end, and after every other lease: see result-contract.test.ts.
      if (!newest.silence(random.integer(0, logs.length - 1))) continue;
      for (const other of owners) if (other !== newest) other.close();
      owners = [newest];
    } else if (draw < 0.2) {
      newest.freeze();
    } else if (draw < 0.3) {
      newest.commit();
    } else {
      random.pick(owners).act();
    }
  }
  const final = new Owner(world);
  for (let left = 20; left > 0; left--) random.pick([final, ...owners]).act();
  final.finish();
  for (const owner of owners) for (let left = random.integer(0, 8); left > 0; left--) owner.act();
  for (const owner of [final, ...owners]) owner.close();
  return { world, final, truth: truthOf(logs, world.floors, rules) };
}

function expectedRow(name: string, rows: readonly LogRow[]) {
  const latest = [...rows].sort((a, b) => a.time - b.time || a.x - b.x).at(-1)!;
  const values = rows.map(({ x }) => x);
  const total = values.reduce((all, x) => all + x, 0);
  return [
    name,
    rows.length,
    true,
    [rows.length, total, Math.max(...values), latest.x, new Set(values).size],
  ];
}

test('whatever happens to its owners, a unit writes the truth, once and for all', () => {
  const seen = { floors: 0, tooLate: 0, missedWindows: 0, filtered: 0, invalid: 0 };
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => {
      const { world, final, truth } = play(seed);
      const want = Array.from(truth.windows, ([name, rows]) => expectedRow(name, rows));
      const got = Array.from(world.sink.best, ([name, { rows, complete, values }]) => {
        return [name, rows, complete, values];
      });
      assert.deepEqual(got.sort(), want.sort());
      const { fell, mixed } = world.sink;
      assert.deepEqual({ fell, mixed }, { fell: false, mixed: false });
      const { folded, filtered, tooLate, invalid, missedWindows } = truth;
      const { counters } = final.unit;
      assert.deepEqual(
        { ...counters, read: counters.read },
        {
          ...counters,
          read: folded + filtered + tooLate + invalid,
          folded,
          filtered,
          tooLate,
          invalid,
          missedWindows,
        },
      );
      assert.deepEqual([...world.letters].sort(), [...truth.letters].sort());
      seen.floors += world.floors.length;
      seen.tooLate += tooLate;
      seen.missedWindows += missedWindows;
      seen.filtered += filtered;
      seen.invalid += invalid;
    }),
    { numRuns: 300 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 20, `${what}: ${times}`);
});
