import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LaError } from '../../../runtime/errors.ts';
import { Exploration, randomPolicy, Violation, type World } from './explore.ts';
import {
  fileWorld,
  memoryWorld,
  pointerBeforeClaim,
  withoutOwnPointer,
  worldWithoutFencing,
  worldWithoutSecondLook,
  worldWithSharedClaims,
} from './worlds.ts';

async function explore(world: () => World, from: number, runs: number): Promise<number> {
  let steps = 0;
  for (let seed = from; seed < from + runs; seed++) {
    const exploration = new Exploration(world(), randomPolicy(seed));
    try {
      await exploration.run();
    } catch (error) {
      if (error instanceof Violation) error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
    steps += exploration.steps;
  }
  return steps;
}

/** Interleavings of each world; 10,000 take half a minute: LA_SIM_RUNS=10000 node --test … */
const RUNS = Number(process.env.LA_SIM_RUNS ?? 500);
const SEEDS_TO_FIND = 1000;

const f = (name: string, world: () => World, runs: number) =>
  test(`${name}: no acknowledged commit is lost in ${runs} interleavings`, async (context) => {
    const steps = await explore(world, 1, runs);
    context.diagnostic(`${steps} steps`);
    assert.ok(steps > 10 * runs);
  });

f('memory', () => memoryWorld(), RUNS);
f('file', () => fileWorld(), RUNS);

/** The code's own guards may notice first, by a coded error: we look on until what must hold is seen to be broken. */
const broken = (name: string, world: () => World) =>
  test(`${name} is found`, async (context) => {
    for (let seed = 1; seed <= SEEDS_TO_FIND; seed++) {
      const found = await explore(world, seed, 1).catch((error: unknown) => error);
      if (found instanceof Violation) return context.diagnostic(found.message);
      if (found instanceof Error && !(found instanceof LaError)) throw found;
    }
    assert.fail(`not found in ${SEEDS_TO_FIND} interleavings`);
  });

broken('a commit without a look at the claims', worldWithoutFencing);
broken('a commit on files without a second look', worldWithoutSecondLook);
broken('two owners of one claim', worldWithSharedClaims);
broken('a start without a pointer of its own', () => memoryWorld(withoutOwnPointer));
broken('a start on files without a pointer of its own', () => fileWorld(withoutOwnPointer));
broken('a start that looks before it claims', () => memoryWorld(pointerBeforeClaim));
broken('a start on files that looks before it claims', () => fileWorld(pointerBeforeClaim));
