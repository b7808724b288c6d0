import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { WindowPlan } from '../../views/plan.ts';
import { compileWindow } from '../../views/windows.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const plan = (sizeMs: number, hopMs = sizeMs, timezone: string | null = null) =>
  compileWindow({ sizeMs, hopMs, timezone });

/** Every law of a window plan that can be told at one time. */
function holds(window: WindowPlan, time: number) {
  const pane = window.paneStart(time);
  const end = window.paneEnd(pane);
  assert.ok(pane <= time && time < end, 'a time is in its pane');
  assert.equal(window.paneStart(pane), pane, 'a pane holds its own start');
  assert.equal(window.paneStart(end), end, 'panes leave no gap');
  assert.equal(window.paneEnd(window.paneStart(pane - 1)), pane, 'panes do not overlap');
  const windows = window.windowsOfPane(pane);
  assert.ok(windows.includes(pane), 'a window starts with each pane');
  assert.deepEqual(
    windows,
    [...windows].sort((a, b) => a - b),
    'oldest first',
  );
  for (const start of windows) {
    assert.ok(start <= time && time < window.windowEnd(start), 'the windows hold the time');
    const panes = window.panesOfWindow(start);
    assert.ok(panes.includes(pane), 'and the pane is one of theirs');
    assert.equal(panes[0], start);
    panes.forEach((one, index) => {
      assert.equal(window.paneEnd(one), panes[index + 1] ?? window.windowEnd(start));
    });
  }
  return windows.length;
}

const times = fc.oneof(
  fc.integer({ min: -(10 ** 15), max: 10 ** 15 }),
  fc.integer({ min: 0, max: 4 * 10 ** 12 }),
);

test('fixed windows: every time is in one pane and in size / hop windows', () => {
  const hops = fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.constantFrom(SECOND, 60_000, HOUR, DAY),
  );
  fc.assert(
    fc.property(hops, fc.integer({ min: 1, max: 12 }), times, (hop, panes, time) => {
      assert.equal(holds(plan(hop * panes, hop), time), panes);
    }),
  );
});

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/Sao_Paulo',
  'America/St_Johns',
  'America/Havana',
  'Asia/Kolkata',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Pacific/Kwajalein',
  'Africa/Monrovia',
];

test('calendar windows: panes tile the time of every zone', () => {
  const zone = fc.constantFrom(...zones);
  const hops = fc.constantFrom(1, 2, 7, 14);
  const near = fc.oneof(
    fc.integer({ min: -3 * 10 ** 12, max: 4 * 10 ** 12 }),
    // Around changes that move a midnight: Samoa left a day out, Newfoundland set clocks back at 00:01.
    fc.integer({ min: Date.UTC(2011, 11, 27), max: Date.UTC(2012, 0, 3) }),
    fc.integer({ min: Date.UTC(2005, 9, 28), max: Date.UTC(2005, 10, 2) }),
    fc.integer({ min: Date.UTC(2006, 9, 28, 20), max: Date.UTC(2006, 9, 30) }),
    fc.integer({ min: Date.UTC(1969, 8, 28), max: Date.UTC(1969, 9, 3) }),
  );
  fc.assert(
    fc.property(zone, hops, fc.integer({ min: 1, max: 4 }), near, (timezone, hop, panes, time) => {
      holds(plan(hop * panes * DAY, hop * DAY, timezone), time);
    }),
    { numRuns: 400 },
  );
});

test('times before 1970 are floored, not truncated', () => {
  const window = plan(10 * SECOND);
  assert.equal(window.paneStart(-1), -10_000);
  assert.equal(window.paneStart(-10_000), -10_000);
  assert.ok(Object.is(window.paneStart(5), 0));
  assert.ok(Object.is(plan(7).paneStart(-0), 0));
});

test('no floating error far from 1970', () => {
  const window = plan(60_000);
  const last = 8.64e15 - 1;
  assert.equal(window.paneStart(last), 8.64e15 - 60_000);
  assert.equal(plan(3).paneStart(9_007_199_254_740_988), 9_007_199_254_740_987);
});

/** The local day that holds a time: start and hours. */
function day(timezone: string, time: string, start: string, hours: number, days = 1) {
  const window = plan(days * DAY, days * DAY, timezone);
  const found = window.paneStart(Date.parse(time));
  assert.equal(new Date(found).toISOString(), new Date(start).toISOString(), `${timezone} ${time}`);
  assert.equal((window.windowEnd(found) - found) / HOUR, hours, `${timezone} ${time}`);
}

test('days of a zone follow its clocks', () => {
  day('Europe/Berlin', '2026-01-15T12:00:00Z', '2026-01-14T23:00:00Z', 24);
  day('Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-28T23:00:00Z', 23);
  day('Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-24T22:00:00Z', 25);
  day('America/New_York', '2026-03-08T12:00:00Z', '2026-03-08T05:00:00Z', 23);
  day('America/New_York', '2026-11-01T03:59:59.999Z', '2026-10-31T04:00:00Z', 24);
  // No midnight: the day begins at 01:00.
  day('America/Sao_Paulo', '2018-11-04T12:00:00Z', '2018-11-04T03:00:00Z', 23);
  day('Australia/Lord_Howe', '2026-10-04T00:00:00Z', '2026-10-03T13:30:00Z', 23.5);
  day('Asia/Kolkata', '2026-06-01T00:00:00Z', '2026-05-31T18:30:00Z', 24);
  // 30 December 2011 did not happen in Samoa.
  day('Pacific/Apia', '2011-12-30T09:59:59Z', '2011-12-29T10:00:00Z', 24);
  day('Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-30T10:00:00Z', 24);
  // Clocks went from 00:01 back to 23:01: the new day goes on.
  day('America/St_Johns', '2006-10-29T02:45:00Z', '2006-10-29T02:30:00Z', 25);
});

test('weeks of a zone begin on Monday', () => {
  // 2026-03-29, a Sunday with 23 hours.
  day('Europe/Berlin', '2026-03-29T21:59:59Z', '2026-03-22T23:00:00Z', 7 * 24 - 1, 7);
  day('Europe/Berlin', '2026-03-29T22:00:00Z', '2026-03-29T22:00:00Z', 7 * 24, 7);
});

test('a window that would start with a day left out is not made', () => {
  const window = plan(2 * DAY, DAY, 'Pacific/Apia');
  const pane = window.paneStart(Date.parse('2011-12-30T12:00:00Z'));
  assert.deepEqual(window.windowsOfPane(pane), [pane]);
});
