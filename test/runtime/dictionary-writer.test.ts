import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Dictionary, dictionaryBytes, EntryType } from '../../runtime/dictionary.ts';
import { DictionaryWriter, entryText, SPOT_INTS } from '../../runtime/dictionary-writer.ts';
import { hash64, hashed, hashLanes } from '../../runtime/hash.ts';

const encoder = new TextEncoder();

function writerOf(entriesMax: number, bytesMax: number, shared = true): DictionaryWriter {
  const limits = { entriesMax, bytesMax };
  const length = dictionaryBytes(limits);
  const buffer = shared ? new SharedArrayBuffer(length) : new ArrayBuffer(length);
  return new DictionaryWriter(new Dictionary(buffer, 0, limits));
}

function intern(writer: DictionaryWriter, text: string, type: number = EntryType.TEXT): number {
  const bytes = encoder.encode(`<${text}>`);
  return writer.intern(type, bytes, 1, bytes.length - 1);
}

/** Interns all at once, as decoders do, from one buffer with other bytes between. */
function internTexts(writer: DictionaryWriter, texts: readonly string[]): number[] {
  const bytes = encoder.encode(`"${texts.join('"')}"`);
  const spots = new Int32Array(texts.length * SPOT_INTS);
  let at = 1;
  for (const [index, text] of texts.entries()) {
    const length = encoder.encode(text).length;
    hashLanes(EntryType.TEXT, bytes, at, at + length);
    spots.set([at, length, hashed.low, hashed.high], index * SPOT_INTS);
    at += length + 1;
  }
  const codes = new Uint32Array(texts.length + 3);
  const interned = writer.internTexts(bytes, spots, 0, texts.length, codes, 3);
  return [...codes.subarray(3, 3 + interned)];
}

test('codes count from 1 and are stable', () => {
  for (const shared of [true, false]) {
    const writer = writerOf(100, 1000, shared);
    const words = ['a', 'b', '', 'a', 'abcd', 'abcdefgh', 'abcdefgi', '', 'b'];
    assert.deepEqual(
      words.map((word) => intern(writer, word)),
      [1, 2, 3, 1, 4, 5, 6, 3, 2],
    );
    assert.equal(writer.entries, 6);
    assert.equal(writer.byteCount, 22);
  }
});

test('the type is part of the value', () => {
  const writer = writerOf(10, 100);
  assert.equal(intern(writer, '1', EntryType.NUMBER), 1);
  assert.equal(intern(writer, '1', EntryType.TEXT), 2);
  assert.equal(intern(writer, 'true', EntryType.BOOLEAN), 3);
  assert.equal(intern(writer, 'true', EntryType.TEXT), 4);
  assert.deepEqual([...writer.dictionary.types.subarray(1, 5)], [1, 3, 2, 3]);
});

test('entries hold bytes, length and the hash of a hash64 column', () => {
  const writer = writerOf(10, 100);
  for (const text of ['x', 'Zürich', '']) intern(writer, text);
  const { dictionary } = writer;
  for (const [index, text] of ['x', 'Zürich', ''].entries()) {
    const code = index + 1;
    assert.equal(entryText(dictionary, code), text);
    const bytes = encoder.encode(text);
    hash64(EntryType.TEXT, bytes, 0, bytes.length);
    assert.equal(dictionary.hashLow[code], hashed.low >>> 0);
    assert.equal(dictionary.hashHigh[code], hashed.high >>> 0);
  }
});

test('full by entries or bytes: 0 for new values, known ones are still found', () => {
  const byEntries = writerOf(2, 100);
  assert.deepEqual(
    ['a', 'b', 'c', 'b'].map((word) => intern(byEntries, word)),
    [1, 2, 0, 2],
  );
  const byBytes = writerOf(10, 5);
  const words = ['abc', 'defg', 'de', 'f', '', 'abc'];
  assert.deepEqual(
    words.map((word) => intern(byBytes, word)),
    [1, 0, 2, 0, 3, 1],
  );
  assert.deepEqual(internTexts(writerOf(2, 100), ['a', 'b', 'a', 'c', 'a']), [1, 2, 1]);
});

test('a new epoch starts empty', () => {
  const writer = writerOf(5000, 50_000);
  for (let i = 0; i < 5000; i++) intern(writer, `old ${i}`);
  assert.equal(intern(writer, 'new'), 0);
  writer.reset();
  assert.equal(writer.entries, 0);
  assert.equal(intern(writer, 'new'), 1);
  assert.equal(intern(writer, 'old 7'), 2);
  assert.equal(entryText(writer.dictionary, 2), 'old 7');
});

test('codes like a Map, one by one or many at once, through growth', () => {
  const word = fc.oneof(
    fc.nat(5000).map((n) => `client ${n}`),
    fc.nat(40).map((n) => 'é'.repeat(n)),
    fc.string({ maxLength: 12, unit: 'grapheme' }),
  );
  const groups = fc.array(fc.array(word, { maxLength: 700 }), { maxLength: 8 });
  fc.assert(
    fc.property(groups, fc.boolean(), (lists, atOnce) => {
      const writer = writerOf(100_000, 1 << 22);
      const codes = new Map<string, number>();
      for (const list of lists) {
        for (const text of list) if (!codes.has(text)) codes.set(text, codes.size + 1);
        const expected = list.map((text) => codes.get(text));
        const actual = atOnce
          ? internTexts(writer, list)
          : list.map((text) => intern(writer, text));
        assert.deepEqual(actual, expected);
      }
      for (const [text, code] of codes) assert.equal(entryText(writer.dictionary, code), text);
    }),
    { numRuns: 60 },
  );
});

test('large dictionaries find all they hold', () => {
  const writer = writerOf(60_000, 1 << 20);
  const texts = Array.from({ length: 60_000 }, (_, i) => `k${i}`);
  const codes = internTexts(writer, texts);
  assert.deepEqual(
    codes,
    texts.map((_, i) => i + 1),
  );
  assert.deepEqual(internTexts(writer, texts), codes);
});

test('texts with an equal low half of the hash are two entries', () => {
  const makers = [(word: string) => `${word}tail`, (word: string) => `head${word}`];
  for (const make of makers) {
    const byLow = new Map<number, string>();
    let pairs = 0;
    for (let i = 0; i < 200_000; i++) {
      const text = make((i * 8).toString(36).padStart(4, '-'));
      const bytes = encoder.encode(text);
      hash64(EntryType.TEXT, bytes, 0, bytes.length);
      const other = byLow.get(hashed.low);
      byLow.set(hashed.low, text);
      if (other === undefined) continue;
      pairs++;
      const writer = writerOf(10, 100);
      assert.deepEqual([intern(writer, text), intern(writer, other)], [1, 2]);
      assert.deepEqual(internTexts(writer, [other, text]), [2, 1]);
    }
    // Among so many, four or five pairs are to be expected.
    assert.ok(pairs > 0);
  }
});
