import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DecoderBatch } from '../../kernels/decoder-batch.ts';
import type { EventTimeUnit } from '../../kernels/event-time.ts';
import type { ColumnKind, ColumnSpec } from '../../runtime/chunk.ts';
import { EntryType } from '../../runtime/dictionary.ts';
import { hash64, hashed } from '../../runtime/hash.ts';
import { batchOf, type DecodedRow, type DecodingOptions, decodeAll, decoding } from './decoding.ts';

const NAN = Number.NaN;

/** Decodes one record alone, and once more in the fast lane, behind records of its shape. */
function rowOf(record: string | Uint8Array, options: DecodingOptions): DecodedRow {
  const alone = decodeAll(options, [batchOf([record])]).rows[0]!;
  const shaped = batchOf([record, record, record], { gap: '\n', padding: 16 });
  for (const row of decodeAll(options, [shaped]).rows) {
    assert.deepEqual({ ...row, offset: 0 }, alone, 'the same wherever it lies');
  }
  return alone;
}

const allKinds: readonly ColumnKind[] = ['f64', 'dict32', 'hash64', 'value'];

function hashText(type: keyof typeof EntryType, text: string): string {
  const bytes = Buffer.from(text);
  hash64(EntryType[type], bytes, 0, bytes.length);
  return `#${hashed.low >>> 0} ${hashed.high >>> 0}`;
}

test('each kind of column takes each type of value', () => {
  const f = (value: string, f64: string, dict32: string, hash: string, mixed: string) => {
    const columns = allKinds.map((kind) => ({ path: 'x', kind }));
    const row = rowOf(`{"ts":1,"x":${value}}`, { columns });
    assert.deepEqual(row.values, [f64, dict32, hash, mixed], value);
  };
  const text = (source: string, decoded: string) =>
    f(source, 'TEXT', `TEXT ${decoded}`, hashText('TEXT', decoded), `TEXT ${decoded}`);
  const number = (source: string, nearest: string, canonical: string) =>
    f(source, nearest, `NUMBER ${canonical}`, hashText('NUMBER', canonical), nearest);
  const nothing = (source: string) => f(source, 'NULL', 'NULL', 'NULL', 'NULL');
  const invalid = (source: string) => f(source, 'INVALID', 'INVALID', 'INVALID', 'INVALID');
  text('""', '');
  text('"a"', 'a');
  text('"1"', '1');
  text('"abcdefghijklmnopqrstuvwxyz"', 'abcdefghijklmnopqrstuvwxyz');
  text('"Zürich 東京 😀"', 'Zürich 東京 😀');
  text('"\\u0041\\n\\t\\b\\f\\r\\/\\\\\\""', 'A\n\t\b\f\r/\\"');
  text('"\\ud83d\\ude00"', '😀');
  text('"\\ud83d"', '�');
  text('"\\ude00\\ud83d!"', '��!');
  text('"\\ud83d\\ud83d\\ude00"', '�😀');
  text('"\\ud83d\\u0041"', '�A');
  text('"\\ude00\\udc00"', '��');
  text('"\\u0000\\u007f\\u0080\\u07ff\\u0800\\uffff"', '\0\u007f\u0080\u07ff\u0800\uffff');
  number('1', '1', '1');
  number('1.0', '1', '1');
  number('1e0', '1', '1');
  number('-0', '0', '0');
  number('-0.0', '0', '0');
  number('-12', '-12', '-12');
  number('123456789012345', '123456789012345', '123456789012345');
  number('1234567890123456', '1234567890123456', '1234567890123456');
  number('9007199254740993', '9007199254740992', '9007199254740993');
  number('9007199254740993.0', '9007199254740992', '9007199254740993');
  number('-61.5', '-61.5', '-61.5');
  number('0.1', '0.1', '0.1');
  number('1e-7', '1e-7', '1e-7');
  number('0.000000000000000001', '1e-18', '1e-18');
  nothing('null');
  invalid('1e400');
  invalid('-1e400');
  invalid('{}');
  invalid('[]');
  invalid('{"x":[1,{"x":2}]}');
  f('true', 'TRUE', 'BOOLEAN true', 'TRUE', 'TRUE');
  f('false', 'FALSE', 'BOOLEAN false', 'FALSE', 'FALSE');
});

