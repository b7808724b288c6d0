import { RowStatus } from '../runtime/chunk.ts';
import {
  SPOT_HIGH,
  SPOT_INTS,
  SPOT_LENGTH,
  SPOT_LOW,
  SPOT_START,
} from '../runtime/dictionary-writer.ts';
import { hashFinishLow } from '../runtime/hash.ts';
import { DEPTH_MAX, JsonScanner } from './json-scanner.ts';
import { unescaped, unescapeText } from './json-text.ts';
import { type Arrays, heapArrays } from './kernel-area.ts';
import {
  KeyGraph,
  LITERAL_WORDS_MASKED,
  NODE_CELL,
  NODE_LENGTH,
  NODE_LITERAL,
  NODE_MASKS,
  NODE_NEXT,
  NODE_OBJECT,
  NODE_PARENT,
} from './key-graph.ts';
import { BLOCK_ROWS, LocatedValues, ValueKind } from './located-values.ts';
import { readPlainText } from './plain-text.ts';

const MASKED_BYTES: number = 4 * LITERAL_WORDS_MASKED;
const DIGITS_MAX = 15;
const POWERS = Float64Array.of(1, 10, 100, 1000);
/** Whether a number goes on after its digits: dot, e, E. */
const GOES_ON = Uint8Array.from({ length: 256 }, (_, byte) =>
  '.eE'.includes(String.fromCharCode(byte)) ? 1 : 0,
);
/** The least value of so many digits without zeros before them. */
const LEAST = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, count) =>
  count < 2 ? (count === 0 ? Infinity : 0) : 10 ** (count - 1),
);
// Copies of imports for the fast lane: the compiler folds a module's own constants, imported ones it loads every time.
const readText = readPlainText;
const INTEGER: number = ValueKind.INTEGER;
const SPOT_SIZE: number = SPOT_LENGTH;
const INTS: number = SPOT_INTS;
const START: number = SPOT_START;
const LENGTH: number = NODE_LENGTH;
const LITERAL: number = NODE_LITERAL;
const MASKS: number = NODE_MASKS;
const NEXT: number = NODE_NEXT;
const OBJECT: number = NODE_OBJECT;
const CELL: number = NODE_CELL;

/**
 * Locates the wanted values of records. All of a record is validated, wanted or not: whether a record is malformed does
 * not depend on the views that happen to read it.
 */
export class RecordScanner {
  readonly values: LocatedValues;
  readonly graph: KeyGraph;
  readonly #json: JsonScanner;
  /** By depth: the node of the member that each open object is the value of. */
  readonly #openNodes = new Int32Array(DEPTH_MAX);
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** The node that the last reader of members got to. */
  #node = 0;

  constructor(paths: readonly string[], arrays: Arrays = heapArrays) {
    this.graph = new KeyGraph(paths, arrays);
    this.values = new LocatedValues(paths.length, arrays);
    this.#json = new JsonScanner(this.values);
  }

  /** Sets the bytes of the records to come, and a view of the same bytes. */
  setSource(bytes: Uint8Array, view: DataView): void {
    this.#bytes = bytes;
    this.#view = view;
    this.#json.setSource(bytes, view);
  }

