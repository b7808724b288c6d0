/** From the words after a command's name to what it is invoked with. */
import { parseArgs } from 'node:util';
import { closest } from '../views/closest.ts';
import type { Command, Invocation, OptionSpec } from './command.ts';
import { cliError } from './errors.ts';

type Flags = Readonly<Record<string, OptionSpec>>;

/** Every flag can also be set as LA_<FLAG> in the environment. @throws LA_USAGE_ARGUMENTS, LA_USAGE_UNKNOWN_FLAG */
export function readArguments(
  command: Command,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Invocation {
  const { options: flags, positionalsMax = Number.POSITIVE_INFINITY } = command;
  const options: Record<string, string | boolean | undefined> = fromEnvironment(flags, environment);
  const positionals: string[] = [];
  for (const token of tokensOf(flags, args)) {
    if (token.kind === 'positional') positionals.push(token.value);
    else if (token.kind === 'option') options[token.name] = optionValue(flags, token);
  }
  const tooMany = positionals[positionalsMax];
  if (tooMany !== undefined) throw wrongUsage(`"${tooMany}" is one argument too many.`);
  return { positionals, options };
}

function tokensOf(flags: Flags, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type }]) => [name, { type }]),
  );
  return parseArgs({ args: [...args], options, strict: false, tokens: true }).tokens;
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  /** Whether it stood behind a `=`. */
  readonly inlineValue: boolean | undefined;
}

function optionValue(
  flags: Flags,
  { name, rawName, value, inlineValue }: OptionToken,
): string | boolean {
  const spec = Object.hasOwn(flags, name) ? flags[name] : undefined;
  if (spec === undefined) {
    const near = closest(name, [...Object.keys(flags), 'help']);
    const suggestion = near === undefined ? '' : ` Did you mean --${near}?`;
    throw cliError('LA_USAGE_UNKNOWN_FLAG', { flag: rawName, suggestion });
  }
  if (spec.type === 'boolean') {
    if (value === undefined) return true;
    throw wrongUsage(`${rawName} takes no value, but was given "${value}".`);
  }
  const isNextFlag = value?.startsWith('--') === true && inlineValue === false;
  if (value === undefined || isNextFlag) throw wrongUsage(`${rawName} needs a value.`);
  return value;
}

function fromEnvironment(flags: Flags, environment: NodeJS.ProcessEnv) {
  const options: Record<string, string | boolean> = {};
  for (const [flag, { type }] of Object.entries(flags)) {
    const value = environment[variableOf(flag)];
    if (value === undefined) continue;
    options[flag] = type === 'boolean' ? isOn(value) : value;
  }
  return options;
}

export const variableOf = (flag: string): string => `LA_${flag.toUpperCase().replaceAll('-', '_')}`;

/** Whether a variable that stands for a flag sets it. */
export const isOn = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false', 'no'].includes(value.toLowerCase());

const wrongUsage = (problem: string) => cliError('LA_USAGE_ARGUMENTS', { problem });
