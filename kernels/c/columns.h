/**
 * Located values to columns, as kernels/column-writer.ts does: rows from `from` on, up to the first that is left to the twin
 * (also one whose value no longer fits the dictionary, or the first that needs a tag while there are none), which is returned.
 */
#ifndef LA_COLUMNS_H
#define LA_COLUMNS_H
#include "dictionary.h"
#include "located.h"

enum { TAG_PRESENT = 0, TAG_NULL = 1, TAG_TEXT = 2, TAG_FALSE = 3, TAG_TRUE = 4, TAG_INVALID = 5, TAG_LEFT = 255 };

/** Entries from which on the table and the bytes are no longer in the nearest cache. */
#define TOUCH_ENTRIES_MIN 2048
/** Rows touched at a time: their lines of the table, the starts and the bytes fit the nearest cache together. */
#define TOUCH_ROWS 128

/** Where a block goes: arrays of a column from the block's first row on. */
typedef struct {
  f64 *numbers;
  u32 *codes, *hash_low, *hash_high;
  u8 *tags;
  /** Whether tags count: while they do not, all are PRESENT. */
  u32 tagged;
  Dictionary *dictionary;
} Column;

/** By kind: the tag where a number is wanted and there is none. */
static const u8 NUMBER_TAGS[9] = {TAG_NULL, TAG_TEXT, TAG_TEXT, TAG_PRESENT, TAG_PRESENT, TAG_LEFT, TAG_FALSE, TAG_TRUE, TAG_INVALID};

/** By kind: the type of the value's dictionary entry; its bytes are as written. */
static const u8 ENTRY_TYPES[9] = {0, TYPE_TEXT, 0, TYPE_NUMBER, 0, 0, TYPE_BOOLEAN, TYPE_BOOLEAN, 0};

INLINE u32 write_numbers(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  const u8 *kinds = d->kinds + slot * BLOCK_ROWS;
  const f64 *located = d->numbers + slot * BLOCK_ROWS;
  for (u32 i = from; i < count; i++) {
    u8 tag = NUMBER_TAGS[kinds[i]];
    if (tag != TAG_PRESENT && (tag == TAG_LEFT || !column->tagged)) return i;
    column->numbers[i] = tag == TAG_PRESENT ? located[i] : __builtin_nan("");
    if (column->tagged) column->tags[i] = tag;
  }
  return count;
}

/** Whether four values are of one kind and length. */
INLINE int is_alike(const u8 *kinds, const Spot *spots) {
  u32 length = spots[0].length;
  return load32(kinds) == kinds[0] * 0x01010101u && ((spots[1].length ^ length) | (spots[2].length ^ length) | (spots[3].length ^ length)) == 0;
}

/** Hashes texts and integers of the block, once for all columns of the slot. */
INLINE void hash_slot(Decoder *d, u32 slot, u32 count) {
  if (d->hashed[slot] >= count) return;
  const u8 *kinds = d->kinds + slot * BLOCK_ROWS;
  Spot *spots = d->spots + slot * BLOCK_ROWS;
  for (u32 i = 0; i < count; i++) {
    u32 type = ENTRY_TYPES[kinds[i]];
    if (type != TYPE_TEXT && type != TYPE_NUMBER) continue;
    if (i + 4 <= count && is_alike(kinds + i, spots + i)) {
      const u8 *at[4];
      u32 lows[4], highs[4];
      for (u32 row = 0; row < 4; row++) at[row] = d->input + spots[i + row].start;
      hash64_four(type, at, spots[i].length, lows, highs);
      for (u32 row = 0; row < 4; row++) {
        spots[i + row].low = lows[row];
        spots[i + row].high = highs[row];
      }
      i += 3;
      continue;
    }
    Hash hash = hash64(type, d->input + spots[i].start, spots[i].length);
    spots[i].low = hash.low;
    spots[i].high = hash.high;
  }
  d->hashed[slot] = count;
}