  /**
   * Locates the values of the record in bytes [start, end) in the cells of `row`, which must be NULL before. At least
   * PADDING_BYTES more bytes must follow. Returns a RowStatus: OK, MALFORMED (also for text that is not UTF-8) or
   * NOT_AN_OBJECT; the cells count only after OK.
   */
  scan(start: number, end: number, row: number): number {
    const bytes = this.#bytes;
    const json = this.#json;
    const { nodes, objects } = this.graph;
    json.end = end;
    let at = json.skipSpace(start);
    if (bytes[at] !== 123) return this.#scanOther(at);
    at++;
    this.#node = objects[0]!.startNode;
    let depth = 1;
    for (;;) {
      at = this.#readPredicted(at, end, row);
      const closeAt = json.skipSpace(at);
      if (bytes[closeAt] === 125) {
        at = closeAt + 1;
        if (--depth === 0) return json.skipSpace(at) === end ? RowStatus.OK : RowStatus.MALFORMED;
        this.#node = this.#openNodes[depth]!;
        continue;
      }
      at = this.#afterPredicted(at, end);
      if (at < 0) return RowStatus.MALFORMED;
      const node = this.#node;
      const cell = nodes[node + NODE_CELL]! + row;
      const object = nodes[node + NODE_OBJECT]!;
      // A key given twice: what its first value held inside is gone.
      if (object >= 0) this.#clear(object, row);
      if (object >= 0 && bytes[at] === 123) {
        if (depth === DEPTH_MAX) return RowStatus.MALFORMED;
        this.values.kinds[cell] = ValueKind.CONTAINER;
        this.#openNodes[depth++] = node;
        this.#node = objects[object]!.startNode;
        at++;
        continue;
      }
      at = bytes[at] === 34 ? json.readString(at + 1, cell) : json.readOther(at, cell, depth);
      if (at < 0) return RowStatus.MALFORMED;
    }
  }

  /**
   * The fast lane: reads members as long as they come as predicted and are plain, which nearly all are. Returns where it
   * stopped, before a member that is left to the general way.
   */
  #readPredicted(start: number, end: number, row: number): number {
    const view = this.#view;
    const values = this.values;
    const { kinds, spots, numbers } = values;
    const { nodes } = this.graph;
    let node = this.#node;
    let at = start;
    for (;;) {
      const length = nodes[node + LENGTH]!;
      const from = at + length;
      if (length === 0 || from > end) break;
      const first = view.getInt32(at, true) ^ nodes[node + LITERAL]!;
      const second = view.getInt32(at + 4, true) ^ nodes[node + LITERAL + 1]!;
      const third = view.getInt32(at + 8, true) ^ nodes[node + LITERAL + 2]!;
      const differs =
        (first & nodes[node + MASKS]!) |
        (second & nodes[node + MASKS + 1]!) |
        (third & nodes[node + MASKS + 2]!);
      if (differs !== 0) break;
      if (length > MASKED_BYTES && !this.#matches(node, at, MASKED_BYTES, end)) break;
      const next = nodes[node + NEXT]!;
      if (nodes[next + OBJECT]! >= 0) break;
      const cell = nodes[next + CELL]! + row;
      if (view.getUint8(from) === 34) {
        const after = readText(view, from + 1, end, cell, values);
        if (after < 0) break;
        at = after;
        node = next;
        continue;
      }
      // An integer. Digits by fours: how many there are decides no branch, so that lengths need not be predicted.
      const isNegative = view.getUint8(from) === 45;
      const digitsStart = isNegative ? from + 1 : from;
      let value = 0;
      let after = digitsStart;
      let digits = view.getInt32(after, true) ^ 0x30303030;
      // The lowest byte marked is the first that is no digit.
      let marked = ((digits + 0x76767676) | digits) & 0x80808080;
      while (marked === 0 && after < end) {
        value = value * 10000 + fourDigits(digits);
        after += 4;
        digits = view.getInt32(after, true) ^ 0x30303030;
        marked = ((digits + 0x76767676) | digits) & 0x80808080;
      }
      const bits = (31 - Math.clz32(marked & -marked)) & 24;
      const goesOn = GOES_ON[((digits >>> bits) & 255) ^ 48]!;
      // As if zeros stood before the last digits.
      if (bits !== 0) value = value * POWERS[bits >> 3]! + fourDigits(digits << (32 - bits));
      after += bits >> 3;
      const count = after - digitsStart;
      if (goesOn !== 0 || count > DIGITS_MAX) break;
      if (value < LEAST[count]! || (isNegative && value === 0)) break;
      kinds[cell] = INTEGER;
      spots[cell * INTS + START] = from;
      spots[cell * INTS + SPOT_SIZE] = after - from;
      numbers[cell] = isNegative ? -value : value;
      at = after;
      node = next;
    }
    this.#node = node;
    return at;
  }

