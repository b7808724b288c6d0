import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import * as connectors from '../../connectors/registry.ts';
import { errorCatalogue } from '../../runtime/errors.ts';
import { compileView } from '../../views/compile.ts';
import { lineAndColumn } from '../../views/json-with-places.ts';
import { type LintOptions, lintProject } from '../../views/lint.ts';

const project = `{
  // Comments are fine.
  "streams": {
    "wifi": {
      "source": { "type": "file", "path": "data/*.ndjson" },
      "columns": { "rssi": "number", "ap": "text", "known": "boolean" },
      "event_time": { "col_name": "timestamp", "unit": "ms" },
      "watermark": { "delay": "30s", "idle_after": "60s" }
    }
  },
  "sinks": {
    "table": { "type": "sqlite", "path": "state/results.db" },
    "lines": { "type": "file", "path": "out/{view}.ndjson" }
  },
  "checkpoints": { "type": "file", "path": "state/checkpoints", "interval": "15s" },
  "coordination": { "type": "memory" }
}`;

const view = `{
  "view": "ap_signal",
  "stream": "wifi",
  "grouping_cols": ["ap", { "time": "10m" }],
  "derive": { "loud": "rssi > -50", "level": "loud ? 1 : 0" },
  "filter": "rssi >= -90 && building == 1",
  "aggregation_info": [
    { "aggregation": "count", "aggregated_col_name": "n" },
    { "aggregation": "percentile", "col_name": "rssi", "params": { "p": 95 }, "aggregated_col_name": "p95" },
    { "aggregation": "histogram", "col_name": "level", "params": { "bounds": [1, 2] }, "aggregated_col_name": "h" }
  ],
  "write_interval": "10s",
  "allowed_lateness": "10m",
  "sinks": ["table"]
}`;

type Files = Readonly<Record<string, string>>;
const base: Files = { 'la.json': project, 'views/ap_signal.json': view };

const lint = (files: Files, options: Partial<LintOptions> = {}) =>
  lintProject({
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
    connectors,
    ...options,
  });

const tested = new Set<string>();

/** Checks for one fault, at the place that `▸` marks in the file (which it is not part of), with that in its remedy. */
function expectFault(
  files: Files,
  code: string,
  remedy: string,
  options: Partial<LintOptions> = {},
) {
  let marked = { file: 'la.json', line: 1, column: 1 };
  const clean = Object.entries(files).map(([file, text]) => {
    const at = text.indexOf('▸');
    if (at >= 0) marked = { file, ...lineAndColumn(text, at) };
    return [file, text.replace('▸', '')];
  });
  const { faults, project: spec } = lint(Object.fromEntries(clean), options);
  assert.equal(faults.length, 1, JSON.stringify(faults, null, 1));
  const [fault] = faults;
  assert.equal(fault?.code, code, fault?.message);
  const { file, line, column } = fault ?? {};
  assert.deepEqual({ file, line, column }, marked, fault?.message);
  assert.ok(
    `${fault?.message} ${fault?.remedy}`.includes(remedy),
    `${fault?.message} ${fault?.remedy}`,
  );
  assert.ok(
    !/[{]\w+[}]/.test(`${fault?.message}${fault?.remedy}`.replaceAll('{view}', '')),
    fault?.message,
  );
  assert.equal(spec === undefined, fault?.severity === 'error');
  tested.add(code);
}

function change(text: string, from: string, to: string) {
  assert.ok(text.includes(from), `the base has ${from}`);
  return text.replace(from, () => to);
}
const p = (from: string, to: string, code: string, remedy: string) =>
  expectFault({ ...base, 'la.json': change(project, from, to) }, code, remedy);
const v = (from: string, to: string, code: string, remedy: string) =>
  expectFault({ ...base, 'views/ap_signal.json': change(view, from, to) }, code, remedy);

test('several views may write to one file sink that names them apart', () => {
  const toLines = change(view, '["table"]', '["lines"]');
  const other = change(toLines, 'ap_signal', 'other');
  const { faults } = lint({ 'la.json': project, 'views/a.json': toLines, 'views/b.json': other });
  assert.deepEqual(faults, []);
});