INLINE u32 write_hashes(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  hash_slot(d, slot, count);
  const u8 *kinds = d->kinds + slot * BLOCK_ROWS;
  const Spot *spots = d->spots + slot * BLOCK_ROWS;
  for (u32 i = from; i < count; i++) {
    u8 kind = kinds[i], tag = TAG_PRESENT;
    if (kind != KIND_TEXT && kind != KIND_INTEGER) {
      tag = NUMBER_TAGS[kind];
      if (kind == KIND_ESCAPED_TEXT || kind == KIND_DECIMAL || tag == TAG_LEFT || !column->tagged) return i;
    }
    column->hash_low[i] = tag == TAG_PRESENT ? spots[i].low : 0;
    column->hash_high[i] = tag == TAG_PRESENT ? spots[i].high : 0;
    if (column->tagged) column->tags[i] = tag;
  }
  return count;
}

/**
 * Loads what look-ups will need, one kind of it after the other, so that the processor waits for many loads at once.
 * Returns something of no use, made of all of them.
 */
NOINLINE u32 touch(const Dictionary *dictionary, const u8 *kinds, const Spot *spots, u32 count) {
  const Slot *slots = dictionary->slots;
  u32 mask = dictionary->mask, sum = 0;
  u32 codes[TOUCH_ROWS];
  for (u32 i = 0; i < count; i++) {
    u32 low = kinds[i] == KIND_TEXT ? spots[i].low : 0;
    codes[i] = slots[low & mask].entry & CODE_MASK;
  }
  for (u32 i = 0; i < count; i++) {
    codes[i] = dictionary->starts[codes[i]];
  }
  for (u32 i = 0; i < count; i++) sum += dictionary->bytes[codes[i]];
  return sum;
}

INLINE u32 intern_cell(Decoder *d, Dictionary *dictionary, u8 kind, const Spot *spot) {
  static const u8 words[] = "true\0\0\0\0\0\0\0\0\0\0\0\0false\0\0\0\0\0\0\0\0\0\0";
  if (likely(kind == KIND_TEXT || kind == KIND_INTEGER)) {
    Hash hash = {spot->low, spot->high};
    return dictionary_intern(dictionary, ENTRY_TYPES[kind], d->input + spot->start, spot->length, hash);
  }
  const u8 *word = kind == KIND_TRUE ? words : words + 16;
  u32 length = kind == KIND_TRUE ? 4 : 5;
  return dictionary_intern(dictionary, TYPE_BOOLEAN, word, length, hash64(TYPE_BOOLEAN, word, length));
}

INLINE u32 write_codes(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  Dictionary *dictionary = column->dictionary;
  hash_slot(d, slot, count);
  const u8 *kinds = d->kinds + slot * BLOCK_ROWS;
  const Spot *spots = d->spots + slot * BLOCK_ROWS;
  for (u32 i = from; i < count; i++) {
    // At no other row, so that however often the twin steps in, nothing is touched twice.
    if (i % TOUCH_ROWS == 0 && dictionary->entries >= TOUCH_ENTRIES_MIN) {
      u32 rows = count - i < TOUCH_ROWS ? count - i : TOUCH_ROWS;
      d->touched = touch(dictionary, kinds + i, spots + i, rows);
    }
    u8 kind = kinds[i], tag = TAG_PRESENT;
    u32 code = 0;
    if (ENTRY_TYPES[kind] != 0) {
      code = intern_cell(d, dictionary, kind, &spots[i]);
      if (code == 0) return i;
    } else {
      if ((kind != KIND_NULL && kind != KIND_CONTAINER) || !column->tagged) return i;
      tag = NUMBER_TAGS[kind];
    }
    column->codes[i] = code;
    if (column->tagged) column->tags[i] = tag;
  }
  return count;
}

INLINE u32 write_values(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  hash_slot(d, slot, count);
  const u8 *kinds = d->kinds + slot * BLOCK_ROWS;
  const Spot *spots = d->spots + slot * BLOCK_ROWS;
  const f64 *located = d->numbers + slot * BLOCK_ROWS;
  for (u32 i = from; i < count; i++) {
    u8 kind = kinds[i], tag = NUMBER_TAGS[kind];
    u32 code = 0;
    if (tag == TAG_LEFT || kind == KIND_ESCAPED_TEXT || (tag != TAG_PRESENT && !column->tagged)) return i;
    if (kind == KIND_TEXT) {
      code = intern_cell(d, column->dictionary, kind, &spots[i]);
      if (code == 0) return i;
    }
    column->numbers[i] = tag == TAG_PRESENT ? located[i] : __builtin_nan("");
    column->codes[i] = code;
    if (column->tagged) column->tags[i] = tag;
  }
  return count;
}

#endif
