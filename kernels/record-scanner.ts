import { RowStatus } from '../runtime/chunk.ts';
import { DEPTH_MAX, JsonScanner } from './json-scanner.ts';
import { unescaped, unescapeText } from './json-text.ts';
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
import { BLOCK_ROWS, KIND_MASK, LENGTH_SHIFT, LocatedValues, ValueKind } from './located-values.ts';
import { readPlainInteger, readPlainText } from './plain-values.ts';

const MASKED_BYTES: number = 4 * LITERAL_WORDS_MASKED;

/**
 * Locates the wanted values of records. All of a record is validated, wanted or not: whether a record is malformed does
 * not depend on the views that happen to read it.
 */
export class RecordScanner {
  readonly values: LocatedValues;
  readonly #graph: KeyGraph;
  readonly #json: JsonScanner;
  /** By depth: the node of the member that each open object is the value of. */
  readonly #openNodes = new Int32Array(DEPTH_MAX);
  #bytes: Uint8Array = new Uint8Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** The node that the last reader of members got to. */
  #node = 0;

  constructor(paths: readonly string[]) {
    this.#graph = new KeyGraph(paths);
    this.values = new LocatedValues(paths.length);
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
    const { nodes, objects } = this.#graph;
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
      at = this.#readKey(at);
      if (at < 0) return RowStatus.MALFORMED;
      const node = this.#node;
      const cell = nodes[node + NODE_CELL]! + row;
      const object = nodes[node + NODE_OBJECT]!;
      // A key given twice: what its first value held inside is gone.
      if (object >= 0) this.#clear(object, row);
      if (object >= 0 && bytes[at] === 123) {
        if (depth === DEPTH_MAX) return RowStatus.MALFORMED;
        this.values.metas[cell] = ValueKind.CONTAINER;
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
    const { nodes } = this.#graph;
    let node = this.#node;
    let at = start;
    for (;;) {
      const length = nodes[node + NODE_LENGTH]!;
      const from = at + length;
      if (length === 0 || from > end) break;
      const first = view.getInt32(at, true) ^ nodes[node + NODE_LITERAL]!;
      const second = view.getInt32(at + 4, true) ^ nodes[node + NODE_LITERAL + 1]!;
      const third = view.getInt32(at + 8, true) ^ nodes[node + NODE_LITERAL + 2]!;
      const differs =
        (first & nodes[node + NODE_MASKS]!) |
        (second & nodes[node + NODE_MASKS + 1]!) |
        (third & nodes[node + NODE_MASKS + 2]!);
      if (differs !== 0) break;
      if (length > MASKED_BYTES && !this.#matchesRest(node, at)) break;
      const next = nodes[node + NODE_NEXT]!;
      if (nodes[next + NODE_OBJECT]! >= 0) break;
      const cell = nodes[next + NODE_CELL]! + row;
      const after =
        view.getUint8(from) === 34
          ? readPlainText(view, from + 1, end, cell, values)
          : readPlainInteger(view, from, end, cell, values);
      if (after < 0) break;
      at = after;
      node = next;
    }
    this.#node = node;
    return at;
  }

  /** Whether the rest of a long literal is as predicted, too. */
  #matchesRest(node: number, at: number): boolean {
    const view = this.#view;
    const { nodes } = this.#graph;
    const length = nodes[node + NODE_LENGTH]!;
    let done = MASKED_BYTES;
    for (; done + 4 <= length; done += 4) {
      if (view.getInt32(at + done, true) !== nodes[node + NODE_LITERAL + (done >> 2)]) return false;
    }
    const rest = (1 << ((length - done) << 3)) - 1;
    if (rest === 0) return true;
    const word = view.getInt32(at + done, true) ^ nodes[node + NODE_LITERAL + (done >> 2)]!;
    return (word & rest) === 0;
  }

  /** Reads separator, key and colon; returns where the value starts and goes to its node; -1 when malformed. */
  #readKey(start: number): number {
    const bytes = this.#bytes;
    const json = this.#json;
    const graph = this.#graph;
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
    const meta = this.values.metas[cell]!;
    const keyEnd = keyStart + (meta >> LENGTH_SHIFT);
    if ((meta & KIND_MASK) === ValueKind.TEXT) {
      this.#node = graph.find(object, bytes, keyStart, keyEnd);
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
    const { slots } = this.#graph.objects[object]!;
    const { metas } = this.values;
    for (let i = 0; i < slots.length; i++) metas[slots[i]! * BLOCK_ROWS + row] = ValueKind.NULL;
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
