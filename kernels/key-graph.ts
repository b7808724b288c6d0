import { EntryType } from '../runtime/dictionary.ts';
import { check } from '../runtime/errors.ts';
import { hash64, hashed } from '../runtime/hash.ts';
import { type Arrays, heapArrays } from './kernel-area.ts';
import { BLOCK_ROWS } from './located-values.ts';

/** Numbers that a node has in `nodes`; a node's name is the index of its first. They lie together, for they are read all the time. */
const NODE_INTS = 24;
/** The node predicted to come next. */
export const NODE_NEXT = 0;
/** Bytes that lead to it; 0: nothing is predicted. */
export const NODE_LENGTH = 1;
/** First cell of the slot that the member's value goes to. */
export const NODE_CELL = 2;
/** The object on a wanted path that the value may be; -1: no wanted path goes into it. */
export const NODE_OBJECT = 3;
/** Masks of the literal's first LITERAL_WORDS_MASKED words: zero where it has ended. */
export const NODE_MASKS = 4;
export const LITERAL_WORDS_MASKED = 3;
/** The object that the member is in. */
export const NODE_PARENT = 7;
/** The bytes that lead to the next node, in words padded with zeros. */
export const NODE_LITERAL = 8;
const LITERAL_BYTES_MAX: number = 4 * (NODE_INTS - NODE_LITERAL);

/** Times that a node's alternative is right before it becomes the prediction. */
const PROMOTED_AFTER = 16;

/** Keys that nobody wants but that predictions go through. Further ones are read the general way. */
const UNWANTED_KEYS_MAX = 512;

interface GraphObject {
  /** Node before the first member. */
  readonly startNode: number;
  /** Node of keys that are not known. */
  readonly otherNode: number;
  /** Slots of all paths through this object. */
  readonly slots: number[];
  readonly members: { readonly node: number; readonly key: Uint8Array; readonly hash: number }[];
}

/**
 * The keys a scanner meets. A node is a place after a member's value (or before the first member) in an object that lies
 * on a wanted path; from there it predicts the bytes up to the next value, as they were the last time: separator, key,
 * colon and white space. Equal bytes at an equal place mean the same to the grammar, so a match needs no further check.
 * Each node has an alternative as well, laid out like a node, for members that are not in every record.
 */
export class KeyGraph {
  readonly nodes: Int32Array;
  readonly objects: GraphObject[] = [];
  /** From a node to its alternative. */
  readonly alternative: number;
  readonly #unwantedCell: number;
  #nodeCount = 0;
  #unwantedKeys = 0;

  /** Slot of path i is i. Paths are split at dots: a key that itself holds a dot cannot be reached. */
  constructor(paths: readonly string[], arrays: Arrays = heapArrays) {
    const steps = paths.reduce((sum, path) => sum + path.split('.').length, 0);
    this.#unwantedCell = paths.length * BLOCK_ROWS;
    this.alternative = NODE_INTS * (UNWANTED_KEYS_MAX + 3 * steps + 2);
    this.nodes = arrays.ints(2 * this.alternative);
    this.#addObject();
    for (const [slot, path] of paths.entries()) this.#addPath(path, slot);
  }

  /** Node of a key, given without escapes; keys not yet known are remembered while there is room. */
  find(object: number, bytes: Uint8Array, start: number, end: number): number {
    hash64(EntryType.TEXT, bytes, start, end);
    return this.findHashed(object, bytes, start, end, hashed.low);
  }

  /** The same, given the low half of the key's hash as text. */
  findHashed(object: number, bytes: Uint8Array, start: number, end: number, low: number): number {
    const { members, otherNode } = this.objects[object]!;
    for (let i = 0; i < members.length; i++) {
      const { node, key, hash } = members[i]!;
      if (hash === low && sameBytes(key, bytes, start, end)) return node;
    }
    if (this.#unwantedKeys === UNWANTED_KEYS_MAX || end - start > LITERAL_BYTES_MAX) {
      return otherNode;
    }
    this.#unwantedKeys++;
    return this.#addMember(object, bytes.slice(start, end), low);
  }

