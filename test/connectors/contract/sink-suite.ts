/**
 * What every sink must do. Cases: content (types, nulls, flags, keys of every kind, empty batches, several views),
 * versions (every pair of the 16 in either order; stale, equal and newer; both in one batch; replays in any order),
 * partial failure, abort, reopening, a schema that grew, a crash in mid-batch.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sink } from '../../../connectors/contract.ts';
import { compareVersions, resultRows } from '../../../connectors/result-rows.ts';
import type { ResultBatch, ResultRow, ResultSchema } from '../../../runtime/result-batch.ts';
import { resultBatch, type TestRow, WINDOW_MS, wifiSchema } from './result-batches.ts';

/** A sink over storage of its own, made anew for each case. */
export interface SinkUnderTest {
  /** Opens it on the same storage as before. */
  open(): Promise<Sink>;
  /** What a reader of the storage sees: of each group and window the highest version. */
  rows(schema: ResultSchema): Promise<ResultRow[]>;
  /** Leaves the storage of an idle sink as a crash in the middle of a batch would. */
  tear?(schema: ResultSchema): Promise<void>;
  /** Makes the rows of a group fail. */
  refuse?(groupKey: string): void;
  close(): Promise<void>;
}

export interface SinkCase {
  readonly name: string;
  /** Skipped where the sink under test has no such hook. */
  readonly needs?: 'tear' | 'refuse';
  run(sink: SinkUnderTest): Promise<void>;
}

const live = new AbortController().signal;

async function written(under: SinkUnderTest, ...batches: ResultBatch[]): Promise<ResultRow[]> {
  const sink = await under.open();
  await sink.prepare(wifiSchema);
  for (const batch of batches) assert.deepEqual(await sink.write(batch, live), []);
  await sink.close();
  return under.rows(wifiSchema);
}

const batch = (...rows: TestRow[]) => resultBatch(wifiSchema, rows);

const placeOf = (row: ResultRow) => `${row.window_start} ${row.group_key}`;

/** The model: the highest version of each place, the later of equal ones. */
function highest(batches: readonly ResultBatch[], schema = wifiSchema): ResultRow[] {
  const rows = new Map<string, ResultRow>();
  for (const row of batches.flatMap((each) => resultRows(each, schema))) {
    const known = rows.get(placeOf(row));
    if (known === undefined || compareVersions(row, known) >= 0) rows.set(placeOf(row), row);
  }
  return [...rows.values()];
}

function assertRows(actual: readonly ResultRow[], expected: readonly ResultRow[]): void {
  const sorted = (rows: readonly ResultRow[]) =>
    rows.map((row) => ({ ...row })).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
  assert.deepEqual(sorted(actual), sorted(expected));
}

async function expectHighest(under: SinkUnderTest, ...batches: ResultBatch[]): Promise<void> {
  assertRows(await written(under, ...batches), highest(batches));
}

const everyKey = [
  ...['null', '1', '"1"', 'true', '"true"', 'false', '"null"', '""', '" "', '-0.5', '1e+300'],
  ...['9007199254740993', '9007199254740992', '-9223372036854775808', '9223372036854775807'],
  ...['1180591620717411303424', '"ключ"', '"💡 é"', '"a,b"', '"]["', '"\\"quoted\\", \\\\"'],
  ...['"line\\nbreak"', '"\\u0000"', '"\u2028"', `"${'long'.repeat(20)}"`],
];

