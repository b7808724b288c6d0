/** Codes for numbers that expressions compute: grouping columns are told apart by code, and keys are made of text. */
import { canonicalNumberText } from '../kernels/canonical-number.ts';

const ENTRIES_MAX = 1 << 20;

export class NumberCodes {
  readonly #codes = new Map<number, number>();
  #end = 0;
  bytes = new Uint8Array(1024);
  starts = new Uint32Array(64);
  lengths = new Uint32Array(64);

  /** Whether codes must be forgotten before more are made. */
  get full(): boolean {
    return this.#codes.size > ENTRIES_MAX;
  }

  reset(): void {
    this.#codes.clear();
    this.#end = 0;
  }

  /** Code of a finite number, from 1. */
  intern(value: number): number {
    // -0 and 0 are one number to a Map, as they are to a group key.
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    const code = this.#codes.size + 1;
    this.#codes.set(value, code);
    const text = canonicalNumberText(String(value)) ?? 'null';
    this.#reserve(code, this.#end + text.length);
    this.starts[code] = this.#end;
    this.lengths[code] = text.length;
    for (let i = 0; i < text.length; i++) this.bytes[this.#end++] = text.charCodeAt(i);
    return code;
  }

  #reserve(code: number, bytes: number): void {
    if (code >= this.starts.length) {
      const starts = new Uint32Array(code * 2);
      const lengths = new Uint32Array(code * 2);
      starts.set(this.starts);
      lengths.set(this.lengths);
      this.starts = starts;
      this.lengths = lengths;
    }
    if (bytes <= this.bytes.length) return;
    const grown = new Uint8Array(bytes * 2);
    grown.set(this.bytes);
    this.bytes = grown;
  }
}
