#include "cases.h"
#include "../../../kernels/c/codecs.c"

static unsigned run(const Case *c) {
  crc32c_init();
  if (is(c, "crc32c")) return crc32c(number(c, 0), place(c, 1), number(c, 2));
  if (is(c, "xxHash32")) return xx_hash32(place(c, 0), number(c, 1));
  if (is(c, "lz4Block")) return (unsigned)lz4_block(place(c, 0), place(c, 1), place(c, 2), place(c, 3), place(c, 4));
  need(is(c, "snappyBlock"), "codecs: an unknown call");
  return (unsigned)snappy_block(place(c, 0), place(c, 1), place(c, 2), place(c, 3));
}

MAIN
