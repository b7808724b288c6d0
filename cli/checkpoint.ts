/** `la checkpoint`: what the checkpoints of a project hold, and whether they are sound. Reads only. */

import { inspectUnit, listCheckpoints } from '../actors/checkpoint/inspect.ts';
import { verifyUnit } from '../actors/checkpoint/verify.ts';
import { lookAtCheckpoints } from '../actors/checkpoint-stores.ts';
import { closest } from '../views/closest.ts';
import { inspectionText } from './checkpoint/inspection-text.ts';
import { listText } from './checkpoint/list-text.ts';
import { findSubject, type Subject } from './checkpoint/subject.ts';
import { verificationText } from './checkpoint/verification-text.ts';
import { type Command, jsonOption } from './command.ts';
import { cliError } from './errors.ts';
import { counted, jsonLine } from './print.ts';

type Action = (subject: Subject, json: boolean) => Promise<void>;

const actions: Readonly<Record<string, Action>> = { ls: list, inspect, verify };

export const checkpoint: Command = {
  doc: 'Shows what the checkpoints hold, and verifies them: ls, inspect, verify.',
  usage: 'ls|inspect|verify [DIR] [VIEW|UNIT …] [--json]',
  notes: `DIR is a project folder, or a folder of checkpoints; without it, the current folder. A unit is one generation of a
view: ap_signal@8. Without any, all of them.
  ls        one line a unit, from its newest checkpoint
  inspect   the newest checkpoint of a unit down to the segments of its packs
  verify    reads everything that a unit could be restored from; exit code 1 where anything is damaged
Nothing is written or claimed: what is running goes on undisturbed.`,
  options: { json: jsonOption },
  async run({ positionals: [name = '', ...words], options }) {
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (action === undefined) throw wrongAction(name);
    await action(await findSubject(words), options.json === true);
    return 0;
  },
};

function wrongAction(name: string) {
  const names = Object.keys(actions);
  const near = closest(name, names);
  const meant = near === undefined ? '' : ` Did you mean "${near}"?`;
  const problem = `the first must be one of ${names.join(', ')}, not "${name}".${meant}`;
  return cliError('LA_USAGE_ARGUMENTS', { problem });
}

async function list({ folder, units }: Subject, json: boolean): Promise<void> {
  const all = await listCheckpoints(lookAtCheckpoints(folder));
  const summaries = all.filter(({ unit }) => units.includes(unit));
  process.stdout.write(json ? jsonLine(summaries) : listText(summaries, folder));
}

async function inspect({ folder, units }: Subject, json: boolean): Promise<void> {
  const context = lookAtCheckpoints(folder);
  const inspect = (unit: string) => inspectUnit(unit, context);
  await printEach(atLeastOne(units, folder), inspect, json ? null : inspectionText);
}

/** @throws LA_CHECKPOINT_DAMAGED, after everything was printed */
async function verify({ folder, units }: Subject, json: boolean): Promise<void> {
  const context = lookAtCheckpoints(folder);
  const verify = (unit: string) => verifyUnit(unit, context);
  const all = await printEach(atLeastOne(units, folder), verify, json ? null : verificationText);
  const damaged = all.filter(({ sound }) => !sound).length;
  if (damaged === 0) return;
  throw cliError('LA_CHECKPOINT_DAMAGED', {
    units: counted(units.length, 'unit'),
    damaged: damaged === 1 ? '1 is damaged' : `${damaged} are damaged`,
  });
}

/** As text one by one, since each may take a while; as JSON (no `text`) in one array. */
async function printEach<T>(
  units: readonly string[],
  look: (unit: string) => Promise<T>,
  text: ((found: T) => string) | null,
): Promise<T[]> {
  const all: T[] = [];
  for (const unit of units) {
    const found = await look(unit);
    all.push(found);
    if (text !== null) process.stdout.write(text(found));
  }
  if (text === null) process.stdout.write(jsonLine(all));
  return all;
}

function atLeastOne(units: readonly string[], dir: string): readonly string[] {
  if (units.length > 0) return units;
  throw cliError('LA_CHECKPOINT_NO_FOLDER', { dir, reason: 'nothing has run with it yet.' });
}
