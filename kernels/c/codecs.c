/**
 * What Kafka's record batches need: CRC-32C, xxHash32, and the blocks of LZ4 and Snappy. No kernel reads or writes outside the ranges
 * that it is given; steps of 16 bytes are taken only where a range has room for them. The module's memory belongs to one thread.
 */
typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef int i32;
typedef u64 lanes __attribute__((vector_size(16)));

#define DAMAGED (-1)
/** The block holds more than the output takes. */
#define FULL (-2)
/** Of one literal or match. */
#define LENGTH_MAX 0x40000000u

static inline u32 load32(const u8 *from) {
  u32 value;
  __builtin_memcpy(&value, from, 4);
  return value;
}

static inline lanes load(const u8 *from) {
  lanes value;
  __builtin_memcpy(&value, from, 16);
  return value;
}

static inline void store(u8 *to, lanes value) { __builtin_memcpy(to, &value, 16); }

#ifdef __wasm__
extern u8 __heap_base;
/** Where the memory is free for inputs and outputs. */
[[clang::export_name("heapBase")]] u8 *heap_base(void) { return &__heap_base; }
#endif

/* ---- CRC-32C ---- */

/** table[k][b]: byte b followed by k zero bytes. */
static u32 table[16][256];

[[clang::export_name("crc32cInit")]] void crc32c_init(void) {
  for (u32 i = 0; i < 256; i++) {
    u32 crc = i;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
    table[0][i] = crc;
  }
  for (u32 k = 1; k < 16; k++) {
    for (u32 i = 0; i < 256; i++) {
      u32 crc = table[k - 1][i];
      table[k][i] = table[0][crc & 255] ^ (crc >> 8);
    }
  }
}

static inline u32 word_crc(u32 word, u32 k) {
  return table[k + 3][word & 255] ^ table[k + 2][(word >> 8) & 255] ^
         table[k + 1][(word >> 16) & 255] ^ table[k][word >> 24];
}

static u32 crc_by_table(u32 crc, const u8 *bytes, u32 length) {
  for (; length >= 16; bytes += 16, length -= 16) {
    crc = word_crc(load32(bytes) ^ crc, 12) ^ word_crc(load32(bytes + 4), 8) ^
          word_crc(load32(bytes + 8), 4) ^ word_crc(load32(bytes + 12), 0);
  }
  for (; length > 0; bytes++, length--) crc = table[0][(crc ^ *bytes) & 255] ^ (crc >> 8);
  return crc;
}

/*
 * A message keeps its CRC when a multiple of the polynomial is added to it. With y = x^128, a shift by 16 bytes,
 * y^209 + y^144 + y^54 + y^39 + y^14 + 1 is such a multiple (the first one that a search over sums of six powers finds). So a block
 * of 16 bytes may go away when it is added to the blocks 65, 155, 170, 195 and 209 further on. All blocks but the last 209 go that way,
 * by additions alone, and only the rest goes through the tables.
 */
#define FOLD_BLOCKS 209
#define FOLD_BYTES_MIN 8192
static const u32 distances[5] = {65, 155, 170, 195, FOLD_BLOCKS};

static inline void add_block(u8 *bytes, u32 to, u32 from) {
  store(bytes + 16 * to, load(bytes + 16 * to) ^ load(bytes + 16 * from));
}

/** Adds what went away to what stays: the last FOLD_BLOCKS blocks. */
static void fold(u8 *bytes, u32 blocks) {
  for (u32 i = distances[0]; i < FOLD_BLOCKS; i++) {
    for (u32 k = 0; k < 5 && distances[k] <= i; k++) add_block(bytes, i, i - distances[k]);
  }
  const u32 kept = blocks - FOLD_BLOCKS;
  u8 *at = bytes + 16 * FOLD_BLOCKS;
  for (u8 *const end = bytes + 16 * kept; at < end; at += 16) {
    store(at, load(at) ^ load(at - 16 * 65) ^ load(at - 16 * 155) ^ load(at - 16 * 170) ^
                  load(at - 16 * 195) ^ load(at - 16 * FOLD_BLOCKS));
  }
  for (u32 k = 0; k < 5; k++) {
    for (u32 i = 0; i < distances[k]; i++) add_block(bytes, kept + i, kept + i - distances[k]);
  }
}

