#include "cases.h"
#include "../../../kernels/c/decode.c"

/** The structs with the addresses of this machine, and back what kernels write to them. */
typedef struct {
  Decoder decoder;
  Column column;
  Dictionary dictionary;
  u32 *state;
} Native;

static void *at(u32 place) { return arena + place; }

static Decoder *decoder_of(Native *n, const Case *c) {
  const u32 *w = place(c, 0);
  n->decoder = (Decoder){at(w[0]), at(w[1]),  at(w[2]), at(w[3]), w[4],      w[5],      at(w[6]),  at(w[7]),
                         at(w[8]), at(w[9]), at(w[10]), w[11],    at(w[12]), at(w[13]), at(w[14]), 0};
  return &n->decoder;
}

static Column *column_of(Native *n, const Case *c) {
  const u32 *w = place(c, 4);
  n->column = (Column){at(w[0]), at(w[1]), at(w[2]), at(w[3]), at(w[4]), w[5], 0};
  n->state = 0;
  if (w[6] != 0 && (is(c, "writeCodes") || is(c, "writeValues"))) {
    u32 *s = n->state = at(w[6]);
    n->dictionary = (Dictionary){s[0],     s[1],     s[2],     s[3],      s[4],      s[5],     at(s[6]),
                                 at(s[7]), at(s[8]), at(s[9]), at(s[10]), at(s[11]), at(s[12])};
    n->column.dictionary = &n->dictionary;
  }
  return &n->column;
}

static u32 run_column(const Case *c, u32 (*write)(Decoder *, u32, u32, u32, Column *)) {
  Native n;
  u32 row = write(decoder_of(&n, c), number(c, 1), number(c, 2), number(c, 3), column_of(&n, c));
  if (n.state) {
    n.state[0] = n.dictionary.mask;
    n.state[1] = n.dictionary.entries;
    n.state[2] = n.dictionary.byte_count;
  }
  return row;
}

static unsigned run(const Case *c) {
  Native n;
  if (is(c, "locate")) return locate(decoder_of(&n, c), number(c, 1), number(c, 2));
  if (is(c, "writeNumbers")) return run_column(c, numbers_column);
  if (is(c, "writeHashes")) return run_column(c, hashes_column);
  if (is(c, "writeCodes")) return run_column(c, codes_column);
  if (is(c, "writeValues")) return run_column(c, values_column);
  if (is(c, "splitLines")) {
    u32 *w = place(c, 1);
    Lines lines = {w[0], w[1], w[2], w[3], w[4], at(w[5]), at(w[6])};
    u32 blank = split_lines(place(c, 0), &lines);
    w[0] = lines.from;
    w[2] = lines.count;
    return blank;
  }
  need(is(c, "writeTimes"), "decode: an unknown call");
  return times_column(decoder_of(&n, c), number(c, 1), number(c, 2), place(c, 3), c->argument[4], c->argument[5],
                      c->argument[6], place(c, 7));
}

MAIN