test('paths', () => {
  const f = (record: string, path: string, expected: string) => {
    const row = rowOf(record, { columns: [{ path, kind: 'dict32' }] });
    assert.deepEqual([row.status, row.values[0]], ['ok', expected], `${path} of ${record}`);
  };
  f('{"ts":1}', 'x', 'NULL');
  f('{"ts":1,"a":{"b":{"c":7}}}', 'a.b.c', 'NUMBER 7');
  f('{"ts":1,"a":{"b":{"c":7}}}', 'a.b', 'INVALID');
  f('{"ts":1,"a":{"b":3}}', 'a.b.c', 'NULL');
  f('{"ts":1,"a":"text"}', 'a.b', 'NULL');
  f('{"ts":1,"a":[{"b":1}]}', 'a.b', 'NULL');
  f('{"ts":1,"a":null}', 'a.b', 'NULL');
  f('{"ts":1,"a.b":1}', 'a.b', 'NULL');
  f('{"ts":1,"":{"":2}}', '.', 'NUMBER 2');
  f('{"ts":1,"é":2}', 'é', 'NUMBER 2');
  f('{"ts":1,"\\u00e9":2}', 'é', 'NUMBER 2');
  f('{"ts":1,"a":1,"a":2}', 'a', 'NUMBER 2');
  f('{"ts":1,"a":1,"\\u0061":"two"}', 'a', 'TEXT two');
  f('{"ts":1,"a":1,"a":null}', 'a', 'NULL');
  f('{"ts":1,"a":{"b":1,"b":2}}', 'a.b', 'NUMBER 2');
  f('{"ts":1,"a":{"b":1},"a":{"c":2}}', 'a.b', 'NULL');
  f('{"ts":1,"a":{"b":1},"a":5}', 'a.b', 'NULL');
  f('{"ts":1,"a":5,"a":{"b":1}}', 'a.b', 'NUMBER 1');
  f('{"ts":1,"a":{"b":{"c":1}},"a":{"b":2}}', 'a.b.c', 'NULL');
  f('{"ts":1,"__proto__":5}', '__proto__', 'NUMBER 5');
  f('{"ts":1,"__proto__":{"x":5}}', 'x', 'NULL');
  f('{"ts":1}', 'constructor', 'NULL');
  f('{"ts":1,"toString":"x"}', 'toString', 'TEXT x');
  f('{"ts":1,"$other":5}', '$other', 'NUMBER 5');
  for (let length = 1; length < 140; length++) {
    const long = 'k'.repeat(length);
    f(`{"ts":1,"${long}":1,"z":2}`, long, 'NUMBER 1');
    f(`{"ts":1,"${long}":1,"z":2}`, 'z', 'NUMBER 2');
  }
});

test('what follows a record is no part of it', () => {
  const f = (record: string, gap: string, status: string) => {
    // With bytes after the last record and without: there it is read from a copy.
    for (const padding of [0, 40]) {
      const batch = batchOf([record, record], { gap, padding });
      const { rows } = decodeAll({ columns: [{ path: 'x', kind: 'value' }] }, [batch]);
      const statuses = rows.map((row) => row.status);
      assert.deepEqual(statuses, [status, status], `${record} before ${gap}`);
    }
  };
  f('{"ts":1,"x":2}', '3', 'ok');
  f('{"ts":1,"x":"a"}', '"', 'ok');
  for (const gap of ['1', '{}', '[]', '"a"', 'null', ' {"ts":1}']) f('', gap, 'malformed');
  f('{"ts":1', '}', 'malformed');
  f('{"ts":1,"x":', '2}', 'malformed');
  f('{"ts":1,"x":"a', '"}', 'malformed');
  f('{"ts":1,"x":1', '2}', 'malformed');
  f('{"ts":1,"x":tru', 'e}', 'malformed');
  f('{"ts":1,"x":[1', `${',null'.repeat(20)}]}`, 'malformed');
  f('{"ts":1,"x":[1', `${',null'.repeat(20)},n`, 'malformed');
  f('{"ts":1,"x":[[', '1]]}', 'malformed');
  for (const gap of ['2', '.5', 'e5', 'E', '.', '-']) {
    for (const number of ['1', '0', '-3', '1.5', '2e4']) f(number, gap, 'not_an_object');
  }
  for (const number of ['-', '1.', '1e', '1e+']) f(number, '5', 'malformed');
});

