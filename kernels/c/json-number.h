/**
 * Numbers as JSON text, byte for byte what JavaScript's JSON.stringify writes. Functions return where they ended and may write up to
 * NUMBER_SLACK bytes beyond.
 */
#ifndef LA_JSON_NUMBER_H
#define LA_JSON_NUMBER_H

#include "powers-of-ten.h"
#include "simd.h"

#define NUMBER_SLACK 32
#define TEN_8 100000000u
#define ASCII_ZEROS 0x3030303030303030u
#define WHOLE_MAX 9007199254740992.0

/** Eight decimal digits of a number below 10^8 as bytes, the first digit in the lowest. */
INLINE u64 eight_digits(u32 value) {
  u64 high = ((u64)value * 3518437209u) >> 45; // by 10^4
  u64 fours = high | ((u64)(value - (u32)high * 10000) << 32);
  u64 hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007fu;
  u64 twos = hundreds | ((fours - 100 * hundreds) << 16);
  u64 tens = ((twos * 103) >> 10) & 0x000f000f000f000fu;
  return tens | ((twos - 10 * tens) << 8);
}

/** Below 10^8, without zeros in front. */
INLINE u8 *write_small(u8 *at, u32 value) {
  if (value < 10) {
    *at = (u8)('0' + value);
    return at + 1;
  }
  u64 digits = eight_digits(value);
  u32 zeros = (u32)__builtin_ctzll(digits) / 8;
  store64(at, (digits | ASCII_ZEROS) >> (8 * zeros));
  return at + 8 - zeros;
}

/** At most 2^53. */
INLINE u8 *write_whole(u8 *at, u64 value) {
  if (likely(value < TEN_8)) return write_small(at, (u32)value);
  u64 high = value / TEN_8;
  at = write_small(at, (u32)high);
  store64(at, eight_digits((u32)(value - high * TEN_8)) | ASCII_ZEROS);
  return at + 8;
}

typedef struct {
  u64 high;
  u64 low;
} product;

/** The empty instruction keeps the compiler from making one multiplication of it that WASM does not have. */
INLINE product multiply(u64 a, u64 b) {
  u64 a_low = (u32)a, a_high = a >> 32;
  u64 b_low = (u32)b, b_high = b >> 32;
  u64 low = a_low * b_low;
  u64 middle = a_high * b_low + (low >> 32);
  __asm__("" : "+r"(middle));
  u64 other = a_low * b_high + (u32)middle;
  return (product){a_high * b_high + (middle >> 32) + (other >> 32), (other << 32) | (u32)low};
}

/** The upper 64 bits of power x value; the last bit tells whether anything below them was cut off. */
INLINE u64 round_to_odd(const u64 *power, u64 value) {
  product low = multiply(power[1], value);
  product high = multiply(power[0], value);
  u64 middle = high.low + low.high;
  u64 upper = high.high + (middle < low.high);
  return upper | (middle > 1);
}

typedef struct {
  u64 digits;
  i32 power;
} decimal;

/**
 * The shortest decimal that reads back as the same double, and of those the nearest: Schubfach, after Raffaello Giulietti's "The
 * Schubfach way to render doubles". `bits` are those of a finite positive double.
 */
INLINE decimal shortest_decimal(u64 bits) {
  u64 fraction = bits & 0x000fffffffffffffu;
  u32 biased = (u32)(bits >> 52);
  u64 mantissa = biased != 0 ? fraction | 0x0010000000000000u : fraction;
  i32 exponent = (biased != 0 ? (i32)biased : 1) - 1075;
  u64 open = mantissa & 1; // whether the ends of the interval that reads back are outside it
  u64 nearer_below = fraction == 0 && biased > 1;
  i32 power = (exponent * 1262611 - (nearer_below ? 524031 : 0)) >> 22;
  u32 shift = (u32)(exponent + ((-power * 1741647) >> 19) + 1);
  const u64 *ten = powers[-power - POWER_MIN];
  u64 lower = round_to_odd(ten, (4 * mantissa - 2 + nearer_below) << shift) + open;
  u64 value = round_to_odd(ten, (4 * mantissa) << shift);
  u64 upper = round_to_odd(ten, (4 * mantissa + 2) << shift) - open;
  u64 whole = value / 4;
  if (whole >= 10) {
    u64 tens = whole / 10;
    u32 below = lower <= 40 * tens;
    u32 above = 40 * tens + 40 <= upper;
    if (below != above) return (decimal){tens + above, power + 1};
  }
  u32 below = lower <= 4 * whole;
  u32 above = 4 * whole + 4 <= upper;
  if (below != above) return (decimal){whole + above, power};
  u64 middle = 4 * whole + 2;
  u32 up = value > middle || (value == middle && (whole & 1) != 0);
  return (decimal){whole + up, power};
}

INLINE u8 *write_exponent(u8 *at, i32 exponent) {
  at[0] = 'e';
  at[1] = exponent < 0 ? '-' : '+';
  return write_small(at + 2, (u32)(exponent < 0 ? -exponent : exponent));
}

NOINLINE u8 *write_decimal(u8 *at, decimal number) {
  u64 rest = number.digits / TEN_8;
  u64 low = eight_digits((u32)(number.digits - rest * TEN_8));
  u32 top = (u32)(rest / TEN_8);
  u64 middle = eight_digits((u32)rest - top * TEN_8);
  u8 text[17 + NUMBER_SLACK];
  text[0] = (u8)('0' + top);
  store64(text + 1, middle | ASCII_ZEROS);
  store64(text + 9, low | ASCII_ZEROS);
  u32 first = top != 0      ? 0
              : middle != 0 ? 1 + (u32)__builtin_ctzll(middle) / 8
                            : 9 + (u32)__builtin_ctzll(low) / 8;
  u32 end = low != 0      ? 17 - (u32)__builtin_clzll(low) / 8
            : middle != 0 ? 9 - (u32)__builtin_clzll(middle) / 8
                          : 1;
  const u8 *digits = text + first;
  i32 count = (i32)(end - first);
  i32 point = 17 - (i32)first + number.power; // so many digits are before it
  if (point > 0 && point <= 21) {
    copy_bytes(at, digits, 24);
    if (count <= point) {
      fill_bytes(at + count, '0', 24);
      return at + point;
    }
    at[point] = '.';
    copy_bytes(at + point + 1, digits + point, 24);
    return at + count + 1;
  }
  if (point <= 0 && point > -6) {
    store64(at, 0x3030303030302e30u); // 0.000000
    at += 2 - point;
    copy_bytes(at, digits, 24);
    return at + count;
  }
  *at++ = digits[0];
  if (count > 1) {
    *at = '.';
    copy_bytes(at + 1, digits + 1, 24);
    at += count;
  }
  return write_exponent(at, point - 1);
}

/** Any double: what is not finite is null, and -0 is 0. */
INLINE u8 *write_number(u8 *at, f64 value) {
  f64 size = __builtin_fabs(value);
  if (value < 0) *at++ = '-';
  if (likely(size < WHOLE_MAX)) {
    u64 whole = (u64)size;
    if (likely((f64)whole == size)) return write_whole(at, whole);
  } else if (!(size < __builtin_inf())) {
    at -= value < 0;
    store32(at, 0x6c6c756eu); // null
    return at + 4;
  }
  u64 bits;
  copy_bytes(&bits, &size, 8);
  return write_decimal(at, shortest_decimal(bits));
}

#endif
