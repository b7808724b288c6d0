/**
 * The contract of DESIGN §5 as a model without any of the engine's code: owners fold, restart from checkpoints, live on as
 * zombies and write whenever they like; idle partitions get floors; and yet the sink ends with the truth.
 *
 * What the model shows beyond the page: versions do not guard floors, two conditions do.
 * - `idle_after` exceeds the lease. A zombie that goes on writing after another owner gave a partition a floor takes rows
 *   that the floor made too late, has more rows than the truth, and wins.
 * - A partition is idle only where its reader stands at the end of the log. A reader that is merely cut off stands behind
 *   rows that an owner before it has folded and written: a floor there makes them too late when they are written already.
 * The last two tests keep the proofs.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type Floor,
  type LogRow,
  type Random,
  type Rules,
  randomLogs,
  randomOf,
  randomRules,
  truthOf,
  windowsOf,
} from './oracle.ts';

interface Checkpoint {
  readonly positions: readonly number[];
  readonly timeMax: readonly number[];
  readonly floors: readonly number[];
  readonly state: ReadonlyMap<string, readonly number[]>;
}

/** A row's version as numbers that are compared in order, and whether it is how the contract has it. */
type VersionRule = (row: {
  rows: number;
  complete: number;
  claim: number;
  offsets: number;
}) => number[];

interface Variant {
  readonly version: VersionRule;
  /** By the row's own partition, or wrongly by the minimum of all. */
  readonly lateness: 'own' | 'minimum';
  /** Whether other owners live on when one finds a partition idle. */
  readonly zombiesOutliveFloors: boolean;
  /** Whether a partition may count as idle although it has rows behind the reader's offset. */
  readonly idleBehindTheEnd: boolean;
}

const contract: Variant = {
  version: ({ rows, complete, claim }) => [rows, complete, claim],
  lateness: 'own',
  zombiesOutliveFloors: false,
  idleBehindTheEnd: false,
};

const NEVER = Number.NEGATIVE_INFINITY;

class ModelSink {
  readonly best = new Map<string, { version: number[]; rows: number; sum: number }>();
  fell = false;
  /** Two values of one version: a reader would see either. */
  mixed = false;

  write(name: string, version: number[], rows: number, sum: number): void {
    const current = this.best.get(name);
    const order = current === undefined ? 1 : compare(version, current.version);
    if (order === 0 && current!.sum !== sum) this.mixed = true;
    if (order < 0) return;
    if (current !== undefined && rows < current.rows) this.fell = true;
    this.best.set(name, { version, rows, sum });
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) if (value !== b[index]) return value - b[index]!;
  return 0;
}

class Owner {
  readonly claim: number;
  readonly positions: number[];
  readonly timeMax: number[];
  readonly floors: number[];
  readonly state: Map<string, number[]>;
  readonly #world: World;
  readonly #idle = new Set<number>();

  constructor(world: World, claim: number, from: Checkpoint) {
    this.#world = world;
    this.claim = claim;
    this.positions = [...from.positions];
    this.timeMax = [...from.timeMax];
    this.floors = [...from.floors];
    this.state = new Map(Array.from(from.state, ([name, values]) => [name, [...values]]));
  }

  watermark(partition: number): number {
    return Math.max(this.timeMax[partition]! - this.#world.rules.delayMs, this.floors[partition]!);
  }

  /** Folds one row of some partition; false at the end of all. */
  step(): boolean {
    const { random, logs, rules, variant } = this.#world;
    const open = logs.flatMap((log, p) => (this.positions[p]! < log.length ? [p] : []));
    if (open.length === 0) return false;
    const partition = random.pick(open);
    const row = logs[partition]![this.positions[partition]!]!;
    this.positions[partition]!++;
    this.#world.ends[partition] = Math.max(
      this.#world.ends[partition]!,
      this.positions[partition]!,
    );
    this.#idle.delete(partition);
    const all = logs.map((_, p) => this.watermark(p));
    const watermark = variant.lateness === 'own' ? all[partition]! : Math.min(...all);
    for (const start of windowsOf(row.time, rules)) {
      if (start + rules.sizeMs + rules.allowedMs <= watermark) continue;
      const name = `${start} ${row.key}`;
      const values = this.state.get(name) ?? [];
      values.push(row.x);
      this.state.set(name, values);
      const complete = this.#completed(start);
      if (complete || random.chance(0.3)) this.#write(name, complete);
    }
    this.timeMax[partition] = Math.max(this.timeMax[partition]!, row.time);
    if (random.chance(0.5)) this.close();
    return true;
  }