const content: SinkCase[] = [
  {
    name: 'holds keys, window, values, version and flags',
    run: (under) =>
      expectHighest(
        under,
        batch(
          { key: '["a",1]', rows: 3, values: [-55.25, 3, 'x', [{ value: 'p', count: 2 }]] },
          { key: '["b",1]', window: 60_000, complete: true, truncated: true, gap: true },
          { key: '["c",2]', window: -120_000, values: [0, 0, 0, []], gap: true },
          { key: '["d",2]', values: [1e300, 2 ** 53, -1.5, { a: 'é"\\', b: null }] },
          { key: '["e",2]', values: [-0.1, -7, '1', [1, 'ü', null]], truncated: true },
        ),
      ),
  },
  {
    name: 'keeps groups apart: nulls, mixed types, huge integers, Unicode, JSON syntax',
    run: (under) =>
      expectHighest(
        under,
        batch(...everyKey.flatMap((a) => [{ key: `[${a},1]` }, { key: `[null,${a}]` }])),
        batch(...everyKey.map((a) => ({ key: `[${a},1]`, rows: 2, values: [1, 2, 'new'] }))),
      ),
  },
  {
    name: 'takes views without and with one grouping column',
    run: async (under) => {
      const schemas: ResultSchema[] = [
        { view: 'all', keys: [], values: [{ name: 'cnt', type: 'integer' }] },
        { view: 'Per "site"', keys: ['site'], values: [{ name: 'cnt', type: 'integer' }] },
      ];
      const keys = [['[]'], everyKey.map((key) => `[${key}]`)];
      const sink = await under.open();
      for (const schema of schemas) await sink.prepare(schema);
      const batches = schemas.map((schema, at) =>
        resultBatch(
          schema,
          keys[at]!.map((key, row) => ({ key, values: [row] })),
        ),
      );
      for (const each of batches) await sink.write(each, live);
      await sink.close();
      for (const [at, schema] of schemas.entries()) {
        assertRows(await under.rows(schema), highest([batches[at]!], schema));
      }
    },
  },
  {
    name: 'takes an empty batch and one of many rows',
    run: (under) => {
      const rows = Array.from({ length: 10_000 }, (_, row) => ({
        key: `["ap-${row % 5000}",${row % 7}]`,
        window: row * WINDOW_MS,
        values: [row / 3, row, `${row}`, [row]],
      }));
      return expectHighest(under, batch(), batch(...rows), batch());
    },
  },
];

const allVersions = [8, 9].flatMap((generation) =>
  [1, 2].flatMap((rows) =>
    [false, true].flatMap((complete) =>
      [1, 2].map((claim) => ({ generation, rows, complete, claim })),
    ),
  ),
);

const versions: SinkCase[] = [
  {
    name: 'keeps the higher of two versions, whichever comes first, by generation, rows, complete, claim',
    run: async (under) => {
      const pairs = allVersions.flatMap((a) => allVersions.map((b) => [a, b] as const));
      const batches = [0, 1].map((side) =>
        pairs.map((pair, window) => {
          const { generation, rows, complete, claim } = pair[side === 0 ? 0 : 1];
          const row = { key: '["a",1]', window, rows, complete, values: [side, side, side] };
          return resultBatch(wifiSchema, [row], { generation, claim });
        }),
      );
      await expectHighest(under, ...batches.flat());
    },
  },
  {
    name: 'keeps the highest version of a group that comes twice in one batch',
    run: (under) =>
      expectHighest(
        under,
        batch(
          { key: '["a",1]', rows: 2, values: [2] },
          { key: '["a",1]', rows: 1, values: [1] },
          { key: '["b",1]', rows: 1, values: [1] },
          { key: '["b",1]', rows: 2, values: [2] },
        ),
      ),
  },
  {
    name: 'is not harmed by a batch written twice',
    run: async (under) => {
      const once = batch({ key: '["a",1]', values: [1] }, { key: '["b",1]', values: [2] });
      assertRows(await written(under, once, once), highest([once]));
    },
  },
  {
    name: 'ends alike for batches replayed in any order',
    run: async (under) => {
      const row = fc.record({
        key: fc.constantFrom('["a",1]', '["a","1"]', '[null,1]'),
        window: fc.constantFrom(0, WINDOW_MS),
        rows: fc.integer({ min: 1, max: 4 }),
        complete: fc.boolean(),
      });
      const one = fc.tuple(fc.array(row, { maxLength: 6 }), fc.integer({ min: 1, max: 3 }));
      const sink = await under.open();
      await sink.prepare(wifiSchema);
      const all: ResultBatch[] = [];
      let number = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(one, { maxLength: 6 }), async (specs) => {
          for (const [rows, claim] of specs) {
            number += 1;
            const valued = rows.map((each) => ({ ...each, values: [number] }));
            all.push(resultBatch(wifiSchema, valued, { claim }));
            await sink.write(all.at(-1)!, live);
          }
          assertRows(await under.rows(wifiSchema), highest(all));
        }),
        // The storage remembers the runs before, so a failing one cannot be shrunk.
        { numRuns: 30, endOnFailure: true },
      );
      await sink.close();
    },
  },
];