test('the base is fine', () => {
  const { faults, project: spec } = lint(base);
  assert.deepEqual(faults, []);
  assert.deepEqual(spec?.views[0]?.window, { sizeMs: 600_000, hopMs: 600_000, timezone: null });
});

test('files', () => {
  v('"wifi",', '"wifi"▸\n', 'LA_CONFIG_JSON', 'trailing commas');
  v('["table"]', '["table",▸]', 'LA_CONFIG_JSON', 'comma too many');
  v('"ap_signal"', '▸"ap_signal', 'LA_CONFIG_JSON', 'closing quote');
  v(
    '"view": "ap_signal",',
    '"view": "a", ▸"view": "ap_signal",',
    'LA_CONFIG_DUPLICATE_KEY',
    'Remove one',
  );
  v('"view"', '▸"__proto__": {}, "view"', 'LA_CONFIG_FORBIDDEN_KEY', 'Rename');
  v('"loud":', '▸"constructor": "rssi", "loud":', 'LA_CONFIG_FORBIDDEN_KEY', 'Rename');
  expectFault({ 'views/ap_signal.json': view }, 'LA_CONFIG_NO_PROJECT_FILE', 'la init');
  const { faults } = lint({ 'la.json': project });
  assert.deepEqual(
    faults.map(({ code, severity }) => [code, severity]),
    [['LA_CONFIG_NO_VIEWS', 'warning']],
  );
  tested.add('LA_CONFIG_NO_VIEWS');
});

test('shapes', () => {
  v('"filter":', '▸"fliter":', 'LA_CONFIG_UNKNOWN_KEY', 'Did you mean "filter"?');
  v(
    '{ "time": "10m" }',
    '{ "time": "10m", ▸"hopp": "1m" }',
    'LA_CONFIG_UNKNOWN_KEY',
    'Did you mean "hop"?',
  );
  v(
    '{ "time": "10m" }',
    '{ "time": "10m", ▸"as": "w" }',
    'LA_CONFIG_UNKNOWN_KEY',
    'time, hop, timezone',
  );
  p('"delay"', '▸"dealy"', 'LA_CONFIG_UNKNOWN_KEY', 'Did you mean "delay"?');
  p(
    '"path": "state/results.db"',
    '"path": "state/results.db", ▸"pth": ""',
    'LA_CONFIG_UNKNOWN_KEY',
    'Did you mean "path"?',
  );
  v('"sinks": ["table"]', '"sinks": ▸"table"', 'LA_CONFIG_WRONG_TYPE', 'an array');
  v('["ap",', '[▸5,', 'LA_CONFIG_WRONG_TYPE', 'text or an object');
  v('"aggregated_col_name": "n"', '"aggregated_col_name": ▸7', 'LA_CONFIG_WRONG_TYPE', 'text');
  v(
    '{ "aggregation": "count", "aggregated_col_name": "n" }',
    '▸{ "aggregation": "count" }',
    'LA_CONFIG_MISSING_KEY',
    '"aggregated_col_name"',
  );
  v('["ap", {', '["ap", ▸{ "as": "x" }, {', 'LA_CONFIG_MISSING_KEY', '"col_name"');
  v('["ap", {', '["ap", ▸{ "hop": "1m" }, {', 'LA_CONFIG_MISSING_KEY', '"time"');
  p('{ "type": "sqlite", ', '▸{ ', 'LA_CONFIG_MISSING_KEY', '"type"');
});

