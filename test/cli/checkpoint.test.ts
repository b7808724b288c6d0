/** `la checkpoint` on sound, flipped, truncated and missing files: reads only, and names what is damaged. */
import assert from 'node:assert/strict';
import { cp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { UnitInspection } from '../../actors/checkpoint/inspect.ts';
import type { UnitVerification } from '../../actors/checkpoint/verify.ts';
import { temporaryFolder } from '../connectors/temporary-folder.ts';
import { la, makeProject, runOnce } from '../engine/project.ts';

const view = (name: string) => ({
  view: name,
  stream: 's',
  grouping_cols: ['k', { time: '10s' }],
  aggregation_info: [{ aggregation: 'sum', col_name: 'x', aggregated_col_name: 'total' }],
  sinks: ['table'],
});
const rows = Array.from({ length: 500 }, (_, row) => {
  return `${JSON.stringify({ t: row * 100, k: `k${row % 7}`, x: row })}\n`;
});
let original: string;
let keys: Record<Kind, string>;

before(async () => {
  original = await makeProject({
    'la.json': {
      streams: {
        s: {
          source: { type: 'file', path: 'data.ndjson' },
          event_time: { col_name: 't', unit: 'ms' },
        },
      },
      sinks: { table: { type: 'sqlite', path: 'state/results.db' } },
    },
    'data.ndjson': rows.join(''),
    'views/one.json': view('one'),
    'views/two.json': view('two'),
  });
  await runOnce(original);
  await writeFile(join(original, 'data.ndjson'), `${rows.join('')}{"t":50000,"k":"k0","x":1}\n`);
  await runOnce(original);
  keys = await keysOfOne();
});

type Kind = 'pack' | 'manifest' | 'pointer';

/** A copy with a damaged object of the newest checkpoint of unit one. */
async function damagedCopy(kind: Kind, damage: (path: string) => Promise<void>): Promise<string> {
  const dir = await temporaryFolder();
  await cp(original, dir, { recursive: true });
  await damage(join(dir, 'state/checkpoints', keys[kind]));
  return dir;
}

async function keysOfOne(): Promise<Record<Kind, string>> {
  const [{ pointer, packs }]: [UnitInspection] = await json('inspect', original, 'one');
  assert.ok(pointer !== null && packs[0] !== undefined);
  const claim = String(pointer.claim).padStart(16, '0');
  const file = `units/one@8/pointers/${claim}.json`;
  return { pack: packs[0].key, manifest: pointer.manifest, pointer: file };
}

const json = async (...args: string[]) => {
  const { stdout, stderr } = await la('checkpoint', ...args, '--json');
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
};

const cutTo = (bytes: number) => (path: string) => truncate(path, bytes);

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}

test('sound ones: listed, inspected, verified, and nothing is touched', async () => {
  const folder = join(original, 'state/checkpoints');
  const times = async () => {
    const names = await readdir(folder, { recursive: true });
    return Promise.all(names.map(async (name) => [name, (await stat(join(folder, name))).mtimeMs]));
  };
  const untouched = await times();
  const [ls, inspect, verify, asFolder] = await Promise.all([
    la('checkpoint', 'ls', original),
    la('checkpoint', 'inspect', original, 'one@8'),
    la('checkpoint', 'verify', original),
    json('ls', folder),
  ]);
  assert.deepEqual([ls.exit, inspect.exit, verify.exit], [0, 0, 0]);
  assert.match(ls.stdout, /^UNIT .*\none@8 .*\ntwo@8 .*\n$/);
  assert.match(inspect.stdout, /^one@8\n {2}pointer {4}claim 2, commit \d+, /);
  assert.match(inspect.stdout, /^ {2}data\.ndjson +501 {2}1970-01-01 00:00:50 /m);
  assert.match(inspect.stdout, /^ {2}pack data\/one@8\/\S+\.pack: .*, full, \d+ segments$/m);
  assert.match(verify.stdout, /^one@8: sound: (\d) of \1 checkpoints sound.*\ntwo@8: sound: /);
  assert.deepEqual(
    asFolder.map(({ unit, partitions }: { unit: string; partitions: number }) => [
      unit,
      partitions,
    ]),
    [
      ['one@8', 1],
      ['two@8', 1],
    ],
  );
  assert.deepEqual(await times(), untouched);
});

