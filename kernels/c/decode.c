/**
 * The decode kernel: JSON records to located values, located values to columns. It takes what is plain and leaves the rest,
 * row by row and cell by cell, to its TypeScript twin, which reads the same memory (kernels/decode-kernel.ts).
 */
#include "columns.h"
#include "json.h"
#include "lines.h"

/** Whether the bytes are those that the node predicts. */
INLINE int is_predicted(const Node *node, const u8 *at, const u8 *end) {
  u32 length = (u32)node->length;
  if (length == 0 || length > (u32)(end - at)) return 0;
  u32 i = 0;
  for (; unlikely(i + 16 < length); i += 16) {
    if (v16_bits(v16_equal(v16_load(at + i), v16_load(node->literal + i))) != 0xffff) return 0;
  }
  u32 differing = ~v16_bits(v16_equal(v16_load(at + i), v16_load(node->literal + i)));
  return (differing & (0xffffu >> (16 - (length - i)))) == 0;
}

/** A key given twice: what its first value held inside is gone. */
NOINLINE void clear_object(Decoder *d, u32 object, u32 row) {
  const u32 *slots = d->object_slots + d->objects[3 * object + 1];
  for (u32 i = 0; i < d->objects[3 * object + 2]; i++) d->kinds[slots[i] * BLOCK_ROWS + row] = KIND_NULL;
}

/** Locates the values of a record that is valid and has no surprises; 0 for any other. */
INLINE int scan(Decoder *d, const u8 *at, const u8 *end, u32 row) {
  at = skip_space(at, end);
  if (at >= end || *at != '{') return 0;
  at++;
  u32 depth = 1;
  const Node *node = node_at(d, d->objects[0]);
  while (at <= end) {
    const Node *taken = node;
    if (unlikely(!is_predicted(taken, at, end))) {
      const u8 *close = skip_space(at, end);
      if (close < end && *close == '}') {
        at = close + 1;
        if (--depth == 0) return skip_space(at, end) == end;
        node = node_at(d, d->open_nodes[depth]);
        continue;
      }
      taken = (const Node *)((const u32 *)node + d->alternative);
      if (!is_predicted(taken, at, end)) return 0;
    }
    // More white space may follow than the last time.
    at = skip_space(at + taken->length, end);
    node = node_at(d, (u32)taken->next);
    u32 cell = (u32)node->cell + row;
    if (unlikely(node->object >= 0)) {
      clear_object(d, (u32)node->object, row);
      if (*at == '{') {
        if (depth == DEPTH_MAX) return 0;
        d->kinds[cell] = KIND_CONTAINER;
        d->open_nodes[depth++] = (u32)((const u32 *)node - d->nodes);
        node = node_at(d, d->objects[3 * node->object]);
        at++;
        continue;
      }
    }
    if (unlikely(*at == '{' || *at == '[')) {
      d->kinds[cell] = KIND_CONTAINER;
      at = skip_container(d, at, end, depth);
    } else {
      at = read_plain(d, at, end, cell);
    }
    if (unlikely(at == 0)) return 0;
  }
  return 0;
}

/** Locates rows from `from` on, up to the first that is left to the twin, which is returned. */
EXPORT("locate") u32 locate(Decoder *d, u32 from, u32 count) {
  for (u32 row = from; row < count; row++) {
    u32 start = d->starts[row], end = d->ends[row];
    if (end - start > d->record_bytes_max) return row;
    if (!scan(d, d->input + start, d->input + end, row)) return row;
  }
  return count;
}

EXPORT("writeNumbers") u32 numbers_column(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  return write_numbers(d, slot, from, count, column);
}

EXPORT("writeHashes") u32 hashes_column(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  return write_hashes(d, slot, from, count, column);
}

EXPORT("writeCodes") u32 codes_column(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  return write_codes(d, slot, from, count, column);
}

EXPORT("writeValues") u32 values_column(Decoder *d, u32 slot, u32 from, u32 count, Column *column) {
  return write_values(d, slot, from, count, column);
}

/** {smallest, largest} of the times written. */
typedef struct {
  f64 min, max;
} Range;

/**
 * Writes the slot as event times when all rows have integers; `floor_by` of the unit: a time is value x multiplier / divisor,
 * rounded down, + shift. Returns whether it could; otherwise the twin does all.
 */
EXPORT("writeTimes") u32 times_column(Decoder *d, u32 slot, u32 count, f64 *times, f64 multiplier, f64 divisor, f64 shift, Range *range) {
  const u8 *kinds = d->kinds + slot * BLOCK_ROWS;
  const f64 *located = d->numbers + slot * BLOCK_ROWS;
  u8 others = 0;
  for (u32 i = 0; i < count; i++) others |= kinds[i] ^ KIND_INTEGER;
  if (others) return 0;
  f64 min = range->min, max = range->max;
  for (u32 i = 0; i < count; i++) {
    f64 unshifted = __builtin_floor(located[i] * multiplier / divisor);
    if (!(unshifted >= -9007199254740991.0 && unshifted <= 9007199254740991.0)) return 0;
    f64 time = unshifted + shift;
    if (!(time >= -9007199254740991.0 && time <= 9007199254740991.0)) return 0;
    // No negative zero.
    times[i] = time + 0.0;
    min = time < min ? time : min;
    max = time > max ? time : max;
  }
  range->min = min;
  range->max = max;
  return 1;
}

EXPORT("splitLines") u32 split_lines(const u8 *bytes, Lines *lines) { return split(bytes, lines); }
