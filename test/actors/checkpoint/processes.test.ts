/** Real processes on files: killed, stopped and overtaken in the middle of their commits. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { openUnit } from '../../../actors/checkpoint/open-unit.ts';
import { temporaryFolder } from '../../connectors/temporary-folder.ts';
import { byteOf, fileOptions } from './owner-process.ts';
import { forever, UNIT } from './support.ts';

interface Owner {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly errors: string[];
}

function start(folder: string): Owner {
  const script = join(import.meta.dirname, 'owner-process.ts');
  const child = spawn(process.execPath, [script, folder], { stdio: ['ignore', 'pipe', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (text) => errors.push(String(text)));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return { child, lines, errors };
}

interface Line {
  readonly kind: string;
  readonly claim: number;
  readonly sequence: number;
  readonly offset: number;
}

/** The next line; null when the process has ended. */
async function next({ lines, errors }: Owner): Promise<Line | null> {
  const { value, done } = await lines.next();
  if (done === true) {
    assert.deepEqual(errors, []);
    return null;
  }
  const [kind, claim, sequence, offset] = String(value).split(' ');
  return { kind: kind!, claim: Number(claim), sequence: Number(sequence), offset: Number(offset) };
}

/** Reads what a process still said before it ended. */
async function rest(owner: Owner): Promise<Line[]> {
  const lines: Line[] = [];
  for (;;) {
    const line = await next(owner);
    if (line === null) return lines;
    lines.push(line);
  }
}

test('owners that are killed or overtaken lose no acknowledged commit', {
  timeout: 60_000,
}, async (context) => {
  const folder = await temporaryFolder();
  const children: ChildProcess[] = [];
  context.after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  const begin = (): Owner => {
    const owner = start(folder);
    children.push(owner.child);
    return owner;
  };
  let acknowledged: Line = { kind: 'none', claim: 0, sequence: -1, offset: -1 };
  const see = (line: Line | null) => {
    assert.ok(
      line !== null && line.offset >= acknowledged.offset,
      JSON.stringify([acknowledged, line]),
    );
    assert.ok(line.sequence > acknowledged.sequence, JSON.stringify([acknowledged, line]));
    acknowledged = line;
  };
  let owner = begin();
  const zombies: { readonly owner: Owner; successorOffset: number }[] = [];
  for (let round = 0; round < 8; round++) {
    const opened = await next(owner);
    assert.equal(opened?.kind, 'open');
    see(opened);
    for (const zombie of zombies) zombie.successorOffset ||= opened!.offset;
    for (let commits = 0; commits < 3 + round; commits++) see(await next(owner));
    // Killed; stopped, to come back as a zombie; or left running until it is fenced.
    const fate = round % 3;
    if (fate === 0) owner.child.kill('SIGKILL');
    if (fate === 0) for (const line of await rest(owner)) see(line);
    if (fate === 1) owner.child.kill('SIGSTOP');
    if (fate === 1) zombies.push({ owner, successorOffset: 0 });
    const successor = begin();
    if (fate === 2) {
      const lines = await rest(owner);
      assert.equal(lines.pop()?.kind, 'fenced');
      for (const line of lines) see(line);
    }
    owner = successor;
  }
  see(await next(owner));
  for (const zombie of zombies) {
    zombie.owner.child.kill('SIGCONT');
    const lines = await rest(zombie.owner);
    assert.equal(lines.pop()?.kind, 'fenced');
    for (const { offset } of lines) assert.ok(offset <= zombie.successorOffset);
  }
  owner.child.kill('SIGKILL');
  for (const line of await rest(owner)) see(line);
  const { restored, checkpointer } = await openUnit(UNIT, await fileOptions(folder), forever);
  const offset = restored!.positions[0]!.nextOffset;
  assert.ok(offset >= acknowledged.offset);
  assert.ok(checkpointer.sequence > acknowledged.sequence);
  const log = Array.from({ length: offset }, (_, record) => byteOf(record));
  assert.deepEqual([...restored!.regions.get('log')!], log);
});
