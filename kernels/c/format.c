/**
 * Result rows as JSON lines, byte for byte what connectors/file/result-lines.ts writes. Places are offsets into `memory`. Reads and
 * writes may go up to SLACK_BYTES past the end of what they are given.
 */
#include "json-number.h"
#include "simd.h"

#define WINDOW_BYTES_MAX 128
#define TAILS 8

typedef struct {
  u32 at;
  u32 length;
} text;

/** As connectors/file/line-kernel.ts lays it out; the heads of keys and of values follow, and the values' columns. */
typedef struct {
  u32 row;
  u32 rows;
  u32 complete_only;
  u32 out;
  u32 out_end;
  /** Bytes of a line at most, without its keys. */
  u32 line_max;
  u32 keys;
  u32 values;
  u32 key_bytes;
  u32 key_starts;
  u32 window_start;
  u32 window_end;
  u32 row_counts;
  u32 complete;
  u32 truncated;
  u32 gap;
  text window_start_head;
  text window_end_head;
  text rows_head;
  text tails[TAILS];
} job;

#ifdef __wasm__
extern u8 __heap_base;
EXPORT("heapBase") u8 *heap_base(void) { return &__heap_base; }
#endif

INLINE u8 *copy(u8 *to, const u8 *from, u32 length) {
  u32 done = 0;
  do {
    copy_bytes(to + done, from + done, 16);
    done += 16;
  } while (done < length);
  return to + length;
}

INLINE u8 *write_text(u8 *at, const u8 *memory, text constant) {
  return copy(at, memory + constant.at, constant.length);
}

/** The lowest byte of those that equal `byte` has its highest bit set; bits above it mean nothing. */
INLINE u64 equal_bytes(u64 word, u8 byte) {
  u64 different = word ^ (0x0101010101010101u * byte);
  return (different - 0x0101010101010101u) & ~different & 0x8080808080808080u;
}

typedef struct {
  u8 *out;
  const u8 *in;
} places;

/** Copies the elements of a canonical JSON array up to the first of: a comma outside of texts, `end`. */
INLINE places copy_element(u8 *out, const u8 *in, const u8 *end) {
  if (*in != '"') {
    while (in < end && *in != ',') *out++ = *in++;
    return (places){out, in};
  }
  *out++ = *in++;
  while (in < end) {
    u64 word = load64(in);
    store64(out, word);
    u64 found = equal_bytes(word, '"') | equal_bytes(word, '\\');
    if (found == 0) {
      in += 8;
      out += 8;
      continue;
    }
    u32 before = (u32)__builtin_ctzll(found) / 8;
    in += before + 1;
    out += before + 1;
    if (in[-1] == '"') break;
    *out++ = *in++; // what is escaped
  }
  return (places){out, in};
}

INLINE u8 *write_keys(u8 *at, const u8 *memory, const text *heads, u32 count, u32 from, u32 to) {
  if (count == 0) return at;
  at = write_text(at, memory, heads[0]);
  const u8 *in = memory + from + 1;
  const u8 *end = memory + to - 1;
  if (count == 1) return copy(at, in, (u32)(end - in));
  for (u32 key = 0;;) {
    places places = copy_element(at, in, end);
    if (++key == count || places.in >= end) return places.out;
    at = write_text(places.out, memory, heads[key]);
    in = places.in + 1;
  }
}

INLINE u64 bits_at(const u8 *memory, u32 column, u32 row) { return load64(memory + column + 8 * row); }

INLINE f64 number_at(const u8 *memory, u32 column, u32 row) {
  f64 number;
  copy_bytes(&number, memory + column + 8 * row, 8);
  return number;
}

INLINE u32 write_window(u8 *window, const u8 *memory, const job *job, u32 row) {
  u8 *at = write_text(window, memory, job->window_start_head);
  at = write_number(at, number_at(memory, job->window_start, row));
  at = write_text(at, memory, job->window_end_head);
  return (u32)(write_number(at, number_at(memory, job->window_end, row)) - window);
}

/** Writes lines from the job's row on while there is room, and moves it on. Returns the bytes written. */
EXPORT("formatLines") u32 format_lines(u8 *memory, u32 job_at) {
  job *job = (void *)(memory + job_at);
  const text *key_heads = (const void *)(job + 1);
  const text *value_heads = key_heads + job->keys;
  const u32 *columns = (const void *)(value_heads + job->values);
  const u32 *key_starts = (const void *)(memory + job->key_starts);
  u8 window[WINDOW_BYTES_MAX + SLACK_BYTES];
  u32 window_length = 0;
  u64 start = 0, end = 0;
  u8 *at = memory + job->out;
  u8 *out_end = memory + job->out_end;
  u32 row = job->row;
  for (; row < job->rows; row++) {
    u32 complete = memory[job->complete + row];
    if (job->complete_only && !complete) continue;
    u32 from = key_starts[row], to = key_starts[row + 1];
    if ((u32)(out_end - at) < job->line_max + (to - from)) break;
    at = write_keys(at, memory, key_heads, job->keys, job->key_bytes + from, job->key_bytes + to);
    u64 row_start = bits_at(memory, job->window_start, row);
    u64 row_end = bits_at(memory, job->window_end, row);
    if (window_length == 0 || row_start != start || row_end != end) {
      start = row_start;
      end = row_end;
      window_length = write_window(window, memory, job, row);
    }
    at = copy(at, window, window_length);
    for (u32 value = 0; value < job->values; value++) {
      at = write_text(at, memory, value_heads[value]);
      at = write_number(at, number_at(memory, columns[value], row));
    }
    at = write_text(at, memory, job->rows_head);
    at = write_number(at, number_at(memory, job->row_counts, row));
    u32 flags = complete | (u32)memory[job->truncated + row] << 1 | (u32)memory[job->gap + row] << 2;
    at = write_text(at, memory, job->tails[flags]);
  }
  job->row = row;
  return (u32)(at - (memory + job->out));
}

/** A number as text. Returns its bytes. */
EXPORT("formatNumber") u32 format_number(u8 *at, f64 value) { return (u32)(write_number(at, value) - at); }
