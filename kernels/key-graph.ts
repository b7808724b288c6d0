import { EntryType } from '../runtime/dictionary.ts';
import { check } from '../runtime/errors.ts';
import { hash64, hashed } from '../runtime/hash.ts';
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
 */
export class KeyGraph {
  readonly nodes: Int32Array;
  readonly objects: GraphObject[] = [];
  readonly #unwantedCell: number;
  #nodeCount = 0;
  #unwantedKeys = 0;

  /** Slot of path i is i. Paths are split at dots: a key that itself holds a dot cannot be reached. */
  constructor(paths: readonly string[]) {
    const steps = paths.reduce((sum, path) => sum + path.split('.').length, 0);
    this.#unwantedCell = paths.length * BLOCK_ROWS;
    this.nodes = new Int32Array(NODE_INTS * (UNWANTED_KEYS_MAX + 3 * steps + 2));
    this.#addObject();
    for (const [slot, path] of paths.entries()) this.#addPath(path, slot);
  }

  /** Node of a key, given without escapes; keys not yet known are remembered while there is room. */
  find(object: number, bytes: Uint8Array, start: number, end: number): number {
    hash64(EntryType.TEXT, bytes, start, end);
    const { low } = hashed;
    const { members, otherNode } = this.objects[object]!;
    for (const { node, key, hash } of members) {
      if (hash === low && sameBytes(key, bytes, start, end)) return node;
    }
    if (this.#unwantedKeys === UNWANTED_KEYS_MAX || end - start > LITERAL_BYTES_MAX) {
      return otherNode;
    }
    this.#unwantedKeys++;
    return this.#addMember(object, bytes.slice(start, end));
  }

  /** Remembers that `to` followed `from` after the bytes [start, end). */
  predict(from: number, to: number, bytes: Uint8Array, start: number, end: number): void {
    const { nodes } = this;
    const length = end - start;
    nodes[from + NODE_LENGTH] = 0;
    if (length > LITERAL_BYTES_MAX) return;
    nodes.fill(0, from + NODE_MASKS, from + NODE_MASKS + LITERAL_WORDS_MASKED);
    nodes.fill(0, from + NODE_LITERAL, from + NODE_INTS);
    for (let i = 0; i < length; i++) {
      const word = i >> 2;
      const bit = 8 * (i & 3);
      nodes[from + NODE_LITERAL + word]! |= bytes[start + i]! << bit;
      if (word < LITERAL_WORDS_MASKED) nodes[from + NODE_MASKS + word]! |= 255 << bit;
    }
    nodes[from + NODE_LENGTH] = length;
    nodes[from + NODE_NEXT] = to;
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
      const node = known?.node ?? this.#addMember(object, bytes);
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

  #addMember(object: number, key: Uint8Array): number {
    const node = this.#addNode(object);
    hash64(EntryType.TEXT, key, 0, key.length);
    this.objects[object]!.members.push({ node, key, hash: hashed.low });
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