test('more keys than are remembered', () => {
  const columns: ColumnSpec[] = [{ path: 'x', kind: 'f64' }];
  const records = Array.from({ length: 2000 }, (_, i) => `{"ts":1,"key ${i}":${i},"x":${i}}`);
  const { rows } = decodeAll({ columns }, [batchOf(records)]);
  for (const [i, row] of rows.entries()) assert.deepEqual(row.values, [String(i)]);
});

test('a path and one that goes on from it', () => {
  const columns: ColumnSpec[] = [
    { path: 'a', kind: 'value' },
    { path: 'a.b', kind: 'value' },
  ];
  const f = (value: string, ...expected: string[]) =>
    assert.deepEqual(rowOf(`{"ts":1,"a":${value}}`, { columns }).values, expected, value);
  f('{"b":1}', 'INVALID', '1');
  f('{}', 'INVALID', 'NULL');
  f('7', '7', 'NULL');
  f('"x"', 'TEXT x', 'NULL');
});

const nested = (depth: number) => `{"ts":1,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`;
const nestedObjects = (depth: number) =>
  `{"ts":1,"x":${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}}`;

test('which records are valid, whatever columns are wanted', () => {
  const f = (record: string | Uint8Array, status: string) => {
    for (const path of ['none', 'x', 'x.x', 'x.x.x.x']) {
      const options = { columns: [{ path, kind: 'value' as const }], maxRecordBytes: 5000 };
      const row = rowOf(record, options);
      assert.equal(row.status, status, `${path} of ${Buffer.from(record)}`);
      if (status === 'ok') continue;
      assert.deepEqual([row.time, ...row.values], [NAN, 'NULL']);
    }
  };
  f('{"ts":1}', 'ok');
  f(' \t\r\n{ \t\r\n"ts" \t\r\n: \t\r\n1 \t\r\n} \t\r\n', 'ok');
  f('{"ts":1}\r', 'ok');
  f('{"ts":1,"x":[1,"a",null,true,false,{"x":[]},[[]]]}', 'ok');
  f(nested(511), 'ok');
  f(nested(512), 'malformed');
  f(nestedObjects(511), 'ok');
  f(nestedObjects(512), 'malformed');
  f(`{"ts":1,"x":${'['.repeat(4000)}`, 'malformed');
  f('', 'malformed');
  f(' ', 'malformed');
  f('nope', 'malformed');
  f('{"ts":1', 'malformed');
  f('{"ts":1}}', 'malformed');
  f('{"ts":1} {"ts":1}', 'malformed');
  f('{"ts":1,}', 'malformed');
  f('{,"ts":1}', 'malformed');
  f('{"ts":1 "x":2}', 'malformed');
  f('{"ts":1,"x":}', 'malformed');
  f('{"ts":1,"x"}', 'malformed');
  f('{ts:1}', 'malformed');
  f("{'ts':1}", 'malformed');
  for (const bad of [
    '01',
    '-',
    '+1',
    '.5',
    '1.',
    '1e',
    '1e+',
    '0x1',
    '1_0',
    'NaN',
    '-Infinity',
    '--1',
    '-01',
    '00',
    '1a',
  ]) {
    f(`{"ts":1,"x":${bad}}`, 'malformed');
  }
  for (const bad of ['nul', 'nulll', 'True', 'truE', 'fals', 'falsey', 'undefined']) {
    f(`{"ts":1,"x":${bad}}`, 'malformed');
  }
  for (const bad of [
    '"a',
    '"\\x"',
    '"\\u12g4"',
    '"\\u12"',
    '"\\"',
    '"\n"',
    '"\t"',
    '"abcdefg\u0001"',
    '"\\',
  ]) {
    f(`{"ts":1,"x":${bad}}`, 'malformed');
  }
  for (const bad of [
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1',
    '[1}',
    '{"a":1]',
    '{"a"}',
    '{"a":1,}',
    '{1:2}',
    '[',
  ]) {
    f(`{"ts":1,"x":${bad}}`, 'malformed');
  }
  f('\ufeff{"ts":1}', 'malformed');
  f('\u00a0{"ts":1}', 'malformed');
  for (const other of ['[]', '[{"ts":1}]', '"{}"', '1', '-1.5e3', 'null', 'true', ' false ']) {
    f(other, 'not_an_object');
  }
  const withBytes = (...bytes: number[]) =>
    Buffer.concat([Buffer.from('{"ts":1,"x":"'), Buffer.from(bytes), Buffer.from('"}')]);
  f(withBytes(0xc3, 0xa9), 'ok');
  f(withBytes(0xf4, 0x8f, 0xbf, 0xbf), 'ok');
  f(withBytes(0xed, 0x9f, 0xbf), 'ok');
  f(withBytes(0xc3), 'invalid_utf8');
  f(withBytes(0x80), 'invalid_utf8');
  f(withBytes(0xc0, 0x80), 'invalid_utf8');
  f(withBytes(0xe0, 0x80, 0x80), 'invalid_utf8');
  f(withBytes(0xed, 0xa0, 0x80), 'invalid_utf8');
  f(withBytes(0xf0, 0x80, 0x80, 0x80), 'invalid_utf8');
  f(withBytes(0xf4, 0x90, 0x80, 0x80), 'invalid_utf8');
  f(withBytes(0xff), 'invalid_utf8');
  f(Buffer.from([0xff]), 'invalid_utf8');
  f(`{"ts":1,"x":"${'y'.repeat(5000 - 15)}"}`, 'ok');
  f(`{"ts":1,"x":"${'y'.repeat(5001 - 15)}"}`, 'too_large');
  f('z'.repeat(5001), 'too_large');
});

