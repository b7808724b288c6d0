#include "cases.h"
#include "../../../kernels/c/format.c"

static unsigned run(const Case *c) {
  need(is(c, "formatLines"), "format: an unknown call");
  return format_lines(place(c, 0), number(c, 1));
}

MAIN
