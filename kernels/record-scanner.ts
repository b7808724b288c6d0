import { RowStatus } from '../runtime/chunk.ts';
import { DEPTH_MAX, JsonScanner } from './json-scanner.ts';
import { unescaped, unescapeText } from './json-text.ts';
import { KeyGraph, LITERAL_WORDS } from './key-graph.ts';
import { BLOCK_ROWS, KIND_MASK, LENGTH_SHIFT, LocatedValues, ValueKind } from './located-values.ts';

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
  #keyNode = 0;

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
    const { next, slotOf, objectOf, literalLengths, objects } = this.#graph;
    json.end = end;
    let at = json.skipSpace(start);
    if (bytes[at] !== 123) return this.#scanOther(at);
    at++;
    let node = objects[0]!.startNode;
    let depth = 1;
    for (;;) {
      const predicted = next[node]!;
      if (predicted >= 0 && this.#matches(node, at, end)) {
        // More white space may follow than the last time.
        at = json.skipSpace(at + literalLengths[node]!);
        node = predicted;
      } else {
        const closeAt = json.skipSpace(at);
        if (bytes[closeAt] === 125) {
          at = closeAt + 1;
          if (--depth === 0) {
            return json.skipSpace(at) === end ? RowStatus.OK : RowStatus.MALFORMED;
          }
          node = this.#openNodes[depth]!;
          continue;
        }
        at = this.#readKey(at, node);
        if (at < 0) return RowStatus.MALFORMED;
        node = this.#keyNode;
      }
      const cell = slotOf[node]! * BLOCK_ROWS + row;
      const object = objectOf[node]!;
      if (object >= 0) {
        // A key given twice: what its first value held inside is gone.
        this.#clear(object, row);
        if (bytes[at] === 123) {
          if (depth === DEPTH_MAX) return RowStatus.MALFORMED;
          this.values.metas[cell] = ValueKind.CONTAINER;
          this.#openNodes[depth++] = node;
          node = objects[object]!.startNode;
          at++;
          continue;
        }
      }
      at = bytes[at] === 34 ? json.readString(at + 1, cell) : json.readOther(at, cell, depth);
      if (at < 0) return RowStatus.MALFORMED;
    }
  }

  /** Whether the bytes at `at` are those that led from the node to the next one before. */
  #matches(node: number, at: number, end: number): boolean {
    const view = this.#view;
    const { literals, literalLengths } = this.#graph;
    const length = literalLengths[node]!;
    if (at + length > end) return false;
    let word = node * LITERAL_WORDS;
    let from = at;
    for (const last = at + length - 4; from <= last; from += 4) {
      if (view.getInt32(from, true) !== literals[word++]) return false;
    }
    const rest = (at + length - from) << 3;
    if (rest === 0) return true;
    return ((view.getInt32(from, true) ^ literals[word]!) & ((1 << rest) - 1)) === 0;
  }

  /** Reads separator, key and colon; returns where the value starts and leaves its node; -1 when malformed. */
  #readKey(start: number, node: number): number {
    const bytes = this.#bytes;
    const json = this.#json;
    const graph = this.#graph;
    const object = graph.parentOf[node]!;
    let at = json.skipSpace(start);
    if (node !== graph.objects[object]!.startNode) {
      if (bytes[at] !== 44) return -1;
      at = json.skipSpace(at + 1);
    }
    if (bytes[at] !== 34) return -1;
    const cell = graph.unwantedSlot * BLOCK_ROWS;
    const keyStart = at + 1;
    at = json.readString(keyStart, cell);
    if (at < 0) return -1;
    const meta = this.values.metas[cell]!;
    const keyEnd = keyStart + (meta >> LENGTH_SHIFT);
    if ((meta & KIND_MASK) === ValueKind.TEXT) {
      this.#keyNode = graph.find(object, bytes, keyStart, keyEnd);
    } else {
      const length = unescapeText(bytes, keyStart, keyEnd);
      this.#keyNode = graph.find(object, unescaped, 0, length);
    }
    at = json.skipSpace(at);
    if (bytes[at] !== 58) return -1;
    at = json.skipSpace(at + 1);
    graph.predict(node, this.#keyNode, bytes, start, at);
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
    const cell = this.#graph.unwantedSlot * BLOCK_ROWS;
    const first = this.#bytes[start]!;
    const at = first === 34 ? json.readString(start + 1, cell) : json.readOther(start, cell, 0);
    if (at < 0) return RowStatus.MALFORMED;
    return json.skipSpace(at) === json.end ? RowStatus.NOT_AN_OBJECT : RowStatus.MALFORMED;
  }
}