test('event time', () => {
  const f = (unit: EventTimeUnit, value: string, status: string, time = NAN) => {
    const eventTime = { path: 'at.time', unit };
    const row = rowOf(`{"at":{"time":${value}}}`, { columns: [], eventTime });
    assert.deepEqual([row.status, row.time], [status, time], `${value} ${unit}`);
  };
  f('ms', '1767225600000', 'ok', 1767225600000);
  f('ms', '-1.5', 'ok', -2);
  f('ms', '1.5e3', 'ok', 1500);
  f('ms', '-0', 'ok', 0);
  f('s', '1700000000.123', 'ok', 1700000000123);
  f('us', '1700000000123999', 'ok', 1700000000123);
  f('ns', '1700000000123999999', 'ok', 1700000000123);
  f('iso8601', '"2026-01-01T00:00:00Z"', 'ok', 1767225600000);
  f('iso8601', '"2026-01-01T00:00:00\\u005a"', 'ok', 1767225600000);
  f('iso8601', '"2026-01-01T00:00:00"', 'time_unreadable');
  f('iso8601', '1767225600000', 'time_unreadable');
  f('ms', '"1767225600000"', 'time_unreadable');
  f('ms', '"\\u0031"', 'time_unreadable');
  f('ms', 'true', 'time_unreadable');
  f('ms', '{}', 'time_unreadable');
  f('ms', '[]', 'time_unreadable');
  f('ms', '1e400', 'time_unreadable');
  f('ms', '9007199254740992', 'time_unreadable');
  f('ms', 'null', 'time_missing');
  const { rows } = decodeAll({ columns: [], eventTime: { path: 'at.time', unit: 'ms' } }, [
    batchOf(['{}', '{"at":5}', '{"at":{"time":5},"at":{}}']),
  ]);
  assert.deepEqual(
    rows.map(({ status }) => status),
    Array(3).fill('time_missing'),
  );
});

test('event time of the record, shifted and too far ahead', () => {
  const columns: ColumnSpec[] = [];
  const shifted = decodeAll({ columns }, [batchOf(['{"ts":5}'], { timeShiftMs: 1000 })]);
  assert.equal(shifted.rows[0]!.time, 1005);
  const timestamps = Float64Array.of(1000, 1000, 1000, NAN);
  const records = ['{"ts":1500}', '{"ts":1501}', '{"ts":-5}', '{"ts":9999}'];
  const ahead = decodeAll({ columns, maxAheadMs: 500 }, [batchOf(records, { timestamps })]);
  assert.deepEqual(
    ahead.rows.map(({ status }) => status),
    ['ok', 'time_ahead', 'ok', 'ok'],
  );
  assert.deepEqual(
    ahead.rows.map(({ time }) => time),
    [1500, NAN, -5, 9999],
  );
  const own = decodeAll({ columns, eventTime: { path: '$timestamp', unit: 'ms' } }, [
    batchOf(['{}', '{}', 'no'], { timestamps: Float64Array.of(7.9, NAN, 7) }),
  ]);
  assert.deepEqual(
    own.rows.map(({ status }) => status),
    ['ok', 'time_missing', 'malformed'],
  );
  assert.equal(own.rows[0]!.time, 7);
});