test('values', () => {
  p('"unit": "ms"', '"unit": ▸"iso-8601"', 'LA_CONFIG_BAD_VALUE', 'Did you mean "iso8601"?');
  p('"rssi": "number"', '"rssi": ▸"numbr"', 'LA_CONFIG_BAD_VALUE', 'Did you mean "number"?');
  v('"sinks": ["table"]', '"sinks": ▸[]', 'LA_CONFIG_OUT_OF_RANGE', 'at least 1 items');
  v('"sinks"', '"limits": { "groups": ▸0 }, "sinks"', 'LA_CONFIG_OUT_OF_RANGE', 'at least 1');
  p(
    '"data/*.ndjson"',
    '"data/*.ndjson", "loop": ▸true, "follow": true',
    'LA_CONFIG_INVALID',
    'exclude each other',
  );
  v('"ap_signal"', '▸"ap signal"', 'LA_CONFIG_BAD_NAME', 'letters, digits');
  p('"lines":', '▸"li/nes":', 'LA_CONFIG_BAD_NAME', 'letters, digits');
  v('"10s"', '▸"10 s"', 'LA_VIEW_WRITE_INTERVAL', '"final"');
  v('"10s"', '▸"1ms"', 'LA_VIEW_WRITE_INTERVAL', 'at least 100ms');
  v('"allowed_lateness": "10m"', '"allowed_lateness": ▸"10min"', 'LA_CONFIG_BAD_DURATION', '"90m"');
  v(
    '"allowed_lateness": "10m"',
    '"allowed_lateness": ▸"-1m"',
    'LA_CONFIG_NEGATIVE_DURATION',
    '"0s"',
  );
  v('"sinks"', '"limits": { "memory": ▸"1 gig" }, "sinks"', 'LA_CONFIG_BAD_SIZE', '"512MiB"');
  p('"data/*.ndjson"', '"data/*.ndjson", "start": ▸"newest"', 'LA_CONFIG_BAD_START', '"earliest"');
  v('["ap",', '[▸"a..b",', 'LA_CONFIG_BAD_COLUMN', 'dots between');
  v('["ap",', '[▸"$offst",', 'LA_CONFIG_UNKNOWN_RECORD_COLUMN', 'Did you mean "$offset"?');
  v('"view"', '"version": ▸2, "view"', 'LA_CONFIG_VERSION', 'version 1');
});

test('connectors', () => {
  p(
    '"type": "sqlite"',
    '"type": ▸"sqllite"',
    'LA_CONFIG_UNKNOWN_CONNECTOR',
    'Did you mean "sqlite"?',
  );
  p(
    '"type": "file", "path": "data',
    '"type": ▸"files", "path": "data',
    'LA_CONFIG_UNKNOWN_CONNECTOR',
    'no source of type "files"',
  );
  p('"state/results.db"', '▸"../results.db"', 'LA_CONFIG_PATH_OUTSIDE', 'absolute path');
  p(
    '"data/*.ndjson"',
    '["ok.ndjson", ▸"data/../../x"]',
    'LA_CONFIG_PATH_OUTSIDE',
    'inside the project',
  );
  const kafka = { kafka: { doc: 'x', schema: anyOptions('kafka') }, ...connectors.sources };
  const secret = (options: string) =>
    expectFault(
      {
        ...base,
        'la.json': change(
          project,
          '"type": "file", "path": "data/*.ndjson"',
          `"type": "kafka", ${options}`,
        ),
      },
      'LA_CONFIG_SECRET_LITERAL',
      '{ "env": "NAME" }',
      { connectors: { ...connectors, sources: kafka } },
    );
  secret('"sasl": { "password": ▸"hunter2" }');
  secret('"sasl": { "user": { "env": "U" }, "api_key": { "env": "K" }, "token": ▸"x" }');
  secret('"brokers": ["a:1", ▸"kafka://me:secret@host:9092"]');
  expectFault(
    { ...base, 'la.json': change(project, '"data/*.ndjson"', '▸"data/one.ndjson"') },
    'LA_CONFIG_FILE_NOT_FOUND',
    'relative to la.json',
    { fileExists: (path) => path !== 'data/one.ndjson' },
  );
  p('"idle_after": "60s"', '"idle_after": ▸"10s"', 'LA_CONFIG_IDLE_BELOW_LEASE', 'more than 10s');
});

