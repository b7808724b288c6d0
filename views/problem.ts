/** Something wrong inside a configuration value, before the linter gives it a place in a file. */
import type { LaError } from '../runtime/errors.ts';

export interface Problem {
  readonly error: LaError;
  /** Keys and indexes from the value that was checked down to the culprit. */
  readonly path: readonly (string | number)[];
  /** Point at the key rather than at its value. */
  readonly onKey?: boolean;
  /** Characters into the text that the path leads to. */
  readonly offset?: number;
}

/** `problem` as seen from a value that holds the checked one under `path`. */
export const within = (path: readonly (string | number)[], problem: Problem): Problem => ({
  ...problem,
  path: [...path, ...problem.path],
});
