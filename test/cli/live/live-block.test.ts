import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LiveBlock } from '../../../cli/live/live-block.ts';
import { ESCAPE } from '../../../cli/terminal.ts';
import { screenLines } from './screen.ts';

function blockOn(columns: number, rows: number) {
  const stream = {
    text: 'before\n',
    columns,
    rows,
    write(text: string) {
      this.text += text;
    },
  };
  const seen = () => screenLines(stream.text, { columns: stream.columns, rows });
  return { stream, block: new LiveBlock(stream), seen };
}

test('it is drawn again in place, longer or shorter', () => {
  const { block, seen } = blockOn(20, 10);
  block.draw(['one', 'two']);
  assert.deepEqual(seen(), ['before', 'one', 'two', '']);
  block.draw(['1', '2', '3']);
  assert.deepEqual(seen(), ['before', '1', '2', '3', '']);
  block.draw(['x']);
  assert.deepEqual(seen(), ['before', 'x', '']);
  block.clear();
  assert.deepEqual(seen(), ['before', '']);
  block.clear();
  assert.deepEqual(seen(), ['before', '']);
});

test('what is printed scrolls away above it', () => {
  const { block, seen } = blockOn(20, 10);
  block.print('first\n');
  block.draw(['one', 'two']);
  block.print('an alarm\n');
  block.draw(['one!', 'two']);
  assert.deepEqual(seen(), ['before', 'first', 'an alarm', 'one!', 'two', '']);
});

test('it is cut to the terminal, so that it can be drawn over', () => {
  const { block, seen } = blockOn(8, 4);
  for (const round of ['a', 'b', 'c']) {
    block.draw([`${round} is far too long`, `${round}2`, `${round}3`, `${round}4`, `${round}5`]);
  }
  assert.deepEqual(seen(), ['before', 'c is fa…', 'c2', 'c3', '']);
});

test('a terminal that became narrower has wrapped it', () => {
  const { block, stream } = blockOn(20, 20);
  block.draw(['0123456789', 'ab']);
  stream.columns = 4;
  stream.text = '';
  block.draw(['new']);
  assert.ok(
    stream.text.startsWith(`${ESCAPE}[4F`),
    '3 rows of the first line and one of the second',
  );
});