test('names in views', () => {
  v('"stream": "wifi"', '"stream": ▸"wify"', 'LA_VIEW_UNKNOWN_STREAM', 'Did you mean "wifi"?');
  v('["table"]', '["table", ▸"tabel"]', 'LA_VIEW_UNKNOWN_SINK', 'Did you mean "table"?');
  v('["table"]', '["table", ▸"table"]', 'LA_VIEW_DUPLICATE_SINK', 'Remove one');
  expectFault(
    { ...base, 'views/other.json': change(view, '"ap_signal"', '▸"ap_signal"') },
    'LA_VIEW_DUPLICATE_NAME',
    'views/ap_signal.json',
  );
  const toLines = change(view, '["table"]', '["lines"]');
  expectFault(
    {
      'la.json': change(project, '"out/{view}.ndjson"', '▸"out/all.ndjson"'),
      'views/a.json': toLines,
      'views/b.json': change(toLines, 'ap_signal', 'b'),
    },
    'LA_VIEW_SHARED_FILE',
    'Put {view} into the path',
  );
  v(
    '"aggregated_col_name": "p95"',
    '"aggregated_col_name": ▸"n"',
    'LA_VIEW_DUPLICATE_OUTPUT',
    '"as"',
  );
  const grouped = change(change(view, '"ap"', '"n"'), '_name": "n"', '_name": ▸"n"');
  expectFault({ ...base, 'views/ap_signal.json': grouped }, 'LA_VIEW_DUPLICATE_OUTPUT', '"n"');
  v(
    '"aggregated_col_name": "n"',
    '"aggregated_col_name": ▸"rows"',
    'LA_VIEW_RESERVED_OUTPUT',
    'Rename',
  );
  v('["ap",', '[▸"gap",', 'LA_VIEW_RESERVED_OUTPUT', '"as"');
  v('["ap",', '[{ "col_name": "ap", "as": ▸"claim" },', 'LA_VIEW_RESERVED_OUTPUT', 'claim');
});

test('windows', () => {
  v(
    '"grouping_cols": ["ap", { "time": "10m" }]',
    '"grouping_cols": ▸["ap"]',
    'LA_VIEW_NO_INTERVAL',
    '{ "time": "10m" }',
  );
  v(
    '{ "time": "10m" }]',
    '{ "time": "10m" }, ▸{ "time": "1h" }]',
    'LA_VIEW_TWO_INTERVALS',
    'second view',
  );
  v('"time": "10m"', '"time": ▸"0s"', 'LA_VIEW_INTERVAL_ZERO', 'positive');
  v('"time": "10m"', '"time": "10m", "hop": ▸"0s"', 'LA_VIEW_INTERVAL_ZERO', 'positive');
  v('"time": "10m"', '"time": "10m", "hop": ▸"4m"', 'LA_VIEW_HOP_NOT_DIVIDING', 'such as "200s"');
  v('"time": "10m"', '"time": "7ms", "hop": ▸"14ms"', 'LA_VIEW_HOP_NOT_DIVIDING', 'such as "7ms"');
  v('"time": "10m"', '"time": "1d", "hop": ▸"1s"', 'LA_VIEW_TOO_MANY_HOPS', '86400 windows');
  v(
    '"time": "10m"',
    '"time": "12h", "timezone": ▸"Europe/Berlin"',
    'LA_VIEW_TIMEZONE_NOT_DAYS',
    '"12h"',
  );
  v(
    '"time": "10m"',
    '"time": "1d", "hop": "1h", "timezone": ▸"Europe/Berlin"',
    'LA_VIEW_TIMEZONE_NOT_DAYS',
    '"1h"',
  );
  v(
    '"time": "10m"',
    '"time": "1d", "timezone": ▸"Europe/Berln"',
    'LA_VIEW_UNKNOWN_TIMEZONE',
    'Did you mean "Europe/Berlin"?',
  );
  v('"time": "10m"', '"time": "1d", "timezone": ▸"+01:00"', 'LA_VIEW_UNKNOWN_TIMEZONE', 'IANA');
});