const faults: SinkCase[] = [
  {
    name: 'writes nothing once aborted, and goes on afterwards',
    run: async (under) => {
      const sink = await under.open();
      await sink.prepare(wifiSchema);
      const reason = new Error('enough');
      await assert.rejects(
        sink.write(batch({ key: '["a",1]' }), AbortSignal.abort(reason)),
        (error) => error === reason,
      );
      assertRows(await under.rows(wifiSchema), []);
      const next = batch({ key: '["b",1]' });
      await sink.write(next, live);
      await sink.close();
      assertRows(await under.rows(wifiSchema), highest([next]));
    },
  },
  {
    name: 'returns the rows that failed and writes the others',
    needs: 'refuse',
    run: async (under) => {
      under.refuse?.('["b",1]');
      const sink = await under.open();
      await sink.prepare(wifiSchema);
      const mixed = batch({ key: '["a",1]' }, { key: '["b",1]' }, { key: '["c",1]' });
      const failures = await sink.write(mixed, live);
      assert.deepEqual(
        failures.map(({ row }) => row),
        [1],
      );
      assert.match(failures[0]!.error.code, /^LA_/);
      await sink.close();
      const others = highest([mixed]).filter((row) => row.group_key !== '["b",1]');
      assertRows(await under.rows(wifiSchema), others);
    },
  },
  {
    name: 'keeps its rows, and their versions, when opened again',
    run: async (under) => {
      const first = batch({ key: '["a",1]', rows: 5, values: [5] }, { key: '["b",1]' });
      assertRows(await written(under, first), highest([first]));
      const stale = batch({ key: '["a",1]', rows: 4, values: [4] });
      const newer = batch({ key: '["b",1]', rows: 2, values: [2] });
      assertRows(await written(under, stale, newer), highest([first, stale, newer]));
    },
  },
  {
    name: 'takes a schema with more columns, and keeps the rows from before',
    run: async (under) => {
      const old = batch({ key: '["a",1]', values: [1, 2, 'x', [3]] }, { key: '["b",1]' });
      await written(under, old);
      const grown: ResultSchema = {
        ...wifiSchema,
        values: [{ name: 'max', type: 'number' }, ...wifiSchema.values],
      };
      const sink = await under.open();
      await sink.prepare(wifiSchema);
      await sink.prepare(grown);
      const next = resultBatch(grown, [{ key: '["b",1]', rows: 2, values: [9, 1] }]);
      await sink.write(next, live);
      await sink.close();
      const rows = await under.rows(grown);
      assertRows(
        rows.filter((row) => row.group_key === '["b",1]'),
        resultRows(next, grown),
      );
      const [before] = rows.filter((row) => row.group_key === '["a",1]');
      assertRows([{ ...before!, max: null }], [{ ...resultRows(old, wifiSchema)[0]!, max: null }]);
    },
  },
  {
    name: 'takes two generations at once, each with its own columns',
    run: async (under) => {
      const old: ResultSchema = { ...wifiSchema, generation: 8 };
      const now: ResultSchema = {
        ...wifiSchema,
        generation: 9,
        values: [...wifiSchema.values].reverse(),
      };
      const sink = await under.open();
      // A unit that starts again prepares again.
      for (const schema of [old, now, old]) await sink.prepare(schema);
      const draining = resultBatch(old, [{ key: '["a",1]', values: [1, 2, 'x', [3]] }], {
        generation: 8,
      });
      const current = resultBatch(now, [{ key: '["b",2]', values: [[6], 'y', 5, 4] }], {
        generation: 9,
      });
      for (const each of [draining, current]) await sink.write(each, live);
      await sink.close();
      assertRows(await under.rows(wifiSchema), [
        ...resultRows(draining, old),
        ...resultRows(current, now),
      ]);
    },
  },
  {
    name: 'keeps what it acknowledged through a crash in mid-batch, and goes on',
    needs: 'tear',
    run: async (under) => {
      const first = batch({ key: '["a",1]', rows: 5, values: [5] }, { key: '["b",1]' });
      await written(under, first);
      await under.tear?.(wifiSchema);
      const next = batch({ key: '["b",1]', rows: 2 }, { key: '["c",1]' });
      assertRows(await written(under, next), highest([first, next]));
    },
  },
];

export const sinkCases: readonly SinkCase[] = [...content, ...versions, ...faults];

export function testSink(name: string, make: () => Promise<SinkUnderTest>): void {
  for (const { name: what, needs, run } of sinkCases) {
    test(`sink ${name} ${what}`, async (context) => {
      const under = await make();
      try {
        const applies = needs === undefined || under[needs] !== undefined;
        if (applies) await run(under);
        else context.diagnostic(`does not apply: it has no ${needs}`);
      } finally {
        await under.close();
      }
    });
  }
}