/** Goes on from the CRC of what came before (0: nothing). Writes over long inputs. */
[[clang::export_name("crc32c")]] u32 crc32c(u32 before, u8 *bytes, u32 length) {
  u32 crc = ~before;
  if (length >= FOLD_BYTES_MIN) {
    const u32 first = load32(bytes) ^ crc;
    __builtin_memcpy(bytes, &first, 4);
    crc = 0;
    const u32 blocks = length / 16;
    fold(bytes, blocks);
    const u32 gone = 16 * (blocks - FOLD_BLOCKS);
    bytes += gone;
    length -= gone;
  }
  return ~crc_by_table(crc, bytes, length);
}

/* ---- xxHash32 ---- */

#define PRIME1 0x9E3779B1u
#define PRIME2 0x85EBCA77u
#define PRIME3 0xC2B2AE3Du
#define PRIME4 0x27D4EB2Fu
#define PRIME5 0x165667B1u

static inline u32 rotated(u32 value, int by) { return (value << by) | (value >> (32 - by)); }

static inline u32 xx_round(u32 sum, u32 word) { return rotated(sum + word * PRIME2, 13) * PRIME1; }

/** With seed 0. */
[[clang::export_name("xxHash32")]] u32 xx_hash32(const u8 *bytes, u32 length) {
  const u8 *const end = bytes + length;
  u32 hash = PRIME5;
  if (length >= 16) {
    u32 a = PRIME1 + PRIME2, b = PRIME2, c = 0, d = 0u - PRIME1;
    for (; end - bytes >= 16; bytes += 16) {
      a = xx_round(a, load32(bytes));
      b = xx_round(b, load32(bytes + 4));
      c = xx_round(c, load32(bytes + 8));
      d = xx_round(d, load32(bytes + 12));
    }
    hash = rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18);
  }
  hash += length;
  for (; end - bytes >= 4; bytes += 4) hash = rotated(hash + load32(bytes) * PRIME3, 17) * PRIME4;
  for (; bytes < end; bytes++) hash = rotated(hash + *bytes * PRIME5, 11) * PRIME1;
  hash = (hash ^ (hash >> 15)) * PRIME2;
  hash = (hash ^ (hash >> 13)) * PRIME3;
  return hash ^ (hash >> 16);
}

/* ---- LZ4 and Snappy ---- */

/** In steps of 16 bytes, of which the last may reach 15 bytes too far; the ranges overlap by no step. */
static inline void copy_steps(u8 *to, const u8 *from, u32 length) {
  store(to, load(from));
  for (u32 done = 16; done < length; done += 16) store(to + done, load(from + done));
}

/** Both ranges have room for `length`, which is not 0. */
static inline void copy_literal(u8 *to, const u8 *from, u32 length, u32 to_room, u32 from_room) {
  const u32 room = to_room < from_room ? to_room : from_room;
  if (length <= 64 && room - length >= 15) {
    copy_steps(to, from, length);
  } else {
    __builtin_memcpy(to, from, length);
  }
}

/** Repeats what lies `offset` before, also where that overlaps; `room` takes `length`, which is not 0. */
static inline void copy_match(u8 *to, u32 offset, u32 length, u32 room) {
  const u8 *from = to - offset;
  u8 *const end = to + length;
  if (room - length < 15) {
    while (to < end) *to++ = *from++;
  } else if (offset >= 16) {
    copy_steps(to, from, length);
  } else {
    for (u32 i = 0; i < 16; i++) to[i] = from[i];
    const lanes pattern = load(to);
    const u32 whole = 16 - 16 % offset;
    for (to += whole; to < end; to += whole) store(to, pattern);
  }
}

