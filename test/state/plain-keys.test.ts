import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EntryType } from '../../runtime/dictionary.ts';
import { PlainKeys } from '../../state/plain-keys.ts';

const encoder = new TextEncoder();

/** A grouping column whose rows hold these texts, in order. */
function column(texts: readonly string[], type: number = EntryType.TEXT) {
  const parts = texts.map((text) => encoder.encode(text));
  const starts = new Uint32Array(texts.length + 1);
  const lengths = new Uint32Array(texts.length + 1);
  let end = 0;
  for (const [index, { length }] of parts.entries()) {
    starts[index + 1] = end;
    lengths[index + 1] = length;
    end += length;
  }
  const bytes = new Uint8Array(end);
  for (const [index, part] of parts.entries()) bytes.set(part, starts[index + 1]!);
  const codes = Uint32Array.from(texts, (_, index) => index + 1);
  return { codes, bytes, starts, lengths, types: new Uint8Array(texts.length + 1).fill(type) };
}

function write(columns: readonly (readonly string[])[], row: number): string | null {
  const keys = new PlainKeys(columns.map((texts) => column(texts)));
  assert.ok(keys.gather(Uint32Array.of(row), 1));
  const out = new Uint8Array(3 + keys.bytesOf(0)).fill(0x7e);
  keys.out = out;
  const end = keys.write(0, 3);
  return end < 0 ? null : new TextDecoder().decode(out.subarray(3, end));
}

test('keys are the JSON arrays of their texts, at every length and place', () => {
  const texts = Array.from({ length: 21 }, (_, length) =>
    'aé😀z/\u007f'.repeat(3).slice(0, length),
  );
  for (let row = 0; row < texts.length; row++) {
    assert.equal(write([texts], row), JSON.stringify([texts[row]!.toWellFormed()]));
    assert.equal(write([['first'], ['second']], 0), '["first","second"]');
  }
});

test('a byte that needs an escape is found wherever it stands', () => {
  for (let length = 1; length <= 13; length++) {
    for (let at = 0; at < length; at++) {
      for (let byte = 0; byte < 128; byte++) {
        const text = 'x'.repeat(at) + String.fromCharCode(byte) + 'x'.repeat(length - at - 1);
        const json = JSON.stringify([text]);
        const expected = json.includes('\\') ? null : json;
        assert.equal(write([[text]], 0), expected, JSON.stringify(text));
        if (at === 0) assert.equal(write([['plain'], [text]], 0) === null, expected === null);
      }
    }
  }
});

test('what is no text is left to others', () => {
  const gather = (given: ReturnType<typeof column>) =>
    new PlainKeys([given]).gather(Uint32Array.of(0, 1), 2);
  assert.ok(gather(column(['1', '2'])));
  assert.ok(!gather(column(['1', '2'], EntryType.NUMBER)));
  assert.ok(!gather({ ...column(['1', '2']), codes: Uint32Array.of(1, 0) }));
});
