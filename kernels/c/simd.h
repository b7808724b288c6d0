/**
 * What kernels know of the machine: 16 bytes at a time, on WASM's SIMD128 or, so that sanitizers can run them, on SSE2.
 * Kernels call no library and use no built-in of one target outside this file. Reads may go past what is asked for by up
 * to 15 bytes: whoever lays out memory leaves SLACK_BYTES behind it.
 */
#ifndef LA_SIMD_H
#define LA_SIMD_H

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;
typedef double f64;

#define SLACK_BYTES 64
#define likely(condition) __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

#ifdef __wasm__
#include <wasm_simd128.h>
#define EXPORT(name) __attribute__((export_name(name)))
typedef v128_t v16;
INLINE v16 v16_load(const u8 *at) { return wasm_v128_load(at); }
INLINE v16 v16_splat(u8 byte) { return wasm_i8x16_splat((signed char)byte); }
INLINE v16 v16_equal(v16 a, v16 b) { return wasm_i8x16_eq(a, b); }
/** Bytes as signed numbers. */
INLINE v16 v16_less(v16 a, v16 b) { return wasm_i8x16_lt(a, b); }
INLINE v16 v16_subtract(v16 a, v16 b) { return wasm_i8x16_sub(a, b); }
INLINE v16 v16_or(v16 a, v16 b) { return wasm_v128_or(a, b); }
/** Bit i: the highest bit of byte i. */
INLINE u32 v16_bits(v16 a) { return wasm_i8x16_bitmask(a); }

/** Four words of 32 bits. */
INLINE v16 v4_splat(u32 word) { return wasm_u32x4_splat(word); }
INLINE v16 v4_add(v16 a, v16 b) { return wasm_i32x4_add(a, b); }
INLINE v16 v4_multiply(v16 a, v16 b) { return wasm_i32x4_mul(a, b); }
INLINE v16 v16_xor(v16 a, v16 b) { return wasm_v128_xor(a, b); }
INLINE v16 v16_and(v16 a, v16 b) { return wasm_v128_and(a, b); }
#define v4_left(a, by) wasm_i32x4_shl(a, by)
#define v4_right(a, by) wasm_u32x4_shr(a, by)
/** a0 b0 a1 b1, a2 b2 a3 b3 */
INLINE v16 v4_low_pairs(v16 a, v16 b) { return wasm_i32x4_shuffle(a, b, 0, 4, 1, 5); }
INLINE v16 v4_high_pairs(v16 a, v16 b) { return wasm_i32x4_shuffle(a, b, 2, 6, 3, 7); }
/** a0 a1 b0 b1, a2 a3 b2 b3 */
INLINE v16 v4_low_halves(v16 a, v16 b) { return wasm_i32x4_shuffle(a, b, 0, 1, 4, 5); }
INLINE v16 v4_high_halves(v16 a, v16 b) { return wasm_i32x4_shuffle(a, b, 2, 3, 6, 7); }
INLINE void v16_store(void *at, v16 a) { wasm_v128_store(at, a); }
#else
#include <emmintrin.h>
#define EXPORT(name)
typedef __m128i v16;
INLINE v16 v16_load(const u8 *at) { return _mm_loadu_si128((const __m128i *)at); }
INLINE v16 v16_splat(u8 byte) { return _mm_set1_epi8((char)byte); }
INLINE v16 v16_equal(v16 a, v16 b) { return _mm_cmpeq_epi8(a, b); }
INLINE v16 v16_less(v16 a, v16 b) { return _mm_cmplt_epi8(a, b); }
INLINE v16 v16_subtract(v16 a, v16 b) { return _mm_sub_epi8(a, b); }
INLINE v16 v16_or(v16 a, v16 b) { return _mm_or_si128(a, b); }
INLINE u32 v16_bits(v16 a) { return (u32)_mm_movemask_epi8(a); }

INLINE v16 v4_splat(u32 word) { return _mm_set1_epi32((i32)word); }
INLINE v16 v4_add(v16 a, v16 b) { return _mm_add_epi32(a, b); }
INLINE v16 v4_multiply(v16 a, v16 b) {
  v16 even = _mm_mul_epu32(a, b), odd = _mm_mul_epu32(_mm_srli_epi64(a, 32), _mm_srli_epi64(b, 32));
  return _mm_unpacklo_epi32(_mm_shuffle_epi32(even, 8), _mm_shuffle_epi32(odd, 8));
}
INLINE v16 v16_xor(v16 a, v16 b) { return _mm_xor_si128(a, b); }
INLINE v16 v16_and(v16 a, v16 b) { return _mm_and_si128(a, b); }
#define v4_left(a, by) _mm_slli_epi32(a, by)
#define v4_right(a, by) _mm_srli_epi32(a, by)
INLINE v16 v4_low_pairs(v16 a, v16 b) { return _mm_unpacklo_epi32(a, b); }
INLINE v16 v4_high_pairs(v16 a, v16 b) { return _mm_unpackhi_epi32(a, b); }
INLINE v16 v4_low_halves(v16 a, v16 b) { return _mm_unpacklo_epi64(a, b); }
INLINE v16 v4_high_halves(v16 a, v16 b) { return _mm_unpackhi_epi64(a, b); }
INLINE void v16_store(void *at, v16 a) { _mm_storeu_si128((__m128i *)at, a); }
#endif

/** Place of the lowest bit; of no bit, nothing sensible. */
INLINE u32 lowest_bit(u32 bits) { return (u32)__builtin_ctz(bits); }

INLINE u32 load32(const u8 *at) {
  u32 word;
  __builtin_memcpy(&word, at, 4);
  return word;
}

INLINE u64 load64(const u8 *at) {
  u64 word;
  __builtin_memcpy(&word, at, 8);
  return word;
}

INLINE void store32(u8 *at, u32 word) { __builtin_memcpy(at, &word, 4); }
INLINE void store64(u8 *at, u64 word) { __builtin_memcpy(at, &word, 8); }
INLINE void copy_bytes(void *to, const void *from, u32 length) { __builtin_memcpy(to, from, length); }
INLINE void fill_bytes(void *at, u8 byte, u32 length) { __builtin_memset(at, byte, length); }

#endif
