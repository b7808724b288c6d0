/** One fault at every operation of a start, its commits and its garbage collection, one after another, and pairs of them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../runtime/random.ts';
import { Exploration, type Fault, type Policy, type World } from './explore.ts';
import { fileWorld, memoryWorld } from './worlds.ts';

/** Owners one after another, and faults at the given steps. */
function scripted(faults: ReadonlyMap<number, Fault>): Policy {
  let step = 0;
  return {
    random: seededRandom(7),
    commitsMax: 3,
    startsMax: 2,
    startsAnother: () => false,
    choose: () => ({ at: 0, fault: faults.get(step++) ?? 'none' }),
  };
}

async function run(world: World, faults: ReadonlyMap<number, Fault>): Promise<number> {
  const exploration = new Exploration(world, scripted(faults));
  try {
    await exploration.run();
  } catch (error) {
    if (error instanceof Error) error.message = `${JSON.stringify([...faults])}: ${error.message}`;
    throw error;
  }
  return exploration.steps;
}

const FAULTS: readonly Fault[] = ['error', 'lost', 'crash', 'crash-after'];

const f = (name: string, world: () => World) =>
  test(`${name}: a fault at any operation loses and mixes nothing`, async (context) => {
    const steps = await run(world(), new Map());
    context.diagnostic(`${steps} operations`);
    assert.ok(steps > 30);
    for (let at = 0; at < steps; at++) {
      for (const fault of FAULTS) {
        await run(world(), new Map([[at, fault]]));
        await run(
          world(),
          new Map([
            [at, fault],
            [at + 1 + (at % 5), FAULTS[at % 4]!],
          ]),
        );
      }
    }
  });

f('memory', () => memoryWorld());
f('file', () => fileWorld());