test('what the record itself carries', () => {
  const options = {
    timestamps: Float64Array.of(1000, NAN),
    offsets: Float64Array.of(9007199254740000, 9007199254740005),
    firstOffset: 9007199254740000,
    partition: 'logs/ä.ndjson',
  };
  const f = (path: string, kind: ColumnKind, ...expected: string[]) => {
    const { rows } = decodeAll({ columns: [{ path, kind }] }, [
      batchOf([`{"ts":1,"${path}":5}`, '{"ts":2}'], options),
    ]);
    assert.deepEqual(
      rows.map(({ values }) => values[0]),
      expected,
      `${path} ${kind}`,
    );
  };
  f('$timestamp', 'f64', '1000', 'NULL');
  f('$timestamp', 'value', '1000', 'NULL');
  f('$timestamp', 'dict32', 'NUMBER 1000', 'NULL');
  f('$timestamp', 'hash64', hashText('NUMBER', '1000'), 'NULL');
  f('$offset', 'f64', '9007199254740000', '9007199254740005');
  f('$offset', 'dict32', 'NUMBER 9007199254740000', 'NUMBER 9007199254740005');
  const partition = 'TEXT logs/ä.ndjson';
  f('$partition', 'dict32', partition, partition);
  f('$partition', 'value', partition, partition);
  f('$partition', 'f64', 'TEXT', 'TEXT');
  const hash = hashText('TEXT', 'logs/ä.ndjson');
  f('$partition', 'hash64', hash, hash);
  f('$key', 'dict32', 'NULL', 'NULL');
  const refused = decodeAll({ columns: [{ path: '$offset', kind: 'f64' }] }, [batchOf(['no'])]);
  assert.deepEqual(refused.rows[0]!.values, ['NULL']);
});

/** Records of changing shapes, every 13th malformed. */
const mixedRecords = Array.from({ length: 1500 }, (_, i) => {
  if (i % 13 === 5) return `{"ts":${i},`;
  const name = i % 7 === 0 ? 'null' : `"name ${i % 50}"`;
  return i % 3 === 0 ? `{"name":${name},"ts":${i}}` : `{"ts":${i},"x":${i / 4},"name":${name}}`;
});
const mixedColumns: ColumnSpec[] = [
  { path: 'name', kind: 'dict32' },
  { path: 'name', kind: 'hash64' },
  { path: 'x', kind: 'f64' },
  { path: '$offset', kind: 'f64' },
];

function batchesOf(records: readonly string[], size: number): DecoderBatch[] {
  const batches: DecoderBatch[] = [];
  for (let at = 0; at < records.length; at += size) {
    batches.push(batchOf(records.slice(at, at + size), { firstOffset: 100 + at, gap: '\n' }));
  }
  return batches;
}

test('borders of chunks, batches and blocks change nothing', () => {
  const expected = decodeAll(
    { columns: mixedColumns, chunkRows: 4096 },
    batchesOf(mixedRecords, 1e6),
  );
  assert.equal(expected.rows.length, mixedRecords.length);
  for (const [index, row] of expected.rows.entries()) {
    assert.equal(row.offset, 100 + index);
    assert.equal(row.status, index % 13 === 5 ? 'malformed' : 'ok');
  }
  for (const chunkRows of [1, 7, 64, 511, 512, 513, 1000, 4096]) {
    for (const size of [1, 5, 512, 600, 10_000]) {
      if (chunkRows * size > 2e6 && chunkRows < 4096) continue;
      const actual = decodeAll({ columns: mixedColumns, chunkRows }, batchesOf(mixedRecords, size));
      assert.deepEqual(actual.rows, expected.rows, `${chunkRows} rows, batches of ${size}`);
      assert.equal(actual.nextOffset, expected.nextOffset);
    }
  }
});

