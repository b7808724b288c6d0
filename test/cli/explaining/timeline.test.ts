import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timelineMarks, timelineText } from '../../../cli/explaining/timeline.ts';
import { compileView } from '../../../views/compile.ts';
import { streamSpec, viewSpec } from '../../views/specs.ts';

const MINUTE = 60_000;

const planOf = (sizeMs: number, delayMs: number, allowedLatenessMs: number, hopMs = sizeMs) => {
  const { watermark } = streamSpec();
  return compileView(
    viewSpec({ window: { sizeMs, hopMs, timezone: null }, allowedLatenessMs }),
    streamSpec({ watermark: { ...watermark, delayMs } }),
  );
};

test('a window as a picture', () => {
  assert.deepEqual(timelineText(planOf(10 * MINUTE, 10_000, MINUTE)), [
    '  12:30:00              12:40:00  12:40:10  12:41:10',
    '  |=====================|.........|---------|',
    '  opens                 ends      complete  forgotten',
    '',
    '  from 12:30:00  on time: it is folded',
    '  from 12:40:00  on time: rows may be 10s out of order',
    '  from 12:40:10  late: for another 1m it is folded, and the result row written again with the next updates',
    '  from 12:41:10  too late: it goes to the dead letters',
  ]);
});

test('days are named where a window spans some, ms where there are any', () => {
  const [times] = timelineText(planOf(1440 * MINUTE, 1500, 0));
  assert.equal(times, '  01-15 00:00:00              01-16 00:00:00  01-16 00:00:01.500');
});

test('marks that fall together are one', () => {
  const f = (delayMs: number, latenessMs: number, expected: readonly string[]) =>
    assert.deepEqual(
      timelineMarks(planOf(MINUTE, delayMs, latenessMs)).map(({ name }) => name),
      expected,
    );
  f(10_000, MINUTE, ['opens', 'ends', 'complete', 'forgotten']);
  f(0, MINUTE, ['opens', 'complete', 'forgotten']);
  f(10_000, 0, ['opens', 'ends', 'forgotten']);
  f(0, 0, ['opens', 'forgotten']);
});

test('of hopping windows one is shown whole', () => {
  const marks = timelineMarks(planOf(15 * MINUTE, 0, 0, 5 * MINUTE));
  assert.equal(marks[1]!.time - marks[0]!.time, 15 * MINUTE);
});