/** `length` and the bytes that go on with it; more than LENGTH_MAX when too long, 0 when they end too early. */
static inline u32 long_length(u32 length, const u8 **at, const u8 *end) {
  const u8 *in = *at;
  u32 byte;
  do {
    if (in == end) return 0;
    byte = *in++;
    length += byte;
  } while (byte == 255 && length <= LENGTH_MAX);
  *at = in;
  return length;
}

/**
 * Decodes a block to [out, out_end); matches may reach back to `window`. Returns the bytes written, or DAMAGED or FULL.
 */
[[clang::export_name("lz4Block")]] i32 lz4_block(const u8 *in, const u8 *in_end, const u8 *window,
                                                 u8 *out, u8 *out_end) {
  u8 *const begin = out;
  while (in < in_end) {
    const u32 token = *in++;
    u32 length = token >> 4;
    if (length < 15 && in_end - in >= 17 && out_end - out >= 16) {
      store(out, load(in));
      in += length;
      out += length;
    } else {
      if (length == 15 && (length = long_length(length, &in, in_end)) == 0) return DAMAGED;
      const u32 room = (u32)(out_end - out);
      if (length > room) return FULL;
      const u32 left = (u32)(in_end - in);
      if (length > left) return DAMAGED;
      if (length > 0) copy_literal(out, in, length, room, left);
      in += length;
      out += length;
      if (in == in_end) return (i32)(out - begin);
      if (in_end - in < 2) return DAMAGED;
    }
    const u32 offset = in[0] | (u32)in[1] << 8;
    in += 2;
    if (offset - 1 >= (u32)(out - window)) return DAMAGED;
    length = token & 15;
    if (length == 15 && (length = long_length(length, &in, in_end)) == 0) return DAMAGED;
    length += 4;
    const u32 room = (u32)(out_end - out);
    if (length > room) return FULL;
    copy_match(out, offset, length, room);
    out += length;
  }
  return DAMAGED;
}

/** Decodes the elements of a block, which fill [out, out_end) exactly. Returns 0 or DAMAGED. */
[[clang::export_name("snappyBlock")]] i32 snappy_block(const u8 *in, const u8 *in_end, u8 *out,
                                                       u8 *out_end) {
  u8 *const begin = out;
  while (in < in_end) {
    const u32 tag = *in++;
    const u32 kind = tag & 3;
    const u32 room = (u32)(out_end - out);
    if (kind == 0) {
      u32 last = tag >> 2;
      if (last >= 60) {
        const u32 more = last - 59;
        if ((u32)(in_end - in) < more) return DAMAGED;
        last = 0;
        for (u32 i = 0; i < more; i++) last |= (u32)in[i] << (8 * i);
        in += more;
      }
      const u32 left = (u32)(in_end - in);
      if (last >= room || last >= left) return DAMAGED;
      copy_literal(out, in, last + 1, room, left);
      in += last + 1;
      out += last + 1;
      continue;
    }
    // Selected rather than branched on: which kind comes next cannot be predicted.
    const u32 more = kind == 3 ? 4 : kind;
    const u32 left = (u32)(in_end - in);
    u32 offset;
    if (left >= 4) {
      offset = load32(in) & (~0u >> (32 - 8 * more));
    } else {
      if (left < more) return DAMAGED;
      offset = in[0] | (kind == 2 ? (u32)in[1] << 8 : 0);
    }
    offset |= kind == 1 ? (tag >> 5) << 8 : 0;
    const u32 length = kind == 1 ? 4 + ((tag >> 2) & 7) : (tag >> 2) + 1;
    in += more;
    if (offset - 1 >= (u32)(out - begin) || length > room) return DAMAGED;
    copy_match(out, offset, length, room);
    out += length;
  }
  return out == out_end ? 0 : DAMAGED;
}
