/** The demo as a person meets it: in an empty folder, without arguments. */
import assert from 'node:assert/strict';
import { exec, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../connectors/temporary-folder.ts';
import { la, startLa } from '../engine/project.ts';
import { awaitText } from './await-text.ts';
import { screenLines } from './live/screen.ts';

/** Of examples/wifi/data. */
const ROWS = 18_304;
const VIEWS = [
  'ap_signal',
  'building_trend',
  'floor_phones',
  'phone_coverage',
  'readings_per_minute',
];

const finalPhones = (dir: string): unknown => {
  const db = new DatabaseSync(join(dir, 'la-demo/once/results.db'), { readOnly: true });
  const rows = db.prepare(
    'SELECT sum(readings) AS readings, min(complete) AS complete FROM ap_signal',
  );
  const [row] = rows.all();
  db.close();
  return { ...row };
};

test('la demo --once: everything once, the summary, the results and how to query them', async () => {
  const dir = await temporaryFolder();
  const { exit, stdout, stderr } = await startLa(['demo', '--once'], {}, dir).finished;
  assert.equal(exit, 0, stderr);
  for (const view of VIEWS) assert.match(stdout, new RegExp(`^${view} +18,304 .* finished$`, 'm'));
  assert.match(stdout, /^18,304 rows in \S+ s: /m);
  assert.match(stdout, /^Results: la-demo\/once\/results\.db, one table a view\./m);
  assert.deepEqual(await readdir(dir), ['la-demo'], 'nothing else is written');
  assert.deepEqual(finalPhones(dir), { readings: ROWS, complete: 1 });

  const query = /^ {2}(\S+ -e ".*")$/m.exec(stdout)?.[1];
  assert.ok(query !== undefined, stdout);
  const shown = await promisify(exec)(query, { cwd: dir, timeout: 30_000, killSignal: 'SIGKILL' });
  assert.match(shown.stdout, /avg_rssi[\s\S]*WAP\d+/);
});

test('the live demo resumes; --once beside it begins anew each time', async () => {
  const dir = await temporaryFolder();
  const live = async () => {
    const { exit, stdout, stderr } = await startLa(['demo', '--seconds', '3', '--json'], {}, dir)
      .finished;
    assert.equal(exit, 0, stderr);
    return JSON.parse(stdout);
  };
  const first = await live();
  const anew = async () => {
    const { stdout } = await startLa(['demo', '--once', '--json'], {}, dir).finished;
    const { rows, seconds } = JSON.parse(stdout);
    assert.equal(rows, ROWS);
    assert.ok(seconds < 20, 'at 400 rows/s it would take 45');
    assert.deepEqual(finalPhones(dir), { readings: ROWS, complete: 1 });
  };
  await anew();
  await anew();
  const second = await live();
  // Each view stops where it is: one may have a row that another has not.
  const more = first.views.map(({ view, read }: { view: string; read: number }) => {
    const again = second.views.find((other: { view: string }) => other.view === view);
    return again.read - read;
  });
  assert.ok(first.rows > 400 && first.rows < 4000, `${first.rows} rows in 3 s at 400/s`);
  assert.equal(Math.max(...more), second.rows);
  assert.ok(Math.min(...more) > second.rows - 100, `${more}`);
  assert.equal(second.results, join(dir, 'la-demo/live/results.db'));
});

test('Ctrl-C: a final checkpoint, exit 0', async () => {
  const dir = await temporaryFolder();
  const { child, finished } = startLa(['demo'], {}, dir);
  await awaitText(child.stderr, /(.* result rows .*\n){3}/);
  const began = performance.now();
  child.kill('SIGINT');
  const { exit, stdout, stderr } = await finished;
  assert.equal(exit, 0, stderr);
  assert.ok(performance.now() - began < 20_000, 'it does not wait for its grace to pass');
  assert.match(stderr, /^Stopping with a final checkpoint; Ctrl-C ends at once\.$/m);
  assert.match(stderr, /^Final checkpoint written: the next `la demo` goes on from it\./m);
  const rowsOf = (view: string) =>
    Number(new RegExp(`^${view} +([\\d,]+) `, 'm').exec(stdout)?.[1]?.replaceAll(',', ''));
  assert.ok(rowsOf('ap_signal') > 400);
  const { stdout: list } = await la('checkpoint', 'inspect', join(dir, 'la-demo/live'), '--json');
  for (const { unit, manifest } of JSON.parse(list)) {
    assert.equal(manifest.positions[0].nextOffset, rowsOf(unit.split('@')[0]), unit);
  }
});

test('a second Ctrl-C ends at once', async () => {
  const dir = await temporaryFolder();
  const { child, finished } = startLa(['demo'], {}, dir);
  await awaitText(child.stderr, /result rows/);
  child.kill('SIGINT');
  await awaitText(child.stderr, /Stopping/);
  child.kill('SIGINT');
  const { exit, signal, stderr } = await finished;
  // It may have been faster.
  assert.ok(signal === 'SIGINT' || exit === 0, stderr);
});

const hasScript = spawnSync('script', ['--version'], { timeout: 5000 }).status === 0;

test('on a terminal the table is drawn in place', { skip: !hasScript }, async () => {
  const dir = await temporaryFolder();
  const launcher = join(import.meta.dirname, '../../bin/la.cjs');
  const size = { columns: 110, rows: 40 };
  const command = `stty cols ${size.columns} rows ${size.rows}; exec ${process.execPath} ${launcher} demo`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: dir,
    env: { ...process.env, TERM: 'xterm', NO_COLOR: '' },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await awaitText(child.stdout, /(NEWEST RESULT ROWS[\s\S]*){5}/);
  const before = screenLines(text.slice(0, text.lastIndexOf('\x1b[J')), size);
  // As a person does it.
  child.stdin.write('\x03');
  const [exit] = await once(child, 'close');
  assert.equal(exit, 0, text);
  const count = (lines: string[], pattern: RegExp) =>
    lines.filter((line) => pattern.test(line)).length;
  assert.equal(count(before, /^VIEW +STATE +ROWS\/S +LAG +WINDOWS/), 1, before.join('\n'));
  for (const view of VIEWS) {
    assert.equal(count(before, new RegExp(`^${view} +(running|scheduled|waiting) `)), 1, view);
  }
  assert.ok(before.every((line) => line.length <= size.columns));
  assert.ok(text.includes('\x1b[1m'), 'colours on a terminal');
  const after = screenLines(text, size);
  assert.equal(count(after, /^VIEW +STATE/), 0, 'the table makes room for the summary');
  assert.equal(count(after, /^ap_signal .* finished$/), 1);
});
