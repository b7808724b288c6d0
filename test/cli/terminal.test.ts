import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { cutTo, ESCAPE, terminalOf, visibleLength } from '../../cli/terminal.ts';

const tty = { isTTY: true, write: () => true };

test('what a stream can do', () => {
  const f = (isTTY: boolean, environment: object, isLive: boolean, isColoured: boolean) => {
    const terminal = terminalOf({ ...tty, isTTY }, { ...environment });
    assert.equal(terminal.isLive, isLive);
    assert.equal(terminal.styles.red('x') !== 'x', isColoured, JSON.stringify(environment));
  };
  f(true, {}, true, true);
  f(true, { TERM: 'xterm' }, true, true);
  f(true, { NO_COLOR: '1' }, true, false);
  f(true, { NO_COLOR: '' }, true, true);
  f(true, { TERM: 'dumb' }, false, false);
  f(false, {}, false, false);
});

test('lines are cut by what can be seen of them, and their colours end', () => {
  const { styles } = terminalOf(tty, {});
  const coloured = `${styles.bold('abc')} ${styles.red('defg')} end`;
  assert.equal(visibleLength(coloured), 12);
  const f = (width: number, expected: string) => {
    const cut = cutTo(coloured, width);
    assert.equal(stripVTControlCharacters(cut), expected);
    assert.equal(visibleLength(cut), expected.length);
    const sequences = cut.split(ESCAPE).slice(1);
    const ends = sequences.filter((each) => each.startsWith('[0m'));
    assert.equal(ends.length * 2, sequences.length);
  };
  f(100, 'abc defg end');
  f(12, 'abc defg end');
  f(11, 'abc defg e…');
  f(8, 'abc def…');
  f(4, 'abc…');
  f(3, 'ab…');
  f(1, '…');
});
