/** The producer's side of a dictionary: the same work on the same memory as runtime/dictionary-writer.ts. */
#ifndef LA_DICTIONARY_H
#define LA_DICTIONARY_H
#include "hash.h"

#define CODE_BITS 28
/** Smaller dictionaries have shorter probes: their tables cost little. */
#define SPARSE_ENTRIES 8192
#define CODE_MASK ((1u << CODE_BITS) - 1)

typedef struct {
  u32 low;
  /** Type above CODE_BITS, code below; 0: free. */
  u32 entry;
} Slot;

/** `slots_max` is a power of two and at least twice `entries_max`, so that probing meets a free slot. */
typedef struct {
  u32 mask, entries, byte_count, entries_max, bytes_max, slots_max;
  u32 *starts, *lengths, *hash_low, *hash_high;
  u8 *types, *bytes;
  Slot *slots;
} Dictionary;

/** Reads up to 15 bytes past the ends. */
INLINE int equal_bytes(const u8 *a, const u8 *b, u32 length) {
  u32 i = 0;
  for (; i + 16 <= length; i += 16) {
    if (v16_bits(v16_equal(v16_load(a + i), v16_load(b + i))) != 0xffff) return 0;
  }
  if (i == length) return 1;
  u32 differing = ~v16_bits(v16_equal(v16_load(a + i), v16_load(b + i)));
  return (differing & ((1u << (length - i)) - 1)) == 0;
}

NOINLINE void dictionary_grow(Dictionary *d) {
  u32 mask = 2 * d->mask + 1;
  Slot *slots = d->slots;
  fill_bytes(slots, 0, (mask + 1) * sizeof(Slot));
  for (u32 code = 1; code <= d->entries; code++) {
    u32 at = d->hash_low[code] & mask;
    while (slots[at].entry != 0) at = (at + 1) & mask;
    slots[at] = (Slot){d->hash_low[code], ((u32)d->types[code] << CODE_BITS) | code};
  }
  d->mask = mask;
}

/** Code of a new entry whose slot is `at`; 0 when the dictionary is full. */
NOINLINE u32 dictionary_append(Dictionary *d, u32 at, u32 type, const u8 *text, u32 length, Hash hash) {
  u32 code = d->entries + 1, to = d->byte_count;
  if (code > d->entries_max || length > d->bytes_max - to) return 0;
  copy_bytes(d->bytes + to, text, length);
  d->starts[code] = to;
  // Entries lie end to end: a look-up need not load the length as well.
  d->starts[code + 1] = to + length;
  d->lengths[code] = length;
  d->hash_low[code] = hash.low;
  d->hash_high[code] = hash.high;
  d->types[code] = (u8)type;
  d->slots[at] = (Slot){hash.low, (type << CODE_BITS) | code};
  d->entries = code;
  d->byte_count = to + length;
  u32 load_inverse = code < SPARSE_ENTRIES ? 4 : 2;
  if (code * load_inverse > d->mask && d->mask + 1 < d->slots_max) dictionary_grow(d);
  return code;
}

/** Code of the value; 0 when it is new and the dictionary is full. */
INLINE u32 dictionary_intern(Dictionary *d, u32 type, const u8 *text, u32 length, Hash hash) {
  const Slot *slots = d->slots;
  u32 mask = d->mask, at = hash.low & mask;
  // Bounded, though a free slot comes first unless the table is damaged.
  for (u32 probes = 0; probes <= mask; probes++, at = (at + 1) & mask) {
    Slot slot = slots[at];
    if (slot.entry == 0) return dictionary_append(d, at, type, text, length, hash);
    if (slot.low != hash.low || slot.entry >> CODE_BITS != type) continue;
    u32 code = slot.entry & CODE_MASK;
    u32 start = d->starts[code];
    if (d->starts[code + 1] - start == length && equal_bytes(d->bytes + start, text, length)) return code;
  }
  return 0;
}

#endif
