const MARKS_MAX = 8192;

/** Byte positions of lines that were passed, so that a checkpoint's offset is found without reading from the start. */
export class Positions {
  #lines: number[] = [];
  #positions: number[] = [];

  /** Line `line` begins at byte `position`. */
  add(line: number, position: number): void {
    const at = this.#indexAfter(line);
    if (at > 0 && this.#lines[at - 1] === line) return;
    this.#lines.splice(at, 0, line);
    this.#positions.splice(at, 0, position);
    if (this.#lines.length > MARKS_MAX) this.#thinOut();
  }

  /** The nearest known line at or before `line`. */
  before(line: number): { readonly line: number; readonly position: number } {
    const at = this.#indexAfter(line) - 1;
    return { line: this.#lines[at] ?? 0, position: this.#positions[at] ?? 0 };
  }

  /** Keeps the newer half, which checkpoints ask for, and of the older one marks at even distances. */
  #thinOut(): void {
    const border = MARKS_MAX / 2;
    const distance = (this.#lines[border]! - this.#lines[0]!) / (MARKS_MAX / 4);
    let last = Number.NEGATIVE_INFINITY;
    const kept = this.#lines.map((line, at) => {
      if (at < border && line < last + distance) return false;
      last = line;
      return true;
    });
    this.#lines = this.#lines.filter((_, at) => kept[at]);
    this.#positions = this.#positions.filter((_, at) => kept[at]);
  }

  #indexAfter(line: number): number {
    const lines = this.#lines;
    let [low, high] = [0, lines.length];
    if (high > 0 && lines[high - 1]! <= line) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (lines[middle]! <= line) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
