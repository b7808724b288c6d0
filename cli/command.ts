/** What a command is: one file that exports one of these, and one line in main.ts. */
import { type ParseArgsOptionDescriptor, parseArgs } from 'node:util';
import { cliError } from './errors.ts';

export interface OptionSpec extends ParseArgsOptionDescriptor {
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
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Resolves to the exit code. */
  run(invocation: Invocation): Promise<number>;
}

/** Every flag can also be set as LA_<FLAG> in the environment. */
export function readArguments(
  name: string,
  command: Command,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Invocation {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: command.options,
      allowPositionals: true,
    });
    const options: Record<string, string | boolean | undefined> = {};
    for (const [flag, spec] of Object.entries(command.options)) {
      const given = values[flag];
      const variable = environment[`LA_${flag.toUpperCase().replaceAll('-', '_')}`];
      if (typeof given === 'string' || typeof given === 'boolean') options[flag] = given;
      else if (variable !== undefined) {
        options[flag] = spec.type === 'boolean' ? !['', '0', 'false'].includes(variable) : variable;
      }
    }
    return { positionals, options };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw cliError('LA_USAGE_ARGUMENTS', { command: name, problem }, error);
  }
}

export function helpOf(name: string, { doc, usage, options }: Command): string {
  const lines = Object.entries(options).map(([flag, spec]) => {
    const value = spec.type === 'string' ? ` ${spec.value ?? 'VALUE'}` : '';
    return `  --${flag}${value}`.padEnd(26) + spec.doc;
  });
  const flags = lines.length === 0 ? '' : `\n\nOptions\n${lines.join('\n')}`;
  return `${doc}\n\nUsage: la ${name} ${usage}${flags}\n`;
}