test('a full dictionary ends the chunk before the row that needs it', () => {
  const columns = mixedColumns;
  const roomy = decodeAll({ columns, chunkRows: 200 }, batchesOf(mixedRecords, 400));
  assert.equal(roomy.epochs, 1);
  for (const entriesMax of [1, 2, 10, 49]) {
    const options = { columns, chunkRows: 200, entriesMax };
    const { rows, epochs } = decodeAll(options, batchesOf(mixedRecords, 400));
    assert.deepEqual(rows, roomy.rows, `${entriesMax} entries`);
    assert.ok(epochs > 1);
  }
  const types = ['1', '2.5', 'true', 'false', '"\\u0041"', '"text"', '1e3', '"\\n"'];
  const typed = Array.from({ length: 60 }, (_, i) => `{"ts":1,"name":${types[i % types.length]}}`);
  const entries = decodeAll({ columns, entriesMax: 3 }, [batchOf(typed)]);
  assert.deepEqual(entries.rows, decodeAll({ columns }, [batchOf(typed)]).rows);
  assert.ok(entries.epochs > 10);
  const small = { columns, maxRecordBytes: 100, bytesMax: 512 };
  const texts = Array.from(
    { length: 300 },
    (_, i) => `{"ts":1,"name":"${String(i).padStart(50)}"}`,
  );
  const { rows, epochs } = decodeAll(small, [batchOf(texts)]);
  assert.equal(epochs, 30);
  assert.equal(rows[299]!.values[0], `TEXT ${'299'.padStart(50)}`);
});

test('two dictionaries: the row that fills either is decoded whole in the next epoch', () => {
  const columns: ColumnSpec[] = [
    { path: 'a', kind: 'dict32' },
    { path: 'b', kind: 'value' },
    { path: 'c', kind: 'f64' },
  ];
  const records = Array.from(
    { length: 100 },
    (_, i) => `{"ts":${i},"a":"a${i >> 2}","b":"b${i}","c":${i}}`,
  );
  const { rows, epochs } = decodeAll({ columns, entriesMax: 7 }, [batchOf(records)]);
  assert.equal(epochs, 15);
  for (const [i, row] of rows.entries()) {
    assert.deepEqual(row.values, [`TEXT a${i >> 2}`, `TEXT b${i}`, String(i)]);
    assert.equal(row.time, i);
  }
});

test('gaps in offsets', () => {
  const { lane, decoder } = decoding({ columns: [], chunkRows: 8 });
  const chunk = lane.chunkAt(0);
  const record = '{"ts":1}';
  const f = (offsets: readonly number[] | number, next: number, count = 2) => {
    const isList = typeof offsets !== 'number';
    const records = Array<string>(isList ? offsets.length : count).fill(record);
    const firstOffset = isList ? offsets[0]! : offsets;
    const list = isList ? Float64Array.from(offsets) : null;
    const batch = batchOf(records, { firstOffset, nextOffset: next, offsets: list });
    assert.equal(decoder.decode(batch, 0, chunk), records.length);
    assert.equal(chunk.nextOffset, next);
    return [chunk.sparse, ...Array.from({ length: chunk.rows }, (_, row) => chunk.offsetOf(row))];
  };
  chunk.reset(0, 10, 1);
  assert.deepEqual(f(10, 12), [false, 10, 11]);
  assert.deepEqual(f([12, 13], 14), [false, 10, 11, 12, 13]);
  assert.deepEqual(f([16, 19], 25), [true, 10, 11, 12, 13, 16, 19]);
  assert.deepEqual(f(25, 27), [true, 10, 11, 12, 13, 16, 19, 25, 26]);
  chunk.reset(0, 10, 1);
  assert.deepEqual(f([12], 13), [true, 12]);
  chunk.reset(0, 10, 1);
  assert.deepEqual(f(10, 40, 0), [false]);
  chunk.reset(0, 10, 1);
  assert.throws(() => f(9, 11), /offsets of a chunk rise/);
});

test('a gap that 32 bits cannot span ends the chunk', () => {
  const { lane, decoder } = decoding({ columns: [] });
  const chunk = lane.chunkAt(0);
  const far = 2 ** 33;
  const offsets = Float64Array.of(5, far, far + 1);
  const batch = batchOf(Array(3).fill('{"ts":1}'), {
    firstOffset: 5,
    offsets,
    nextOffset: far + 2,
  });
  chunk.reset(0, 5, 1);
  assert.equal(decoder.decode(batch, 0, chunk), 1);
  assert.deepEqual([chunk.rows, decoder.dictionaryFull], [1, false]);
  chunk.reset(0, chunk.nextOffset, 1);
  const next = decoder.decode(batch, 1, chunk);
  if (next === 1) chunk.reset(0, chunk.nextOffset, 1);
  assert.equal(decoder.decode(batch, next, chunk), 3);
  assert.deepEqual([chunk.offsetOf(0), chunk.offsetOf(1)], [far, far + 1]);
});

