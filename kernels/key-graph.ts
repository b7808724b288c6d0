import { EntryType } from '../runtime/dictionary.ts';
import { check } from '../runtime/errors.ts';
import { hash64, hashed } from '../runtime/hash.ts';

/** Bytes from the end of one value to the start of the next that are remembered at most. */
export const LITERAL_BYTES_MAX = 64;
export const LITERAL_WORDS: number = LITERAL_BYTES_MAX / 4;
/** Keys that nobody wants but that predictions go through. Further ones are read the general way. */
const UNWANTED_KEYS_MAX = 512;

interface GraphObject {
  /** Node before the first member. */
  readonly startNode: number;
  /** Node of keys that are not known. */
  readonly otherNode: number;
  /** Slots of all paths through this object. */
  readonly slots: number[];
  readonly members: number[];
}

/**
 * The keys a scanner meets. A node is a place after a member's value (or before the first member) in an object that lies
 * on a wanted path; from there it predicts the bytes up to the next value, as they were the last time: separator, key,
 * colon and white space. Equal bytes at an equal place mean the same to the grammar, so a match needs no further check.
 */
export class KeyGraph {
  /** By node: slot of the member's value; `unwantedSlot` when nobody wants it. */
  readonly slotOf: Int32Array;
  /** By node: the object on a wanted path that the value may be; -1 when no wanted path goes on. */
  readonly objectOf: Int32Array;
  /** By node: the node predicted to come next, -1 for none. */
  readonly next: Int32Array;
  /** By node: the object it is in. */
  readonly parentOf: Int32Array;
  /** By node: the bytes that lead from it to `next`, in words padded with zeros, and their number. */
  readonly literals: Int32Array;
  readonly literalLengths: Int32Array;
  readonly objects: GraphObject[] = [];
  readonly unwantedSlot: number;
  readonly #keys: Uint8Array[] = [];
  readonly #keyHashes: number[] = [];
  #nodes = 0;
  #unwantedKeys = 0;

  /** Slot of path i is i. Paths are split at dots: a key that itself holds a dot cannot be reached. */
  constructor(paths: readonly string[]) {
    const steps = paths.reduce((sum, path) => sum + path.split('.').length, 0);
    const nodesMax = UNWANTED_KEYS_MAX + 3 * steps + 2;
    this.unwantedSlot = paths.length;
    this.slotOf = new Int32Array(nodesMax).fill(this.unwantedSlot);
    this.objectOf = new Int32Array(nodesMax).fill(-1);
    this.next = new Int32Array(nodesMax).fill(-1);
    this.parentOf = new Int32Array(nodesMax);
    this.literals = new Int32Array(nodesMax * LITERAL_WORDS);
    this.literalLengths = new Int32Array(nodesMax);
    this.#addObject();
    for (const [slot, path] of paths.entries()) this.#addPath(path, slot);
  }

  /** Node of a key, given without escapes; keys not yet known are remembered while there is room. */
  find(object: number, bytes: Uint8Array, start: number, end: number): number {
    hash64(EntryType.TEXT, bytes, start, end);
    const { members, otherNode } = this.objects[object]!;
    const hash = hashed.low;
    for (const node of members) {
      if (this.#keyHashes[node] === hash && sameBytes(this.#keys[node]!, bytes, start, end)) {
        return node;
      }
    }
    if (this.#unwantedKeys === UNWANTED_KEYS_MAX || end - start > LITERAL_BYTES_MAX) {
      return otherNode;
    }
    this.#unwantedKeys++;
    return this.#addMember(object, bytes.slice(start, end));
  }

  /** Remembers that `to` followed `from` after the bytes [start, end). */
  predict(from: number, to: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > LITERAL_BYTES_MAX) {
      this.next[from] = -1;
      return;
    }
    const { literals } = this;
    const words = from * LITERAL_WORDS;
    literals.fill(0, words, words + LITERAL_WORDS);
    for (let i = 0; i < length; i++) {
      literals[words + (i >> 2)]! |= bytes[start + i]! << (8 * (i & 3));
    }
    this.literalLengths[from] = length;
    this.next[from] = to;
  }

  #addPath(path: string, slot: number): void {
    let object = 0;
    const keys = path.split('.');
    for (const [depth, key] of keys.entries()) {
      const { members, slots } = this.objects[object]!;
      slots.push(slot);
      const bytes = new TextEncoder().encode(key);
      let node = members.find((member) => sameBytes(this.#keys[member]!, bytes, 0, bytes.length));
      node ??= this.#addMember(object, bytes);
      if (depth === keys.length - 1) {
        check(this.slotOf[node] === this.unwantedSlot, 'key graph: a path given twice');
        this.slotOf[node] = slot;
      } else {
        if (this.objectOf[node] === -1) this.objectOf[node] = this.#addObject();
        object = this.objectOf[node]!;
      }
    }
  }

  #addObject(): number {
    const object = this.objects.length;
    const startNode = this.#nodes++;
    const otherNode = this.#nodes++;
    this.parentOf.fill(object, startNode, otherNode + 1);
    this.objects.push({ startNode, otherNode, slots: [], members: [] });
    return object;
  }

  #addMember(object: number, key: Uint8Array): number {
    const node = this.#nodes++;
    hash64(EntryType.TEXT, key, 0, key.length);
    this.#keys[node] = key;
    this.#keyHashes[node] = hashed.low;
    this.parentOf[node] = object;
    this.objects[object]!.members.push(node);
    return node;
  }
}

function sameBytes(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let i = 0; i < key.length; i++) if (key[i] !== bytes[start + i]) return false;
  return true;
}
