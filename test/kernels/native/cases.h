/**
 * Runs the calls that record.ts wrote: reads cases from stdin, writes replies to stdout. The pieces of memory of a case lie at their places
 * in an arena of which all else is poisoned, so that the address sanitizer stops at the first byte that is none of the call's.
 * A driver includes the kernel, defines `run`, and ends with MAIN.
 *
 *   case:  name[24], u32 count of arguments, u32 count of pieces, f64 arguments[], pieces[] {u32 at, bytes, stored; u8 bytes[stored]}
 *   reply: u32 result, pieces[] {u32 stored, u8 bytes[stored]}; what is not stored is zero
 */
#ifndef LA_CASES_H
#define LA_CASES_H
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ARGUMENTS_MAX 16
#define PIECES_MAX 64
/** Address space; what is not touched costs nothing. */
#define ARENA_BYTES (1ul << 32)

typedef struct {
  unsigned at, bytes, stored;
} Piece;

typedef struct {
  char name[24];
  unsigned arguments, pieces;
  double argument[ARGUMENTS_MAX];
  Piece piece[PIECES_MAX];
} Case;

static unsigned char *arena;

static inline int is(const Case *c, const char *name) { return strcmp(c->name, name) == 0; }
static inline unsigned number(const Case *c, int argument) { return (unsigned)(long long)c->argument[argument]; }
static inline void *place(const Case *c, int argument) { return arena + number(c, argument); }

static void need(int condition, const char *what) {
  if (condition) return;
  fprintf(stderr, "cases.h: %s\n", what);
  exit(3);
}

static void read_all(void *to, size_t bytes) { need(fread(to, 1, bytes, stdin) == bytes, "a case ends too early"); }

static int read_case(Case *c) {
  if (fread(c->name, 1, sizeof c->name, stdin) != sizeof c->name) return 0;
  read_all(&c->arguments, 4);
  read_all(&c->pieces, 4);
  need(c->arguments <= ARGUMENTS_MAX && c->pieces <= PIECES_MAX, "too many arguments or pieces");
  read_all(c->argument, 8 * c->arguments);
  for (unsigned i = 0; i < c->pieces; i++) {
    Piece *piece = &c->piece[i];
    read_all(piece, sizeof *piece);
    need(piece->stored <= piece->bytes, "more is stored than there is");
    ASAN_UNPOISON_MEMORY_REGION(arena + piece->at, piece->bytes);
    memset(arena + piece->at, 0, piece->bytes);
    read_all(arena + piece->at, piece->stored);
  }
  return 1;
}

static void reply(const Case *c, unsigned result) {
  fwrite(&result, 4, 1, stdout);
  for (unsigned i = 0; i < c->pieces; i++) {
    const Piece *piece = &c->piece[i];
    unsigned stored = piece->bytes;
    while (stored > 0 && arena[piece->at + stored - 1] == 0) stored--;
    fwrite(&stored, 4, 1, stdout);
    fwrite(arena + piece->at, 1, stored, stdout);
  }
  // Only now: pieces may overlap.
  for (unsigned i = 0; i < c->pieces; i++) {
    const Piece *piece = &c->piece[i];
    ASAN_POISON_MEMORY_REGION(arena + piece->at, piece->bytes);
  }
}

static unsigned run(const Case *c);

/** Says the names of the cases on stderr before they run: the last one is that which failed. */
static int run_cases(void) {
  arena = mmap(0, ARENA_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  need(arena != MAP_FAILED, "no address space");
  ASAN_POISON_MEMORY_REGION(arena, ARENA_BYTES);
  Case c;
  for (unsigned count = 0; read_case(&c); count++) {
    fprintf(stderr, "%u %s\n", count, c.name);
    reply(&c, run(&c));
  }
  return 0;
}

#define MAIN \
  int main(void) { return run_cases(); }

#endif
