/**
 * Idle partitions, floors and crashes: a unit, the checkpointer and its stores in memory, without threads and time. Whatever
 * is killed and whenever, rows and dead letters are those of the log and of the floors that were committed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Checkpointer } from '../../actors/checkpoint/checkpointer.ts';
import { openUnit } from '../../actors/checkpoint/open-unit.ts';
import { MemoryDeadLetters, MemorySink } from '../../connectors/memory/sink.ts';
import { Unit } from '../../state/unit.ts';
import { count } from '../../views/aggregations/count.ts';
import { sum } from '../../views/aggregations/sum.ts';
import type { ViewPlan } from '../../views/plan.ts';
import { forever, optionsWith, UNIT } from '../actors/checkpoint/support.ts';
import { Feed } from '../state/feed.ts';
import {
  type Floor,
  type LogRow,
  type Random,
  type Rules,
  randomLogs,
  randomOf,
  randomRules,
  truthOf,
} from '../state/oracle.ts';
import { planOf } from '../state/plans.ts';

const SEEDS = 60;
const KILLS = 20;
const firstSeed = Number(process.env['SEED'] ?? 1);

interface World {
  readonly random: Random;
  readonly logs: readonly (readonly LogRow[])[];
  readonly plan: ViewPlan;
  /** Rows of each partition that are in the log by now. */
  readonly available: number[];
  readonly sink: MemorySink;
  readonly letters: MemoryDeadLetters;
  readonly options: ReturnType<typeof optionsWith>;
  /** As committed. */
  readonly floors: Floor[];
}

const planFor = ({ sizeMs, hopMs, delayMs, allowedMs }: Rules): ViewPlan =>
  planOf({
    sizeMs,
    hopMs,
    delayMs,
    allowedLatenessMs: allowedMs,
    writeIntervalMs: 1000,
    keys: ['k'],
    aggregations: [
      { name: 'n', definition: count },
      { name: 's', definition: sum, inputs: { x: 'f64:x' } },
    ],
  });

const idOf = (partition: number) => `p${partition}`;

/** One start of the unit, from open to its death. */
class Start {
  readonly #world: World;
  readonly #checkpointer: Checkpointer;
  readonly #feed: Feed;
  readonly unit: Unit;

