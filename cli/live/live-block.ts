/** Lines at the bottom of a terminal that are drawn again in place; what is printed meanwhile scrolls away above them. */
import { cutTo, ESCAPE, type TextStream, visibleLength } from '../terminal.ts';

const WIDTH = 80;
const HEIGHT = 24;
const CLEAR_LINE_END = `${ESCAPE}[K`;
const CLEAR_BELOW = `${ESCAPE}[J`;

export class LiveBlock {
  readonly #stream: TextStream;
  #drawn: readonly string[] = [];

  constructor(stream: TextStream) {
    this.#stream = stream;
  }

  get width(): number {
    return this.#stream.columns || WIDTH;
  }

  /** Lines are cut to the width, and their number to the height: what has scrolled away could not be drawn over. */
  draw(lines: readonly string[]): void {
    const height = (this.#stream.rows || HEIGHT) - 1;
    const shown = lines.slice(0, height).map((line) => cutTo(line, this.width));
    const text = shown.map((line) => `${line}${CLEAR_LINE_END}\n`).join('');
    this.#stream.write(`${this.#toTop()}${text}${CLEAR_BELOW}`);
    this.#drawn = shown;
  }

  /** Text of whole lines above the block. */
  print(text: string): void {
    const lines = this.#drawn;
    this.clear();
    this.#stream.write(text);
    if (lines.length > 0) this.draw(lines);
  }

  clear(): void {
    if (this.#drawn.length > 0) this.#stream.write(`${this.#toTop()}${CLEAR_BELOW}`);
    this.#drawn = [];
  }

  /** A terminal that became narrower has wrapped what was drawn. */
  #toTop(): string {
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(visibleLength(line) / this.width)),
      0,
    );
    return rows === 0 ? '' : `${ESCAPE}[${rows}F`;
  }
}
