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

#define v4_rotate(a, by) v16_or(v4_left(a, by), v4_right(a, 32 - (by)))
#define v4_mix(a, by, factor) v4_multiply(v16_xor(a, v4_right(a, by)), v4_splat(factor))

INLINE void hash_words(v16 *low, v16 *high, v16 words) {
  v16 k = v4_multiply(v4_rotate(v4_multiply(words, v4_splat(0xcc9e2d51u)), 15), v4_splat(0x1b873593u));
  v16 mixed = v4_rotate(v16_xor(*low, k), 13);
  *low = v4_add(v4_add(v4_left(mixed, 2), mixed), v4_splat(0xe6546b64u));
  v16 product = v4_multiply(v16_xor(*high, words), v4_splat(0x9e3779b1u));
  *high = v4_rotate(product, 17);
}

/** Four values of equal type and length at once. Reads up to 15 bytes past their ends. */
INLINE void hash64_four(u32 type, const u8 *at[4], u32 length, u32 lows[4], u32 highs[4]) {
  v16 low = v4_splat(type * 0x85ebca6bu), high = v4_splat((type * 0xc2b2ae35u) ^ 0x27d4eb2fu);
  for (u32 i = 0; i < length; i += 16) {
    v16 a = v16_load(at[0] + i), b = v16_load(at[1] + i), c = v16_load(at[2] + i), d = v16_load(at[3] + i);
    v16 ab = v4_low_pairs(a, b), cd = v4_low_pairs(c, d);
    v16 ab_high = v4_high_pairs(a, b), cd_high = v4_high_pairs(c, d);
    const v16 words[4] = {v4_low_halves(ab, cd), v4_high_halves(ab, cd), v4_low_halves(ab_high, cd_high), v4_high_halves(ab_high, cd_high)};
    u32 rest = length - i;
#pragma clang loop unroll(full)
    for (u32 word = 0; word < 4; word++) {
      if (rest <= 4 * word) break;
      u32 bytes = rest - 4 * word;
      v16 masked = bytes >= 4 ? words[word] : v16_and(words[word], v4_splat((1u << (8 * bytes)) - 1));
      hash_words(&low, &high, masked);
    }
  }
  v16 half = v16_xor(v4_add(low, v4_multiply(high, v4_splat(0x165667b1u))), v4_splat(length));
  half = v4_mix(v4_mix(half, 16, 0x85ebca6bu), 13, 0xc2b2ae35u);
  half = v16_xor(half, v4_right(half, 16));
  v16 upper = v4_add(high, v4_multiply(half, v4_splat(0x27d4eb2fu)));
  upper = v4_mix(v4_mix(upper, 15, 0x2c1b3c6du), 12, 0x297a2d39u);
  v16_store(lows, half);
  v16_store(highs, v16_xor(upper, v4_right(upper, 15)));
}

#endif
