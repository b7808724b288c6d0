/** Newline-separated text to records, as connectors/file/line-reader.ts does. */
#ifndef LA_LINES_H
#define LA_LINES_H
#include "json.h"

/** A block's bytes [from, to) are not split yet; `count` records of at most `count_max` have been found. */
typedef struct {
  u32 from, to, count, count_max, record_bytes_max;
  u32 *starts, *ends;
} Lines;

/** The first newline in [at, end), or 0. */
INLINE const u8 *find_newline(const u8 *at, const u8 *end) {
  const v16 newline = v16_splat('\n');
  for (; at + 64 <= end; at += 64) {
    v16 a = v16_equal(v16_load(at), newline), b = v16_equal(v16_load(at + 16), newline);
    v16 c = v16_equal(v16_load(at + 32), newline), d = v16_equal(v16_load(at + 48), newline);
    if (v16_bits(v16_or(v16_or(a, b), v16_or(c, d))) != 0) break;
  }
  for (; at < end; at += 16) {
    u32 bits = v16_bits(v16_equal(v16_load(at), newline));
    if (bits == 0) continue;
    at += lowest_bit(bits);
    return at < end ? at : 0;
  }
  return 0;
}

INLINE int is_blank(const u8 *at, const u8 *end) {
  while (at < end && (*at == 32 || *at == 9 || *at == 13)) at++;
  return at == end;
}

/** Takes whole lines up to the first blank one; returns whether it stopped at such. */
INLINE u32 split(const u8 *bytes, Lines *lines) {
  const u8 *end = bytes + lines->to;
  u32 from = lines->from, count = lines->count, blank = 0;
  while (count < lines->count_max) {
    const u8 *newline = find_newline(bytes + from, end);
    if (newline == 0) break;
    u32 to = (u32)(newline - bytes);
    int is_large = to - from > lines->record_bytes_max;
    if (!is_large && (bytes[from] <= 32 && is_blank(bytes + from, newline))) {
      blank = 1;
      break;
    }
    lines->starts[count] = from;
    lines->ends[count] = is_large ? from + lines->record_bytes_max + 1 : to;
    count++;
    from = to + 1;
  }
  lines->from = from;
  lines->count = count;
  return blank;
}

#endif
