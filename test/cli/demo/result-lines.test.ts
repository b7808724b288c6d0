import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resultLines, windowText } from '../../../cli/demo/result-lines.ts';
import { colourless } from '../../../cli/terminal.ts';

const at = (hour: number, minute: number, day = 19) => Date.UTC(2013, 8, day, hour, minute);
const version = { generation: 8, rows: 3, complete: 1, claim: 2, truncated: 0, gap: 0 };
const window = { window_start: at(8, 10), window_end: at(8, 20), group_key: '["x"]' };

test('rows without what is for machines', () => {
  const rows = [
    { ap: 'WAP1', ...window, avg: -71.23, n: 12, missing: null, ...version },
    { ap: '[no list', ...window, top: '[{"value":"a","count":3},{"value":7,"count":1}]' },
    { ap: '', ...window, top: '[]', bins: '[1,2]' },
  ];
  const views = [
    { view: 'signal', rows },
    { view: 'v', rows: [] },
  ];
  assert.deepEqual(resultLines(views, colourless), [
    'signal  2013-09-19 08:10–08:20  ap WAP1  avg -71.2  n 12  missing –',
    '        2013-09-19 08:10–08:20  ap [no list  top a ×3, 7 ×1',
    '        2013-09-19 08:10–08:20  ap   top   bins [1,2]',
  ]);
});

test('windows', () => {
  const f = (start: unknown, end: unknown, expected: string) =>
    assert.equal(windowText({ window_start: start, window_end: end }), expected);
  f(at(8, 10), at(8, 20), '2013-09-19 08:10–08:20');
  f(at(23, 50), at(0, 0, 20), '2013-09-19 23:50–2013-09-20 00:00');
  f(null, undefined, '–');
});
