/**
 * Single JSON values: each reader validates one and leaves what it is in a cell, as kernels/json-scanner.ts does. It returns
 * the place after the value, or 0: then the record is the twin's to judge. It may look, by up to SLACK_BYTES, past the end
 * of the record; callers compare.
 */
#ifndef LA_JSON_H
#define LA_JSON_H
#include "located.h"

#define DEPTH_MAX 512
#define DIGITS_MAX 15

static const f64 POWERS[DIGITS_MAX + 1] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                           1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

INLINE int is_space(u8 byte) { return byte == 32 || byte == 10 || byte == 13 || byte == 9; }

INLINE const u8 *skip_space(const u8 *at, const u8 *end) {
  if (likely(*at > 32)) return at;
  while (at < end && is_space(*at)) at++;
  return at;
}

INLINE int is_continuation(u8 byte) { return (byte & 0xc0) == 0x80; }

/** After a sequence of several bytes; 0 when it is not well formed. */
INLINE const u8 *after_utf8(const u8 *at) {
  u8 lead = at[0], second = at[1];
  if (lead >= 0xc2 && lead <= 0xdf) return is_continuation(second) ? at + 2 : 0;
  if (!is_continuation(second)) return 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    // No overlong forms, no surrogates.
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return 0;
    return is_continuation(at[2]) ? at + 3 : 0;
  }
  if (lead < 0xf0 || lead > 0xf4) return 0;
  // No overlong forms, nothing beyond U+10FFFF.
  if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return 0;
  return is_continuation(at[2]) && is_continuation(at[3]) ? at + 4 : 0;
}

INLINE int is_hex(u8 byte) {
  u8 lower = byte | 32;
  return (byte >= 48 && byte <= 57) || (lower >= 97 && lower <= 102);
}

