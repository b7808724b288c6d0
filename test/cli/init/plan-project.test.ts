/** What is read off a sample: columns, event time, timing, views. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileOf, typeOf, valueAt } from '../../../cli/init/columns.ts';
import { chooseEventTime, timeCandidates } from '../../../cli/init/event-time.ts';
import { nameFrom, UniqueNames } from '../../../cli/init/names.ts';
import { planProject } from '../../../cli/init/plan-project.ts';
import type { SampleRecord } from '../../../cli/init/sample.ts';
import { timingOf } from '../../../cli/init/timing.ts';
import type { Json } from '../../../runtime/json.ts';

const records = (...values: { readonly [key: string]: Json }[]): SampleRecord[] =>
  values.map((value) => ({ line: JSON.stringify(value), value }));

const rows = (count: number, row: (index: number) => { readonly [key: string]: Json }) =>
  records(...Array.from({ length: count }, (_, index) => row(index)));

test('the columns of nested records, by type', () => {
  const { columns, unnameable } = profileOf(
    records(
      { a: { b: 1, c: { d: 'x' } }, e: true, f: null, g: [1] },
      { a: { b: 1.5 }, e: false, f: 'y', g: [] },
      { a: 'scalar', 'x.y': 1, $z: 2, constructor: 3 },
    ),
  );
  assert.deepEqual(
    columns.map((column) => `${column.path} ${typeOf(column) ?? '-'} ${column.distinct}`),
    ['a.b number 2', 'a.c.d text 1', 'e boolean 2', 'g - 0', 'f text 1', 'a text 1'],
  );
  assert.equal(columns[0]?.fractions, 1);
  assert.deepEqual(unnameable, ['x.y', '$z', 'constructor']);
});

test('what a dot path leads to', () => {
  const record = { a: { b: 1, l: [{ b: 2 }] } };
  assert.equal(valueAt(record, 'a.b'), 1);
  assert.deepEqual(valueAt(record, 'a'), { b: 1, l: [{ b: 2 }] });
  assert.equal(valueAt(record, 'a.b.c'), undefined);
  assert.equal(valueAt(record, 'a.l.0'), undefined);
  assert.equal(valueAt(record, 'toString'), undefined);
});

test('the event time, by what a column holds, its name and its order', () => {
  const f = (sample: readonly SampleRecord[], expected: string | undefined) => {
    const choice = chooseEventTime(timeCandidates(sample, profileOf(sample).columns));
    assert.equal(choice && `${choice.chosen.path} ${choice.chosen.unit}`, expected);
  };
  const second = 1_700_000_000;
  f(
    rows(9, (i) => ({ ts: second + i })),
    'ts s',
  );
  f(
    rows(9, (i) => ({ ts: second + i + 0.5 })),
    'ts s',
  );
  f(
    rows(9, (i) => ({ time: (second + i) * 1e3 })),
    'time ms',
  );
  f(
    rows(9, (i) => ({ t: (second + i) * 1e6 })),
    't us',
  );
  f(
    rows(9, (i) => ({ '@timestamp': (second + i) * 1e9 })),
    '@timestamp ns',
  );
  f(
    rows(9, (i) => ({ when: `2026-01-01T00:00:0${i}Z` })),
    'when iso8601',
  );
  f(
    rows(9, (i) => ({ when: `2026-01-01T00:00:0${i}` })),
    undefined,
  );
  f(
    rows(9, (i) => ({ ts: i })),
    undefined,
  );
  f(
    rows(9, () => ({ ts: 9e12 })),
    undefined,
  );
  // Named like something else, but nothing better is there.
  f(
    rows(9, (i) => ({ x: second + i })),
    'x s',
  );
  f(
    rows(9, (i) => ({ x: second + ((i * 7919) % 9) })),
    undefined,
  );
  f(
    rows(9, (i) => ({ bytes: second + i, ts: second + ((i * 4) % 9) })),
    'ts s',
  );
  f(
    rows(9, (i) => ({ expires_at: second + 99, created_at: second + i })),
    'created_at s',
  );
  f(
    rows(9, (i) => ({ updatedAt: second + i, eventTime: second + i })),
    'eventTime s',
  );
  f(
    rows(9, (i) => ({ meta: { ts: second + i }, ts: second + i })),
    'ts s',
  );
  // Missing too often.
  f(
    rows(9, (i) => (i % 2 ? { ts: second, at: second } : { at: second })),
    'at s',
  );
});

test('how far out of order a sample is, and which windows suit it', () => {
  const f = (times: readonly number[], expected: Partial<ReturnType<typeof timingOf>>) => {
    const timing = timingOf(Float64Array.from(times));
    assert.deepEqual({ ...timing, ...expected }, timing);
  };
  const each = (count: number, time: (index: number) => number) =>
    Array.from({ length: count }, (_, index) => time(index));
  const second = 1000;
  const minute = 60 * second;
  f([5000, Number.NaN, 1000], { timeMin: 1000, timeMax: 5000 });
  f([0], { delayMs: 10 * second, latenessMs: minute, rateWindowMs: minute, tooLate: 0 });
  f(
    each(1000, (i) => i * 100 - (i % 2) * 25 * second),
    { delayMs: 30 * second },
  );
  f(
    each(1000, (i) => i * 1000 - (i === 900 ? 7 * minute : 0)),
    {
      delayMs: 10 * second,
      latenessMs: 10 * minute,
      tooLate: 0,
    },
  );
  // From the newest to the oldest: there is no help.
  const reversed = timingOf(Float64Array.from(each(1000, (i) => -i * 60 * minute)));
  assert.ok(reversed.tooLate > 900);
  f(
    each(1000, (i) => i * 10),
    { rateWindowMs: minute, groupWindowMs: 10 * minute },
  );
  f(
    each(5000, (i) => i * 100),
    { rateWindowMs: 10 * second, groupWindowMs: minute },
  );
  f(
    each(5000, (i) => i * minute),
    { rateWindowMs: 10 * minute, groupWindowMs: 60 * minute },
  );
});

test('names for projects', () => {
  const f = (text: string, expected: string) => assert.equal(nameFrom(text, 'other'), expected);
  f('wifi-rssi', 'wifi_rssi');
  f('Zürich (Nord)', 'Zurich_Nord');
  f('7up', '_7up');
  f('日本', 'other');
  f('x'.repeat(200), 'x'.repeat(60));
  const names = new UniqueNames(['Rows']);
  assert.deepEqual(
    ['rows', 'a', 'A', 'a'].map((name) => names.take(name)),
    ['rows_2', 'a', 'A_2', 'a_3'],
  );
});

test('views by what recurs, of what is measured', () => {
  const sample = rows(500, (i) => ({
    ts: 1_700_000_000_000 + i * 1000,
    host: `h${i % 20}`,
    request_id: `r${i}`,
    level: ['info', 'warn'][i % 2] ?? '',
    status: 200 + (i % 3),
    bytes: (i * 7919) % 4001,
    ratio: i / 7,
    message: 'm'.repeat(150),
    rows: `r${i % 4}`,
  }));
  const { views } = planProject({
    sample: { records: sample, bad: 0, more: false },
    path: 'logs/web.ndjson.gz',
    eventTime: undefined,
  });
  assert.deepEqual(
    views.map(({ name }) => name),
    ['rate', 'by_host', 'by_rows', 'by_level', 'by_status'],
  );
  const [rate, host, byRows] = views.map(({ document }) => document);
  assert.equal(rate?.stream, 'web');
  assert.deepEqual(
    JSON.parse(JSON.stringify(host?.aggregation_info)).map(
      ({ aggregation, col_name }: Record<string, string>) =>
        `${aggregation} ${col_name ?? ''}`.trim(),
    ),
    [
      'count',
      'count_distinct request_id',
      'count_distinct rows',
      'avg bytes',
      'sum bytes',
      'avg ratio',
      'percentile ratio',
    ],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(byRows?.grouping_cols))[0], {
    col_name: 'rows',
    as: 'rows_value',
  });
});