test('part of a batch: the chunk covers what it holds', () => {
  const { lane, decoder } = decoding({ columns: [], chunkRows: 2 });
  const chunk = lane.chunkAt(0);
  const batch = batchOf(Array(3).fill('{"ts":1}'), { firstOffset: 5, nextOffset: 20 });
  chunk.reset(0, 5, 1);
  assert.equal(decoder.decode(batch, 0, chunk), 2);
  assert.deepEqual([chunk.rows, chunk.nextOffset], [2, 7]);
  chunk.reset(0, 7, 1);
  assert.equal(decoder.decode(batch, 2, chunk), 3);
  assert.deepEqual([chunk.rows, chunk.nextOffset], [1, 20]);
});

test('header: times of valid rows only, flags only when they are needed', () => {
  const columns: ColumnSpec[] = [
    { path: 'x', kind: 'f64' },
    { path: 'name', kind: 'dict32' },
  ];
  const { lane, decoder } = decoding({ columns });
  const chunk = lane.chunkAt(0);
  const f = (records: readonly string[]) => {
    chunk.reset(0, 0, 1);
    decoder.decode(batchOf(records), 0, chunk);
    const tagged = chunk.columns.map((column) => column.tagged);
    return [chunk.timeMin, chunk.timeMax, chunk.flagged, ...tagged];
  };
  // Leftovers of a chunk before must not show.
  assert.deepEqual(f(Array(20).fill('no')), [Infinity, -Infinity, true, true, true]);
  const good = '{"ts":5,"x":1,"name":"a"}';
  assert.deepEqual(f([good, '{"ts":-3,"x":2,"name":true}']), [-3, 5, false, false, false]);
  assert.deepEqual(f([good, good, '{"ts":6,"x":2}']), [5, 6, false, false, true]);
  assert.deepEqual([...chunk.columns[1]!.tags.subarray(0, 3)], [0, 0, 1]);
  assert.deepEqual(f([good, '{"ts":9', good]), [5, 5, true, true, true]);
  assert.deepEqual([...chunk.status.subarray(0, 3)], [0, 1, 0]);
  assert.deepEqual([...chunk.columns[0]!.tags.subarray(0, 3)], [0, 1, 0]);
});

test('samples: heads of records that are invalid or of a type some view cannot take', () => {
  const columns: ColumnSpec[] = [
    { path: 'n', kind: 'f64' },
    { path: 'k', kind: 'dict32' },
    { path: 'v', kind: 'value' },
  ];
  const { lane, decoder } = decoding({ columns, chunkRows: 100 });
  const chunk = lane.chunkAt(0);
  const f = (record: string, sampled: boolean) => {
    chunk.reset(0, 0, 1);
    decoder.decode(batchOf([record, record]), 0, chunk);
    const expected = sampled ? record.slice(0, 1024) : undefined;
    for (const row of [0, 1]) {
      const sample = chunk.sampleOf(row);
      assert.equal(sample && Buffer.from(sample).toString(), expected, record);
    }
  };
  f('{"ts":1,"n":1,"k":"x","v":1}', false);
  f('{"ts":1,"n":null,"k":true}', false);
  f('{"ts":1,"n":"1"}', true);
  f('{"ts":1,"n":false}', true);
  f('{"ts":1,"n":1e400}', true);
  f('{"ts":1,"v":"text"}', true);
  f('{"ts":1,"k":[]}', true);
  f('{"ts":1', true);
  f('{"n":1}', true);
  f(`no ${'x'.repeat(3000)}`, true);
  chunk.reset(0, 0, 1);
  decoder.decode(batchOf(Array(60).fill('x'.repeat(2000))), 0, chunk);
  assert.notEqual(chunk.sampleOf(14), undefined);
  assert.equal(chunk.sampleOf(20), undefined);
});

test('what a decoder cannot do is refused at once', () => {
  const columns: ColumnSpec[] = [{ path: 'a', kind: 'dict32' }];
  assert.throws(
    () => decoding({ columns, bytesMax: 1000, maxRecordBytes: 1001 }),
    /holds any value/,
  );
  assert.throws(
    () => decoding({ columns, eventTime: { path: '$offset', unit: 'ms' } }),
    /event time/,
  );
});
