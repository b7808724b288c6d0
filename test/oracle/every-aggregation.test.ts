/** Every aggregation on every column that suits it, over rows with everything that values can be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom } from '../../runtime/random.ts';
import { makeProject } from '../engine/project.ts';
import { checkProject } from './check-project.ts';
import { everyAggregation } from './every-aggregation.ts';

const ROWS = 2500;
const SPAN_MS = 60_000;
const START_MS = -20_000;

const keys = [
  ...['"a"', '"b"', '1', '1.0', '"1"', '1e0', '-0', '0', 'null', 'true', '"true"', '2.5', '""'],
  ...['"é\\n\\"\\u0001"', '"\\u00e9\\n\\"\\u0001"', '"日本"', '"\\ud83d\\ude00"', '"😀"'],
  ...['9007199254740993', '-9223372036854775808', '1e21', '1e-7', '123456789012345680000'],
];
const texts = ['"x"', '""', '"ü"', '"\\u00fc"', '"😀"', '"z\\\\"', '"2"', '"a b"', '"\\uffff"'];
const from = (random: Random, values: readonly string[]) => values[random.integer(values.length)]!;

/** JSON of one value of each column, or undefined where the key is left out. */
const columns: Readonly<Record<string, (random: Random) => string | undefined>> = {
  k: (random) => (random.integer(20) === 0 ? undefined : from(random, keys)),
  whole: (random) => String(random.integer(2_000_001) - 1_000_000),
  fraction: (random) => String((random.next() - 0.5) * 10 ** random.integer(8)),
  huge: (random) => String((random.next() - 0.3) * 10 ** (random.integer(40) + 260)),
  negative: (random) => String(-random.integer(400) / 4),
  text: (random) => from(random, texts),
  mixed: (random) => (random.integer(2) === 0 ? from(random, texts) : String(random.integer(30))),
  weight: (random) => from(random, ['0', '1', '2.5', '1e3', '0.125']),
  sparse: (random) => (random.integer(500) === 0 ? String(random.next()) : undefined),
};
const misfits = ['[]', '{"a":1}', 'true', '"text"'];

function value(random: Random, name: string): string | undefined {
  if (name !== 'k' && random.integer(400) === 0) return from(random, misfits);
  if (name === 'k' && random.integer(200) === 0) return from(random, ['[1]', '{}']);
  const kind = random.integer(12);
  if (kind === 0) return 'null';
  return kind === 1 ? undefined : columns[name]!(random);
}

function line(random: Random, row: number): string {
  const time = START_MS + random.integer(SPAN_MS);
  const members = Object.keys(columns).flatMap((name) => {
    const text = value(random, name);
    return text === undefined ? [] : [`"${name}":${text}`];
  });
  const nested = `"in":{"whole":${random.integer(100)},"deep":{"x":${random.integer(9)}}}`;
  const fields = [`"t":${time}`, `"row":"r${row}"`, nested, ...members];
  return `{${fields.sort(() => random.next() - 0.5).join(',')}}`;
}

const numbers = ['whole', 'fraction', 'huge', 'negative', 'sparse', 'in.whole', 'in.deep.x'];
const values = ['text', 'mixed', 'text.none'];
const condition = 'whole > 0';
/** Squares of huge numbers are none. */
const squares = /^(sum_sq|var|stddev|avg_weighted).*_huge_/;
const entries = everyAggregation({ numbers, values, other: 'weight', condition }).filter(
  ({ aggregated_col_name }) => !squares.test(aggregated_col_name),
);

/** Few entries a view: one wrong value makes a row invalid for the whole view. */
const views = Object.fromEntries(
  [...numbers, ...values, undefined].flatMap((column) => {
    const of = entries.filter(
      (entry) => ('col_name' in entry ? entry.col_name : undefined) === column,
    );
    const filtered = of.map((entry) => ({ ...entry, filter: condition }));
    const name = (column ?? 'rows').replaceAll('.', '_');
    const view = (suffix: string, grouping_cols: unknown[], aggregation_info: unknown[]) => [
      `views/${name}_${suffix}.json`,
      {
        ...{ view: `${name}_${suffix}`, stream: 'made', grouping_cols, aggregation_info },
        ...{ write_interval: 'final', sinks: ['results'] },
      },
    ];
    return [
      view('by_key', ['k', { time: '10s' }], of),
      view('hopping', ['k', 'negative', { time: '10s', hop: '5s' }], filtered),
      view('alone', ['row', { time: '1h' }], of),
    ];
  }),
);

test('every aggregation gives what DuckDB gives', async (t) => {
  const seed = Number(process.env['LA_SEED'] ?? 1);
  t.diagnostic(`LA_SEED=${seed}`);
  const random = seededRandom(seed);
  const lines = Array.from({ length: ROWS }, (_, row) => line(random, row));
  const dir = await makeProject({
    'la.json': {
      streams: {
        made: {
          source: { type: 'file', path: 'rows.ndjson', start: 'earliest' },
          columns: { whole: 'number', text: 'text' },
          event_time: { col_name: 't', unit: 'ms' },
          watermark: { delay: '1h' },
        },
      },
      sinks: { results: { type: 'file', path: 'out/{view}.ndjson', mode: 'final' } },
    },
    'rows.ndjson': `${lines.join('\n')}\n`,
    ...views,
  });
  const rows = await checkProject(dir, { [condition]: condition });
  assert.ok(Object.values(rows).every((count) => count >= 100));
});
