import type { z } from 'zod';
import type { LaError } from '../../runtime/errors.ts';
import {
  lineAndColumn,
  type Placed,
  parseWithPlaces,
  placeInText,
  placeOf,
} from '../json-with-places.ts';
import type { Problem } from '../problem.ts';
import { shapeProblems } from './shape.ts';

export interface ProjectFile {
  /** Relative to the project folder, such as `views/ap_signal.json`. */
  readonly path: string;
  readonly text: string;
}

export interface Fault {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly severity: 'error' | 'warning';
}

const warnings: ReadonlySet<string> = new Set([
  'LA_CONFIG_NO_VIEWS',
  'LA_CONFIG_FILE_NOT_FOUND',
  'LA_VIEW_COLUMN_TYPO',
]);

export const faultAt = (
  file: string,
  { code, message, remedy }: LaError,
  line = 1,
  column = 1,
): Fault => ({
  file,
  line,
  column,
  code,
  message,
  remedy,
  severity: warnings.has(code) ? 'warning' : 'error',
});

export const byPlace = (a: Fault, b: Fault): number =>
  (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column;

/** One file and what was found in it. */
export class CheckedFile {
  readonly path: string;
  readonly root: Placed | undefined;
  readonly faults: Fault[] = [];
  readonly #text: string;

  constructor({ path, text }: ProjectFile) {
    this.path = path;
    this.#text = text;
    const { root, faults } = parseWithPlaces(text);
    this.root = root;
    for (const { error, at } of faults) this.#add(error, at);
  }

  /** The document where its shape is right. */
  shape<Schema extends z.ZodType>(schema: Schema): z.output<Schema> | undefined {
    const { root } = this;
    if (root === undefined) return undefined;
    const result = schema.safeParse(root.value);
    if (result.success) return result.data;
    const problems = shapeProblems(result.error.issues, schema, root.value);
    for (const problem of problems) this.#report(root, problem);
    return undefined;
  }

  rules(find: (root: Placed) => readonly Problem[]): void {
    const { root } = this;
    if (root !== undefined) for (const problem of find(root)) this.#report(root, problem);
  }

  #report(root: Placed, { error, path, onKey, offset }: Problem): void {
    const place = placeOf(root, path, onKey);
    this.#add(error, offset === undefined ? place : placeInText(this.#text, place, offset));
  }

  #add(error: LaError, at: number): void {
    const { line, column } = lineAndColumn(this.#text, at);
    const isKnown = this.faults.some(
      (fault) => fault.line === line && fault.column === column && fault.message === error.message,
    );
    if (!isKnown) this.faults.push(faultAt(this.path, error, line, column));
  }
}
