/** What scanning finds, laid out by kernels/decode-kernel.ts and read by its TypeScript twin as well: kernels/located-values.ts. */
#ifndef LA_LOCATED_H
#define LA_LOCATED_H
#include "simd.h"

#define BLOCK_ROWS 512

enum {
  KIND_NULL = 0,
  KIND_TEXT = 1,
  KIND_ESCAPED_TEXT = 2,
  KIND_INTEGER = 3,
  KIND_DECIMAL = 4,
  KIND_NUMBER = 5,
  KIND_FALSE = 6,
  KIND_TRUE = 7,
  KIND_CONTAINER = 8,
};

/** Where a value lies in the input. Hash halves are those of `hashed` slots only. */
typedef struct {
  u32 start, length, low, high;
} Spot;

/** A node of kernels/key-graph.ts: the bytes that led from one member's value to the next the last time. */
typedef struct {
  /** In 4 bytes. */
  i32 next;
  i32 length;
  i32 cell;
  i32 object;
  i32 masks[3];
  i32 parent;
  u8 literal[64];
} Node;

typedef struct {
  u8 *kinds;
  Spot *spots;
  f64 *numbers;
  u32 *nodes;
  /** From a node to its alternative, in 4 bytes. */
  u32 alternative;
  u32 slots;
  /** By object: {start node, first of its slots in `object_slots`, their number}. */
  u32 *objects;
  u32 *object_slots;
  const u8 *input;
  /** Record of each row is `input` + [starts[row], ends[row]). */
  u32 *starts, *ends;
  u32 record_bytes_max;
  /** By slot: rows of the block whose hash is in their spot. */
  u32 *hashed;
  /** By depth: nodes of open objects, and whether open containers are arrays. */
  u32 *open_nodes;
  u8 *is_array;
  /** Of no use but that loads are not dropped as useless. */
  u32 touched;
} Decoder;

INLINE Node *node_at(const Decoder *d, u32 node) { return (Node *)(d->nodes + node); }

#endif