test('aggregations', () => {
  const entry = '{ "aggregation": "count", "aggregated_col_name": "n" }';
  const first = (to: string, code: string, remedy: string) => v(entry, `${to}`, code, remedy);
  const none = view.replace(/("aggregation_info": )\[[\s\S]*\],\n {2}"write/, '$1▸[],\n  "write');
  expectFault({ ...base, 'views/ap_signal.json': none }, 'LA_VIEW_NO_AGGREGATION', '"count"');
  first(
    '{ "aggregation": ▸"cuont", "aggregated_col_name": "n" }',
    'LA_VIEW_UNKNOWN_AGGREGATION',
    'Did you mean "count"?',
  );
  first(
    '{ "aggregation": ▸"toString", "aggregated_col_name": "n" }',
    'LA_VIEW_UNKNOWN_AGGREGATION',
    'la aggregations',
  );
  first(
    '▸{ "aggregation": "sum", "aggregated_col_name": "n" }',
    'LA_VIEW_COLUMN_MISSING',
    '"col_name"',
  );
  first(
    '{ "aggregation": "count", ▸"col_name": "ap", "aggregated_col_name": "n" }',
    'LA_VIEW_COLUMN_NEEDLESS',
    'count_values',
  );
  first(
    '{ "aggregation": "avg", "col_name": ▸"ap", "aggregated_col_name": "n" }',
    'LA_VIEW_INPUT_TYPE',
    'takes numbers, but "ap" is text',
  );
  first(
    '{ "aggregation": "avg", "col_name": ▸"loud", "aggregated_col_name": "n" }',
    'LA_VIEW_INPUT_TYPE',
    'boolean',
  );
  first(
    '{ "aggregation": "arg_max", "col_name": "ap", "params": { "by": ▸"known" }, "aggregated_col_name": "n" }',
    'LA_VIEW_INPUT_TYPE',
    'known',
  );
  first(
    '{ "aggregation": "count_if", "params": { "condition": "rssi > ▸ap" }, "aggregated_col_name": "n" }',
    'LA_EXPRESSION_TYPE',
    'text',
  );
  first(
    '{ "aggregation": "count", "filter": "rssi >▸", "aggregated_col_name": "n" }',
    'LA_EXPRESSION_SYNTAX',
    'too early',
  );
  v('"params": { "p": 95 }, ', '"params": ▸{}, ', 'LA_VIEW_PARAMETER_MISSING', '"p"');
  v('"p": 95', '"p": 95, ▸"q": 1', 'LA_VIEW_PARAMETER_UNKNOWN', 'Parameters of percentile: p');
  v('"p": 95', '"p": ▸"95"', 'LA_VIEW_PARAMETER_TYPE', 'a number');
  v('"p": 95', '"p": ▸101', 'LA_VIEW_PARAMETER_RANGE', 'from 0 to 100');
  v('[1, 2]', '[1, ▸1]', 'LA_VIEW_BOUNDS_NOT_ASCENDING', 'smallest to the largest');
  v('[1, 2]', '▸[]', 'LA_VIEW_TOO_MANY_ITEMS', 'from 1 to');
});

test('expressions', () => {
  const filter = (to: string, code: string, remedy: string) =>
    v('"rssi >= -90 && building == 1"', `"${to}"`, code, remedy);
  filter('rssi ▸= 5', 'LA_EXPRESSION_SYNTAX', '==');
  filter('ap == \\"a\\" && ap > ▸5', 'LA_EXPRESSION_TYPE', 'never converted');
  filter('ap == \\"\\u0061\\" ▸and known', 'LA_EXPRESSION_SYNTAX', '&&');
  v('"rssi >= -90 && building == 1"', '▸"rssi + 1"', 'LA_EXPRESSION_NOT_A_CONDITION', 'comparison');
  filter('rssi == ▸null', 'LA_EXPRESSION_NULL', 'has(x)');
  filter('▸lower(ap) == \\"a\\"', 'LA_EXPRESSION_UNKNOWN_FUNCTION', 'lowerAscii');
  filter('▸size(ap, ap) > 1', 'LA_EXPRESSION_ARGUMENTS', 'size');
  filter(`${'('.repeat(20)}▸known${')'.repeat(20)}`, 'LA_EXPRESSION_TOO_DEEP', 'Flatten');
  v(
    '"rssi >= -90 && building == 1"',
    `▸"${'known && '.repeat(120)}known"`,
    'LA_EXPRESSION_TOO_LARGE',
    'derived columns',
  );
  v('"loud ? 1 : 0"', '"loud ? ▸a1 : b1"', 'LA_EXPRESSION_AMBIGUOUS', 'Declare');
});

test('derived columns', () => {
  v(
    '"loud": "rssi > -50"',
    '▸"rssi": "1", "loud": "rssi > -50"',
    'LA_VIEW_DERIVED_SHADOWS',
    'name of its own',
  );
  v(
    '"loud": "rssi > -50"',
    '▸"x": "x + 1", "loud": "rssi > -50"',
    'LA_VIEW_DERIVED_SHADOWS',
    'name of its own',
  );
  v(
    '"loud": "rssi > -50"',
    '"a": "1 + ▸b", "b": "2", "loud": "rssi > -50"',
    'LA_VIEW_DERIVED_ORDER',
    'Move it up',
  );
  v('rssi >= -90', 'has(▸knwon)', 'LA_VIEW_COLUMN_TYPO', 'Did you mean "known"?');
  v('["ap",', '["ap", ▸"rsssi",', 'LA_VIEW_COLUMN_TYPO', 'Did you mean "rssi"?');
});

test('all faults are reported at once, in order', () => {
  const broken = change(
    change(change(view, '"filter"', '"fliter"'), '"p": 95', '"p": 200'),
    '["table"]',
    '["tabel"]',
  );
  const { faults } = lint({
    'la.json': change(project, '"30s"', '"30"'),
    'views/ap_signal.json': broken,
  });
  assert.deepEqual(
    faults.map(({ file, line, code }) => [file, line, code]),
    [
      ['la.json', 8, 'LA_CONFIG_BAD_DURATION'],
      ['views/ap_signal.json', 6, 'LA_CONFIG_UNKNOWN_KEY'],
      ['views/ap_signal.json', 9, 'LA_VIEW_PARAMETER_RANGE'],
      ['views/ap_signal.json', 14, 'LA_VIEW_UNKNOWN_SINK'],
    ],
  );
});

test('every code of the views is one that a test provokes', () => {
  // Views that fail while they run have codes too, but no configuration is wrong then.
  const codes = [...errorCatalogue()]
    .filter(([code, { exit }]) => exit === 2 && /^LA_(CONFIG|VIEW|EXPRESSION)_/.test(code))
    .map(([code]) => code);
  assert.deepEqual(
    codes.filter((code) => !tested.has(code)),
    [],
  );
  assert.ok(codes.length >= 30);
});

test('whatever the files, linting reports and never throws; what it accepts compiles', () => {
  const junk = fc.oneof(
    fc.constantFrom(
      '""',
      '0',
      '-1',
      'null',
      'true',
      '[]',
      '{}',
      '"x"',
      '"10m"',
      '[1]',
      '{"time":"1d"}',
      '{"type":"file"}',
      '"__proto__"',
      '["a",{"a":1}]',
    ),
    fc.json({ maxDepth: 2 }),
  );
  const spot = /"[^"\n]*"|\d+|true|\[[^[\]]*\]|\{[^{}]*\}/g;
  const mutated = (text: string) =>
    fc.tuple(fc.nat(1000), junk).map(([at, value]) => {
      const spots = [...text.matchAll(spot)];
      const chosen = spots[at % spots.length]!;
      return text.slice(0, chosen.index) + value + text.slice(chosen.index + chosen[0].length);
    });
  fc.assert(
    fc.property(mutated(project), mutated(view), fc.boolean(), (one, two, both) => {
      const { faults, project: spec } = lint({
        'la.json': both ? one : project,
        'views/v.json': two,
      });
      for (const fault of faults)
        assert.ok(fault.line >= 1 && fault.column >= 1 && fault.remedy !== '');
      for (const accepted of spec?.views ?? []) {
        compileView(accepted, spec!.streams[accepted.stream]!);
      }
      assert.equal(
        spec === undefined,
        faults.some(({ severity }) => severity === 'error'),
      );
    }),
    { numRuns: 200 },
  );
});

/** A connector that takes any options, as one that is registered elsewhere might. */
function anyOptions(type: string) {
  return z.looseObject({ type: z.literal(type) });
}
