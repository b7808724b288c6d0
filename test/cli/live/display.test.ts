import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDisplay } from '../../../cli/live/display.ts';
import { terminalOf } from '../../../cli/terminal.ts';
import { ManualClock } from '../../../runtime/clock.ts';
import { screenLines } from './screen.ts';
import { statusOf } from './statuses.ts';

/** An engine that reads 100 rows a second, in bursts of `burst`. */
function shown(isTTY: boolean, lineIntervalMs: number | null, burst = 1) {
  const clock = new ManualClock(1_000_000);
  const stream = {
    text: '',
    isTTY,
    columns: 100,
    rows: 20,
    write(text: string) {
      this.text += text;
    },
  };
  const terminal = terminalOf(stream, { NO_COLOR: '1' });
  const footer = () => ['the footer'];
  const display = openDisplay({ terminal, clock, title: 'la run', lineIntervalMs, footer });
  const engine = {
    status: () => {
      const read = Math.floor((clock.now() - 1_000_000) / 10 / burst) * burst;
      return [statusOf({ view: 'v', read, time_max: 0 })];
    },
  };
  const ending = new AbortController();
  const watched = display.watch(engine, ending.signal);
  return {
    display,
    text: () => stream.text,
    /** Lets what waits for the clock run between the steps. */
    async pass(ms: number) {
      for (let step = 0; step < ms; step += 50) {
        clock.advance(50);
        await new Promise(setImmediate);
      }
    },
    async end() {
      ending.abort();
      await watched;
    },
  };
}

test('no terminal: a line for each interval, or none at all', async () => {
  const lines = shown(false, 1000);
  await lines.pass(3400);
  await lines.end();
  const expected = /^( {4}[123] s {2}s [123]00 rows, 100\/s, at 1970-01-01 00:00:00 .*\n){3}$/;
  assert.match(lines.text(), expected);
  const none = shown(false, null);
  await none.pass(3400);
  none.display.print('an alarm\n');
  await none.end();
  assert.equal(none.text(), 'an alarm\n');
});

test('a terminal: one table, drawn again and again, and gone at the end', async () => {
  const live = shown(true, null);
  await live.pass(5000);
  live.display.print('an alarm\n');
  await live.pass(1000);
  const screen = () => screenLines(live.text(), { columns: 100, rows: 20 });
  const [alarm, headline, stream, empty, titles, view, footer, ...rest] = screen();
  assert.equal(alarm, 'an alarm');
  assert.match(headline ?? '', /^la run {2}6 s /);
  assert.match(stream ?? '', /^stream s {2}100 rows\/s {2}600 rows /);
  assert.equal(empty, '');
  assert.match(titles ?? '', /^VIEW +STATE/);
  assert.match(view ?? '', /^v +running +100 /);
  assert.deepEqual([footer, rest], ['the footer', ['']]);
  await live.end();
  assert.deepEqual(screen(), ['an alarm', '']);
});

test('rates are even where rows come in bursts', async () => {
  const live = shown(true, null, 100);
  for (let step = 0; step < 8; step++) {
    await live.pass(step === 0 ? 4000 : 250);
    const screen = screenLines(live.text(), { columns: 100, rows: 20 });
    assert.match(screen[1] ?? '', /^stream s {2}100 rows\/s /);
  }
  await live.end();
});