  /** Remembers that `to` followed `from` after the bytes [start, end), which neither prediction said. */
  predict(from: number, to: number, bytes: Uint8Array, start: number, end: number): void {
    const { nodes } = this;
    const length = end - start;
    if (length > LITERAL_BYTES_MAX) return;
    const at = nodes[from + NODE_LENGTH] === 0 ? from : from + this.alternative;
    nodes[at + NODE_NEXT] = to;
    nodes[at + NODE_LENGTH] = length;
    for (let word = 0; word < NODE_INTS - NODE_LITERAL; word++) {
      const rest = length - 4 * word;
      if (rest <= 0 && word >= LITERAL_WORDS_MASKED) break;
      const mask = rest >= 4 ? -1 : rest <= 0 ? 0 : (1 << (8 * rest)) - 1;
      const byte = start + 4 * word;
      const bits =
        mask === 0
          ? 0
          : bytes[byte]! |
            (bytes[byte + 1]! << 8) |
            (bytes[byte + 2]! << 16) |
            (bytes[byte + 3]! << 24);
      nodes[at + NODE_LITERAL + word] = bits & mask;
      if (word < LITERAL_WORDS_MASKED) nodes[at + NODE_MASKS + word] = mask;
    }
  }

  /** Counts that a node's alternative was right; when it often is, it becomes the prediction. */
  countAlternative(node: number): void {
    const { nodes, alternative } = this;
    const hits = node + alternative + NODE_CELL;
    nodes[hits] = nodes[hits]! + 1;
    if (nodes[hits] < PROMOTED_AFTER) return;
    nodes[hits] = 0;
    for (let i = 0; i < NODE_INTS; i++) {
      if (i === NODE_CELL || i === NODE_OBJECT || i === NODE_PARENT) continue;
      const int = nodes[node + i]!;
      nodes[node + i] = nodes[node + alternative + i]!;
      nodes[node + alternative + i] = int;
    }
  }

  /** The objects, for the kernel: {start node, first of its slots, number of them} each, and the slots. */
  tables(arrays: Arrays): { objects: Uint32Array; objectSlots: Uint32Array } {
    const objects = arrays.words(3 * this.objects.length);
    const objectSlots = arrays.words(
      this.objects.reduce((sum, { slots }) => sum + slots.length, 0),
    );
    let first = 0;
    for (const [index, { startNode, slots }] of this.objects.entries()) {
      objects.set([startNode, first, slots.length], 3 * index);
      objectSlots.set(slots, first);
      first += slots.length;
    }
    return { objects, objectSlots };
  }

  #addPath(path: string, slot: number): void {
    const { nodes } = this;
    let object = 0;
    const keys = path.split('.');
    for (const [depth, name] of keys.entries()) {
      const { members, slots } = this.objects[object]!;
      slots.push(slot);
      const bytes = new TextEncoder().encode(name);
      const known = members.find(({ key }) => sameBytes(key, bytes, 0, bytes.length));
      hash64(EntryType.TEXT, bytes, 0, bytes.length);
      const node = known?.node ?? this.#addMember(object, bytes, hashed.low);
      if (depth === keys.length - 1) {
        check(nodes[node + NODE_CELL] === this.#unwantedCell, 'key graph: a path given twice');
        nodes[node + NODE_CELL] = slot * BLOCK_ROWS;
      } else {
        if (nodes[node + NODE_OBJECT] === -1) nodes[node + NODE_OBJECT] = this.#addObject();
        object = nodes[node + NODE_OBJECT]!;
      }
    }
  }

  #addObject(): number {
    const object = this.objects.length;
    const startNode = this.#addNode(object);
    const otherNode = this.#addNode(object);
    this.objects.push({ startNode, otherNode, slots: [], members: [] });
    return object;
  }

  #addMember(object: number, key: Uint8Array, hash: number): number {
    const node = this.#addNode(object);
    this.objects[object]!.members.push({ node, key, hash });
    return node;
  }

  #addNode(object: number): number {
    const node = this.#nodeCount++ * NODE_INTS;
    this.nodes[node + NODE_CELL] = this.#unwantedCell;
    this.nodes[node + NODE_OBJECT] = -1;
    this.nodes[node + NODE_PARENT] = object;
    return node;
  }
}

function sameBytes(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