test('damage: verify names object, part, expected and found, and exits with 1', async () => {
  const f = async (kind: Kind, damage: (path: string) => Promise<void>, expected: RegExp) => {
    const dir = await damagedCopy(kind, damage);
    const { exit, stdout, stderr } = await la('checkpoint', 'verify', dir);
    assert.match(stdout, /^one@8: DAMAGED: [\s\S]*\ntwo@8: sound: /);
    assert.match(stdout, expected);
    if (kind !== 'pointer') assert.ok(stdout.includes(`  ${keys[kind]}: `), stdout);
    assert.match(stderr, /^LA_CHECKPOINT_DAMAGED: Of 2 units with checkpoints, 1 is damaged\./);
    assert.equal(exit, 1);
  };
  await Promise.all([
    f('pack', flip, /: sha256 of object: expected [0-9a-f]{64}, got [0-9a-f]{64}$/m),
    f('pack', flip, /of (segment \d+ of region \S+ at \d+|directory|header): expected .*, got/),
    f('pack', cutTo(40), /: length of object: expected \d+ bytes, got 40 bytes$/m),
    f('pack', (path) => rm(path), /: missing of object: expected \d+ bytes, got none$/m),
  ]);
  await Promise.all([
    f('manifest', flip, /: sha256 of manifest: expected [0-9a-f]{64}, got [0-9a-f]{64}$/m),
    f('manifest', cutTo(0), /: sha256 of manifest: expected/),
    f('manifest', (path) => rm(path), /: missing of object: expected an object, got none$/m),
    f('pointer', flip, / {2}pointer of one@8: contents of pointer: expected a pointer, got /),
  ]);
});

test('damage: the rest can be looked at, by people and by programs', async () => {
  const f = async (kind: Kind, listed: RegExp) => {
    const dir = await damagedCopy(kind, flip);
    const [inspect, list, verified] = await Promise.all([
      la('checkpoint', 'inspect', dir, 'one'),
      la('checkpoint', 'ls', dir),
      json('verify', dir),
    ]);
    assert.deepEqual([inspect.exit, list.exit], [0, 0]);
    assert.match(inspect.stdout, /^one@8\n[\s\S]*^ {2}damaged: /m);
    assert.match(list.stdout, listed);
    const [one, two]: UnitVerification[] = verified;
    assert.deepEqual([one?.sound, one?.damages.length !== 0, two?.sound], [false, true, true]);
  };
  await f('pack', /^one@8 +4 +2 .*\ntwo@8 .*\n$/m);
  await f('manifest', /^one@8 +4 +2 +– .*\ntwo@8 .*\ndamaged: man\/one@8\S+: sha256 of manifest/m);
  await f('pointer', /^one@8 +– .*\ntwo@8 .*\ndamaged: pointer of one@8: /m);
});

test('it says what a start would go on from', async () => {
  const dir = await damagedCopy('manifest', flip);
  const older = await la('checkpoint', 'verify', dir, 'one');
  assert.match(older.stdout, /It would go on from man\/one@8\/\S+ and read again what came after/);
  const data = join(dir, 'state/checkpoints/data/one@8');
  for (const name of await readdir(data)) await flip(join(data, name));
  const none = await la('checkpoint', 'verify', dir, 'one');
  assert.match(none.stdout, /It cannot be restored from any checkpoint\./);
});

test('a project whose configuration is broken still has its checkpoints', async () => {
  const dir = await temporaryFolder();
  await cp(original, dir, { recursive: true });
  await writeFile(join(dir, 'la.json'), '{');
  assert.equal((await json('ls', dir)).length, 2);
  await rm(join(dir, 'la.json'));
  assert.equal((await json('ls', dir, 'two')).length, 1);
});

test('what is not there', async () => {
  const empty = await temporaryFolder();
  const fresh = await makeProject({
    'la.json': await readFile(join(original, 'la.json')),
    'data.ndjson': '',
    'views/one.json': view('one'),
  });
  const f = async (args: string[], exit: number, expected: RegExp) => {
    const finished = await la('checkpoint', ...args);
    assert.equal(finished.exit, exit, finished.stderr);
    assert.match(finished.stdout + finished.stderr, expected);
  };
  await Promise.all([
    f(['ls', empty], 2, /^LA_CHECKPOINT_NO_FOLDER: /),
    f(['ls', join(empty, 'nowhere')], 2, /^LA_CHECKPOINT_NO_FOLDER: .*no such folder/),
    f(['ls', fresh], 0, /^No checkpoints yet in /),
    f(['verify', fresh], 2, /^LA_CHECKPOINT_NO_FOLDER: /),
    f(['ls', original, 'tow'], 2, /^LA_CHECKPOINT_UNKNOWN_UNIT: .*tow\. Did you mean "two"\?/),
    f(['ls', original, 'one@7'], 2, /^LA_CHECKPOINT_UNKNOWN_UNIT: .*Did you mean "one@8"\?/),
  ]);
});
