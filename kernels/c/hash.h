/** The hash of runtime/hash.ts, whose values are stored and never change. */
#ifndef LA_HASH_H
#define LA_HASH_H
#include "simd.h"

enum { TYPE_NUMBER = 1, TYPE_BOOLEAN = 2, TYPE_TEXT = 3 };

typedef struct {
  u32 low, high;
} Hash;

INLINE u32 rotate(u32 word, int by) { return (word << by) | (word >> (32 - by)); }

INLINE void hash_word(Hash *lanes, u32 word) {
  lanes->low = rotate(lanes->low ^ (rotate(word * 0xcc9e2d51u, 15) * 0x1b873593u), 13) * 5 + 0xe6546b64u;
  lanes->high = rotate((lanes->high ^ word) * 0x9e3779b1u, 17);
}

/** Reads up to 3 bytes past the end. */
INLINE Hash hash64(u32 type, const u8 *at, u32 length) {
  Hash lanes = {type * 0x85ebca6bu, (type * 0xc2b2ae35u) ^ 0x27d4eb2fu};
  u32 i = 0;
  for (; i + 4 <= length; i += 4) hash_word(&lanes, load32(at + i));
  if (i < length) hash_word(&lanes, load32(at + i) & ((1u << (8 * (length - i))) - 1));
  u32 low = (lanes.low + lanes.high * 0x165667b1u) ^ length;
  low = (low ^ (low >> 16)) * 0x85ebca6bu;
  low = (low ^ (low >> 13)) * 0xc2b2ae35u;
  low ^= low >> 16;
  u32 high = lanes.high + low * 0x27d4eb2fu;
  high = (high ^ (high >> 15)) * 0x2c1b3c6du;
  high = (high ^ (high >> 12)) * 0x297a2d39u;
  return (Hash){low, high ^ (high >> 15)};
}

#endif
