import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lagText, liveTable, progressLine } from '../../../cli/live/live-table.ts';
import type { Measures, UnitMeasures } from '../../../cli/live/measure.ts';
import { colourless, terminalOf, visibleLength } from '../../../cli/terminal.ts';

const unit = (given: Partial<UnitMeasures>): UnitMeasures => ({
  name: 'ap_signal',
  state: 'running',
  rowsPerSecond: 400.4,
  lagRows: 0,
  lagMs: 0,
  windows: 3,
  groups: 1234,
  memoryBytes: 300 * 1024,
  resultRows: 9876,
  checkpointAgeMs: 2400,
  trouble: null,
  ...given,
});

const measures: Measures = {
  streams: [
    { stream: 'wifi', rows: 4812, rowsPerSecond: 400.4, eventTimeMs: Date.UTC(2013, 8, 19) },
    { stream: 'other', rows: 0, rowsPerSecond: 0, eventTimeMs: null },
  ],
  units: [
    unit({ lagRows: 7 }),
    unit({
      name: 'b',
      state: 'disabled',
      lagRows: null,
      checkpointAgeMs: null,
      trouble: 'LA_X: y',
    }),
  ],
  cores: 0.384,
  rssBytes: 200 * 2 ** 20,
};

const options = { width: 120, styles: colourless, elapsedMs: 12_345, title: 'la run' };

test('a table for people', () => {
  assert.deepEqual(liveTable(measures, options), [
    'la run  12 s  CPU 38 % of a core  200 MiB',
    'stream wifi  400 rows/s  4,812 rows  event time 2013-09-19 00:00:00',
    'stream other  0 rows/s  0 rows  no event time yet',
    '',
    'VIEW       STATE     ROWS/S     LAG  WINDOWS  GROUPS   MEMORY  RESULT ROWS  CHECKPOINT',
    'ap_signal  running      400  7 rows        3   1,234  300 KiB        9,876   2.4 s ago',
    'b          disabled     400       –        3   1,234  300 KiB        9,876           –',
    'b: LA_X: y',
  ]);
});

test('colours change nothing but colours', () => {
  const { styles } = terminalOf({ isTTY: true, write: () => true }, {});
  const coloured = liveTable(measures, { ...options, styles });
  const plain = liveTable(measures, options);
  assert.deepEqual(coloured.map(visibleLength), plain.map(visibleLength));
  assert.notDeepEqual(coloured, plain);
});

test('a narrow terminal is shown less', () => {
  const lines = liveTable(measures, { ...options, width: 60 });
  assert.equal(lines[4], 'VIEW       STATE     ROWS/S     LAG  GROUPS  RESULT ROWS');
});

test('lag', () => {
  const f = (lagRows: number | null, lagMs: number | null, expected: string) =>
    assert.equal(lagText({ lagRows, lagMs }), expected);
  f(null, null, '–');
  f(0, 0, '0 rows');
  f(1, 0, '1 row');
  f(1204, 3000, '1,204 rows, 3 s');
  f(5, null, '5 rows');
});

test('a line for a log', () => {
  assert.equal(
    progressLine(measures, 12_345),
    '   12 s  wifi 4,812 rows, 400/s, at 2013-09-19 00:00:00  other 0 rows, 0/s  lag 7 rows  ' +
      '2,468 groups  19,752 result rows  CPU 38 %  200 MiB  b: LA_X: y',
  );
});