  /** Goes to the next member: as predicted, or the general way. Returns where its value starts; -1 when malformed. */
  #afterPredicted(at: number, end: number): number {
    const { nodes, alternative } = this.graph;
    const node = this.#node;
    const isNext = this.#matches(node, at, 0, end);
    const taken = isNext ? node : node + alternative;
    if (!isNext && !this.#matches(taken, at, 0, end)) return this.#readKey(at);
    this.#node = nodes[taken + NODE_NEXT]!;
    const after = at + nodes[taken + NODE_LENGTH]!;
    if (!isNext) this.graph.countAlternative(node);
    // More white space may follow than the last time.
    return this.#json.skipSpace(after);
  }

  /** Whether the bytes at `at`, from the `done`th on, are those that lead to the node predicted. */
  #matches(node: number, at: number, done: number, end: number): boolean {
    const view = this.#view;
    const { nodes } = this.graph;
    const length = nodes[node + LENGTH]!;
    if (length === 0 || at + length > end) return false;
    let i = done;
    for (; i + 4 <= length; i += 4) {
      if (view.getInt32(at + i, true) !== nodes[node + LITERAL + (i >> 2)]) return false;
    }
    const rest = (1 << ((length - i) << 3)) - 1;
    if (rest === 0) return true;
    return ((view.getInt32(at + i, true) ^ nodes[node + LITERAL + (i >> 2)]!) & rest) === 0;
  }

  /** Reads separator, key and colon; returns where the value starts and goes to its node; -1 when malformed. */
  #readKey(start: number): number {
    const bytes = this.#bytes;
    const json = this.#json;
    const graph = this.graph;
    const node = this.#node;
    const object = graph.nodes[node + NODE_PARENT]!;
    let at = json.skipSpace(start);
    if (node !== graph.objects[object]!.startNode) {
      if (bytes[at] !== 44) return -1;
      at = json.skipSpace(at + 1);
    }
    if (bytes[at] !== 34) return -1;
    const cell = this.values.slots * BLOCK_ROWS;
    const keyStart = at + 1;
    at = json.readString(keyStart, cell);
    if (at < 0) return -1;
    const { kinds, spots } = this.values;
    const keyEnd = keyStart + spots[cell * SPOT_INTS + SPOT_LENGTH]!;
    if (kinds[cell] === ValueKind.TEXT) {
      const spot = cell * INTS;
      const low = hashFinishLow(
        spots[spot + SPOT_LOW]!,
        spots[spot + SPOT_HIGH]!,
        keyEnd - keyStart,
      );
      this.#node = graph.findHashed(object, bytes, keyStart, keyEnd, low);
    } else {
      const length = unescapeText(bytes, keyStart, keyEnd);
      this.#node = graph.find(object, unescaped, 0, length);
    }
    at = json.skipSpace(at);
    if (bytes[at] !== 58) return -1;
    at = json.skipSpace(at + 1);
    graph.predict(node, this.#node, bytes, start, at);
    return at;
  }

  #clear(object: number, row: number): void {
    const { slots } = this.graph.objects[object]!;
    const { kinds } = this.values;
    for (let i = 0; i < slots.length; i++) kinds[slots[i]! * BLOCK_ROWS + row] = ValueKind.NULL;
  }

  /** A record that does not begin like an object. */
  #scanOther(start: number): number {
    const json = this.#json;
    if (start >= json.end) return RowStatus.MALFORMED;
    const cell = this.values.slots * BLOCK_ROWS;
    const first = this.#bytes[start]!;
    const at = first === 34 ? json.readString(start + 1, cell) : json.readOther(start, cell, 0);
    if (at < 0) return RowStatus.MALFORMED;
    return json.skipSpace(at) === json.end ? RowStatus.NOT_AN_OBJECT : RowStatus.MALFORMED;
  }
}

/** The number of four digits, the first of them lowest. */
function fourDigits(digits: number): number {
  const pairs = Math.imul(digits, 10) + (digits >>> 8);
  return (pairs & 255) * 100 + ((pairs >>> 16) & 255);
}
