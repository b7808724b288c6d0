/** What the sanitizer harness has to know of a kernel module, beside its driver NAME.c. */

/** Bytes of the memory that a call may touch. */
export interface Piece {
  readonly at: number;
  readonly bytes: number;
  /** Only written: the recorder may empty it before the call. */
  readonly output?: boolean;
}

export interface NativeModule {
  /** Test files whose calls are recorded. */
  readonly corpus: readonly string[];
  /** Test files of whose calls all are recorded. */
  readonly whole?: readonly string[];
  /** Share of the calls of the corpus that is recorded. */
  readonly share: number;
  /** By exported function: the memory that a call with these arguments may touch, and not a byte more. */
  readonly calls: Readonly<
    Record<string, (words: WordsOf, ...places: readonly number[]) => readonly Piece[]>
  >;
}

/** `count` words of the memory. */
export type WordsOf = (at: number, count: number) => Uint32Array;