INLINE const u8 *after_escape(const u8 *at) {
  switch (at[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
      return at + 2;
    case 'u':
      return is_hex(at[2]) && is_hex(at[3]) && is_hex(at[4]) && is_hex(at[5]) ? at + 6 : 0;
    default:
      return 0;
  }
}

INLINE void set_spot(Decoder *d, u32 cell, u8 kind, const u8 *start, const u8 *end) {
  d->kinds[cell] = kind;
  d->spots[cell].start = (u32)(start - d->input);
  d->spots[cell].length = (u32)(end - start);
}

/** The rest of a string from its first byte that is neither plain ASCII nor the closing quote. */
NOINLINE const u8 *read_unusual_string(Decoder *d, const u8 *start, const u8 *at, const u8 *end, u32 cell) {
  u8 kind = KIND_TEXT;
  while (at < end) {
    if (*at == '"') {
      set_spot(d, cell, kind, start, at);
      return at + 1;
    }
    if (*at < 32) return 0;
    if (*at >= 128) {
      at = after_utf8(at);
    } else if (*at == '\\') {
      kind = KIND_ESCAPED_TEXT;
      at = after_escape(at);
    } else {
      at++;
    }
    if (at == 0) return 0;
  }
  return 0;
}

/** `start` is after the opening quote. */
INLINE const u8 *read_string(Decoder *d, const u8 *start, const u8 *end, u32 cell) {
  for (const u8 *at = start; at < end; at += 16) {
    v16 bytes = v16_load(at);
    // As signed numbers, control characters and bytes beyond ASCII are both below 32.
    v16 unusual = v16_or(v16_less(bytes, v16_splat(32)), v16_equal(bytes, v16_splat('\\')));
    u32 bits = v16_bits(v16_or(unusual, v16_equal(bytes, v16_splat('"'))));
    if (bits == 0) continue;
    at += lowest_bit(bits);
    if (unlikely(*at != '"')) return read_unusual_string(d, start, at, end, cell);
    set_spot(d, cell, KIND_TEXT, start, at);
    return at + 1;
  }
  return 0;
}

/** The number of up to 8 digits, which stand in the high bytes of the word, zero bits before them. */
INLINE u64 eight_digits(u64 digits) {
  digits &= 0x0f0f0f0f0f0f0f0full;
  digits = (digits * 10) + (digits >> 8);
  return (((digits & 0x000000ff000000ffull) * 0x000f424000000064ull) +
          (((digits >> 16) & 0x000000ff000000ffull) * 0x0000271000000001ull)) >> 32;
}

INLINE u64 some_digits(const u8 *at, u32 count) {
  return eight_digits(load64(at) << (8 * (8 - count)));
}

/** Value of 1 to 15 digits. */
INLINE u64 digits_value(const u8 *at, u32 count) {
  static const u64 powers[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
  if (count <= 8) return some_digits(at, count) & 0xffffffffull;
  return (eight_digits(load64(at)) & 0xffffffffull) * powers[count - 8] +
         (some_digits(at + 8, count - 8) & 0xffffffffull);
}

/** How many of the next 16 bytes are digits before the first that is none. */
INLINE u32 count_digits(const u8 *at) {
  // Digits become the 10 lowest of the signed numbers.
  v16 moved = v16_subtract(v16_load(at), v16_splat('0' + 128));
  return lowest_bit(~v16_bits(v16_less(moved, v16_splat((u8)(10 - 128)))));
}

/** A number with a fraction, an exponent or many digits. */
NOINLINE const u8 *read_unusual_number(Decoder *d, const u8 *start, const u8 *end, u32 cell) {
  int negative = *start == '-';
  const u8 *whole = start + negative, *at = whole;
  f64 value = 0;
  if (*at == '0') {
    at++;
  } else {
    for (; at < end && *at >= '0' && *at <= '9'; at++) value = value * 10 + (*at - '0');
    if (at == whole) return 0;
  }
  u32 digits = (u32)(at - whole), places = 0;
  u8 kind = KIND_INTEGER;
  if (at < end && *at == '.') {
    kind = KIND_DECIMAL;
    const u8 *fraction = ++at;
    for (; at < end && *at >= '0' && *at <= '9'; at++) value = value * 10 + (*at - '0');
    places = (u32)(at - fraction);
    if (places == 0) return 0;
    digits += places;
    // Both are exact, so the quotient is the nearest double.
    if (digits <= DIGITS_MAX) value /= POWERS[places];
  }
  if (at < end && (*at | 32) == 'e') {
    kind = KIND_NUMBER;
    at++;
    if (*at == '+' || *at == '-') at++;
    const u8 *first = at;
    while (at < end && *at >= '0' && *at <= '9') at++;
    if (at == first) return 0;
  }
  if (digits > DIGITS_MAX) kind = KIND_NUMBER;
  else if (value == 0 && negative && kind == KIND_INTEGER) kind = KIND_DECIMAL;
  set_spot(d, cell, kind, start, at);
  d->numbers[cell] = negative ? 0 - value : value;
  return at;
}

INLINE const u8 *read_number(Decoder *d, const u8 *start, const u8 *end, u32 cell) {
  u32 negative = *start == '-';
  const u8 *digits = start + negative;
  u32 count = count_digits(digits);
  const u8 *after = digits + count;
  u8 next = *after;
  // A zero in front, also a lone one behind a minus, is unusual; so is none at all.
  int usual = count - 1 < DIGITS_MAX && next != '.' && (next | 32) != 'e' && (*digits != '0' || (count == 1 && !negative));
  if (unlikely(!usual)) return read_unusual_number(d, start, end, cell);
  f64 value = (f64)(i64)digits_value(digits, count);
  set_spot(d, cell, KIND_INTEGER, start, after);
  d->numbers[cell] = negative ? -value : value;
  return after;
}

INLINE const u8 *read_word(Decoder *d, const u8 *at, u32 cell) {
  if (load32(at) == 0x6c6c756e) return d->kinds[cell] = KIND_NULL, at + 4;
  if (load32(at) == 0x65757274) return d->kinds[cell] = KIND_TRUE, at + 4;
  if (*at == 'f' && load32(at + 1) == 0x65736c61) return d->kinds[cell] = KIND_FALSE, at + 5;
  return 0;
}

/** Any value but an object or array. */
INLINE const u8 *read_plain(Decoder *d, const u8 *at, const u8 *end, u32 cell) {
  if (*at == '"') return read_string(d, at + 1, end, cell);
  if (*at == '-' || (*at >= '0' && *at <= '9')) return read_number(d, at, end, cell);
  return read_word(d, at, cell);
}

/** A key and its colon; returns where the value starts. */
INLINE const u8 *skip_key(Decoder *d, const u8 *at, const u8 *end, u32 cell) {
  if (*at != '"') return 0;
  at = read_string(d, at + 1, end, cell);
  if (at == 0) return 0;
  at = skip_space(at, end);
  return *at == ':' ? skip_space(at + 1, end) : 0;
}

/** An object or array that no wanted path goes into, in `depth_before` open ones. */
NOINLINE const u8 *skip_container(Decoder *d, const u8 *at, const u8 *end, u32 depth_before) {
  u8 *is_array = d->is_array;
  u32 cell = d->slots * BLOCK_ROWS, depth = depth_before;
  for (;;) {
    // A value starts here.
    if (at >= end) return 0;
    u8 byte = *at;
    if (byte == '{' || byte == '[') {
      if (depth == DEPTH_MAX) return 0;
      is_array[depth++] = byte == '[';
      at = skip_space(at + 1, end);
      if (*at != byte + 2) {
        if (byte == '{') at = skip_key(d, at, end, cell);
        if (at == 0) return 0;
        continue;
      }
    } else {
      at = read_plain(d, at, end, cell);
      if (at == 0) return 0;
      at = skip_space(at, end);
    }
    // It has ended, or its empty container is at its closing bracket.
    while (at < end && *at == (is_array[depth - 1] ? ']' : '}')) {
      at++;
      if (--depth == depth_before) return at;
      at = skip_space(at, end);
    }
    if (*at != ',') return 0;
    at = skip_space(at + 1, end);
    if (!is_array[depth - 1]) at = skip_key(d, at, end, cell);
    if (at == 0) return 0;
  }
}

#endif