  private constructor(world: World, checkpointer: Checkpointer, unit: Unit) {
    this.#world = world;
    this.#checkpointer = checkpointer;
    this.unit = unit;
    this.#feed = new Feed(world.plan.columns);
    unit.bind(this.#feed.lane);
    for (const partition of world.logs.keys()) unit.partition(partition, idOf(partition));
  }

  static async open(world: World): Promise<Start> {
    const { plan, logs, options } = world;
    const { checkpointer, claim, restored } = await openUnit(UNIT, options, forever);
    const fresh = logs.map((_, partition) => ({
      partition: idOf(partition),
      nextOffset: 0,
      timeMax: null,
      floor: null,
    }));
    const start = restored?.meta == null ? (restored?.positions ?? fresh) : restored;
    const cutover = { from: null, until: null };
    return new Start(world, checkpointer, new Unit({ plan, generation: 8, claim, cutover, start }));
  }

  close(): void {
    this.#feed.release();
  }

  /** Reads some rows of a partition; where there are none, it falls silent. */
  async read(partition: number): Promise<void> {
    const { random, logs, available, letters } = this.#world;
    const next = this.unit.nextOffset(partition);
    const end = Math.min(available[partition]!, next + random.integer(1, 5));
    if (next === end) return this.unit.setIdle(partition, true);
    const rows = logs[partition]!.slice(next, end).map(({ time, key, x }) => ({
      time,
      values: { k: key, x },
    }));
    this.unit.process(this.#feed.chunk(partition, next, rows));
    const dead = this.unit.takeDeadLetters();
    if (dead !== null) await letters.write(dead.letters, forever);
  }

  async write(): Promise<void> {
    for (const batch of this.unit.emit({ updates: true })) {
      await this.#world.sink.write(batch, forever);
      if (this.#world.random.chance(0.8)) this.unit.acked(batch.batch);
    }
    this.unit.evict();
  }

  /** Freezes and commits; may die before the commit, or before anybody knows of it. */
  async checkpoint(dies: boolean): Promise<void> {
    const { random, floors } = this.#world;
    const snapshot = this.unit.freeze(this.#checkpointer.wantsFull());
    // What comes while a commit is under way must wait where a floor is to hold: the commit may never be.
    for (const partition of this.#world.logs.keys()) {
      this.#append(partition);
      await this.read(partition);
    }
    if (dies && random.chance(0.5)) return;
    assert.equal(await this.#checkpointer.commit(snapshot, forever), 'committed');
    for (const { partition, nextOffset, floor } of snapshot.positions) {
      if (floor === null) continue;
      floors.push({ partition: Number(partition.slice(1)), offset: nextOffset, floor });
    }
    if (!dies) this.unit.snapshotCommitted();
  }

  #append(partition: number): void {
    const { random, logs, available } = this.#world;
    const more = available[partition]! + random.integer(1, 4);
    available[partition] = Math.min(logs[partition]!.length, more);
  }

  async act(): Promise<void> {
    const { random, logs } = this.#world;
    const partition = random.integer(0, logs.length - 1);
    if (random.chance(0.3)) this.#append(partition);
    await this.read(partition);
    if (random.chance(0.2)) await this.write();
    if (random.chance(0.15)) await this.checkpoint(false);
  }
}

async function live(seed: number): Promise<{ floors: number; tooLate: number }> {
  const random = randomOf(seed);
  const rules = randomRules(random);
  const logs = randomLogs(random, 150);
  const plan = planFor(rules);
  const sink = new MemorySink();
  await sink.prepare(plan.schema);
  const world: World = {
    random,
    logs,
    plan,
    available: logs.map(() => 0),
    sink,
    letters: new MemoryDeadLetters(),
    options: optionsWith(),
    floors: [],
  };
  let start = await Start.open(world);
  for (let kill = 0; kill < KILLS; kill++) {
    for (let acts = random.integer(1, 30); acts > 0; acts--) await start.act();
    if (random.chance(0.5)) await start.checkpoint(true);
    start.close();
    start = await Start.open(world);
  }
  world.available.splice(0, logs.length, ...logs.map((log) => log.length));
  const atEnd = () => logs.every((log, index) => start.unit.nextOffset(index) === log.length);
  while (!atEnd()) {
    for (const partition of logs.keys()) await start.read(partition);
    if (start.unit.wantsCommit || random.chance(0.1)) await start.checkpoint(false);
  }
  start.unit.completeAll();
  await start.write();
  start.close();

  const truth = truthOf(logs, world.floors, rules);
  const { read, folded, tooLate } = start.unit.counters;
  assert.deepEqual(
    [read, folded, tooLate],
    [truth.folded + truth.tooLate, truth.folded, truth.tooLate],
  );
  const letters = world.letters.letters.map(
    ({ partition, offset, reason }) => `${partition.slice(1)} ${offset} ${reason}`,
  );
  assert.deepEqual(letters.sort(), [...truth.letters].sort());
  const found = sink.rows(plan.schema.view).map((row) => {
    const [key] = JSON.parse(row.group_key);
    return [`${row.window_start} ${key}`, [row['n'], row['s'], row.complete]];
  });
  const expected = Array.from(truth.windows, ([name, rows]) => {
    return [name, [rows.length, rows.reduce((total, { x }) => total + x, 0), true]];
  });
  assert.deepEqual(new Map(found as [string, unknown][]), new Map(expected as [string, unknown][]));
  return { floors: world.floors.length, tooLate };
}

test(`floors survive ${KILLS} kills each in ${SEEDS} histories (SEED=${firstSeed})`, async (t) => {
  let [floors, tooLate] = [0, 0];
  for (let seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
    try {
      const history = await live(seed);
      floors += history.floors;
      tooLate += history.tooLate;
    } catch (error) {
      t.diagnostic(`SEED=${seed}`);
      throw error;
    }
  }
  t.diagnostic(`${floors} committed floors, ${tooLate} rows too late`);
  assert.ok(floors > SEEDS && tooLate > SEEDS);
});
