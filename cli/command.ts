/** What a command is: one file that exports one of these, and one line in main.ts. */
import { cliError } from './errors.ts';

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  readonly doc: string;
  /** How the value is called in the help. */
  readonly value?: string;
}

export type OptionValues = Readonly<Record<string, string | boolean | undefined>>;

export interface Invocation {
  readonly positionals: readonly string[];
  readonly options: OptionValues;
}

export interface Command {
  readonly doc: string;
  /** What follows the command's name. */
  readonly usage: string;
  /** Further paragraphs of the help. */
  readonly notes?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** More arguments than these are a mistake; any number where it is left out. */
  readonly positionalsMax?: number;
  /** Resolves to the exit code. */
  run(invocation: Invocation): Promise<number>;
}

export const jsonOption: OptionSpec = { type: 'boolean', doc: 'Print JSON.' };

/** A flag's value as a number from `min` on. @throws LA_USAGE_ARGUMENTS */
export function numberOption(
  options: OptionValues,
  flag: string,
  { min, missing }: { readonly min: number; readonly missing: number },
): number {
  const text = options[flag];
  if (text === undefined) return missing;
  const value = typeof text === 'string' && text.trim() !== '' ? Number(text) : Number.NaN;
  if (Number.isFinite(value) && value >= min) return value;
  const problem = `--${flag} is "${text}" and must be a number from ${min} on.`;
  throw cliError('LA_USAGE_ARGUMENTS', { problem });
}