  /** Writes complete rows, forgets what no row can reach. */
  close(): void {
    const { rules, logs } = this.#world;
    const evicting = Math.min(...logs.map((_, p) => this.watermark(p)));
    for (const name of this.state.keys()) {
      const end = Number(name.split(' ')[0]) + rules.sizeMs;
      if (!this.#completed(end - rules.sizeMs)) continue;
      this.#write(name, true);
      if (end + rules.allowedMs <= evicting) this.state.delete(name);
    }
  }

  finish(): void {
    while (this.step());
    for (const name of this.state.keys()) this.#write(name, true);
  }

  /** A partition falls silent: the next checkpoint gives it a floor. Whether it could. */
  silence(partition: number): boolean {
    const { ends, variant } = this.#world;
    // What nobody has read is not written yet.
    if (!variant.idleBehindTheEnd && this.positions[partition]! < ends[partition]!) return false;
    this.#idle.add(partition);
    return true;
  }

  freeze(): { checkpoint: Checkpoint; floors: Floor[] } {
    const { logs } = this.#world;
    const active = logs.flatMap((_, p) => (this.#idle.has(p) ? [] : [this.watermark(p)]));
    const floors: Floor[] = [];
    if (active.length > 0) {
      for (const partition of this.#idle) {
        const floor = Math.min(...active);
        if (floor <= this.watermark(partition)) continue;
        floors.push({ partition, offset: this.positions[partition]!, floor });
        this.floors[partition] = floor;
      }
    }
    const state = new Map(Array.from(this.state, ([name, values]) => [name, [...values]]));
    const { positions, timeMax } = this;
    const copies = { positions: [...positions], timeMax: [...timeMax], floors: [...this.floors] };
    return { checkpoint: { ...copies, state }, floors };
  }

  #completed(start: number): boolean {
    const { logs, rules } = this.#world;
    const active = logs.flatMap((_, p) => (this.#idle.has(p) ? [] : [this.watermark(p)]));
    return active.length > 0 && Math.min(...active) >= start + rules.sizeMs;
  }

  #write(name: string, complete: boolean): void {
    const { sink, variant } = this.#world;
    const values = this.state.get(name)!;
    const offsets = this.positions.reduce((sum, offset) => sum + offset, 0);
    const version = { rows: values.length, complete: complete ? 1 : 0, claim: this.claim, offsets };
    const sum = values.reduce((total, value) => total + value, 0);
    sink.write(name, variant.version(version), values.length, sum);
  }
}

interface World {
  readonly random: Random;
  readonly rules: Rules;
  readonly logs: readonly (readonly LogRow[])[];
  /** How far each partition was read by anyone. */
  readonly ends: number[];
  readonly sink: ModelSink;
  readonly variant: Variant;
}

/** One random history; whether the sink ended with the truth, and how it got there. */
function play(seed: number, variant: Variant) {
  const random = randomOf(seed);
  const rules = randomRules(random);
  const logs = randomLogs(random, 14);
  const ends = logs.map(() => 0);
  const world = { random, rules, logs, ends, sink: new ModelSink(), variant };
  const none = logs.map(() => NEVER);
  let checkpoint: Checkpoint = {
    positions: logs.map(() => 0),
    timeMax: none,
    floors: none,
    state: new Map(),
  };
  const floors: Floor[] = [];
  let claim = 1;
  let owners = [new Owner(world, claim, checkpoint)];
  for (let left = random.integer(5, 60); left > 0; left--) {
    const newest = owners.at(-1)!;
    const draw = random.next();
    if (draw < 0.12) {
      owners.push(new Owner(world, ++claim, checkpoint));
    } else if (draw < 0.2) {
      const silent = newest.silence(random.integer(0, logs.length - 1));
      // Their leases are over: a partition counts as silent only after a longer time than that.
      if (silent && !variant.zombiesOutliveFloors) owners = [newest];
    } else if (draw < 0.35) {
      // Frozen and committed at once: rows in between would wait.
      const frozen = newest.freeze();
      checkpoint = frozen.checkpoint;
      floors.push(...frozen.floors);
    } else {
      random.pick(owners).step();
    }
  }
  const last = new Owner(world, ++claim, checkpoint);
  while (last.step()) if (random.chance(0.5)) random.pick(owners).step();
  last.finish();
  for (const owner of owners) for (let i = random.integer(0, 5); i > 0; i--) owner.step();
  const want = Array.from(truthOf(logs, floors, rules).windows, ([name, rows]) => [
    name,
    rows.length,
    rows.reduce((sum, { x }) => sum + x, 0),
  ]);
  const got = Array.from(world.sink.best, ([name, { rows, sum }]) => [name, rows, sum]);
  const { fell, mixed } = world.sink;
  return { want: want.sort(), got: got.sort(), fell, mixed, floors: floors.length };
}

function outcomes(variant: Variant, runs: number) {
  let wrong = 0;
  let fell = 0;
  for (let seed = 0; seed < runs; seed++) {
    const { want, got, ...seen } = play(seed, variant);
    if (JSON.stringify(want) !== JSON.stringify(got)) wrong++;
    if (seen.fell) fell++;
  }
  return { wrong, fell };
}

test('every history ends with the truth, and no reader sees a value fall', () => {
  let floors = 0;
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => {
      const { want, got, fell, mixed, ...seen } = play(seed, contract);
      floors += seen.floors;
      assert.deepEqual(got, want);
      assert.deepEqual({ fell, mixed }, { fell: false, mixed: false });
    }),
    { numRuns: 2000 },
  );
  assert.ok(floors > 100, 'floors were committed');
});

test('lateness by the minimum of all partitions ends wrong', () => {
  assert.ok(outcomes({ ...contract, lateness: 'minimum' }, 1000).wrong > 0);
});

test('versions by owner first fall, by sum of offsets end wrong', () => {
  const ownerFirst: VersionRule = ({ rows, complete, claim }) => [claim, rows, complete];
  assert.ok(outcomes({ ...contract, version: ownerFirst }, 1000).fell > 0);
  const offsetsFirst: VersionRule = ({ offsets, complete, claim }) => [offsets, complete, claim];
  assert.ok(outcomes({ ...contract, version: offsetsFirst }, 3000).wrong > 0);
});

test('a zombie that outlives a floor ends wrong: idle_after must exceed the lease', () => {
  assert.ok(outcomes({ ...contract, zombiesOutliveFloors: true }, 1000).wrong > 0);
});

test('a floor behind the end of the log ends wrong: idle means caught up and silent', () => {
  assert.ok(outcomes({ ...contract, idleBehindTheEnd: true }, 3000).wrong > 0);
});
