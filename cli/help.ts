/** The texts behind --help. */
import type { Command } from './command.ts';

const FLAG_WIDTH = 18;
const NAME_WIDTH = 14;

export function commandHelp(name: string, { doc, usage, notes, options }: Command): string {
  const flags: Command['options'] = {
    ...options,
    help: { type: 'boolean', doc: 'Print this.' },
  };
  const lines = Object.entries(flags).map(([flag, spec]) => {
    const value = spec.type === 'string' ? ` ${spec.value ?? 'VALUE'}` : '';
    return `  ${`--${flag}${value}`.padEnd(FLAG_WIDTH)}${spec.doc}`;
  });
  const paragraphs = [
    doc,
    `Usage: la ${name} ${usage}`.trimEnd(),
    ...(notes === undefined ? [] : [notes]),
    `Options\n${lines.join('\n')}`,
    'Every option can be set in the environment too: --some-flag as LA_SOME_FLAG.',
  ];
  return `${paragraphs.join('\n\n')}\n`;
}

export function mainHelp(commands: readonly (readonly [name: string, command: Command])[]): string {
  const lines = commands.map(([name, { doc }]) => `  ${name.padEnd(NAME_WIDTH)}${doc}`);
  return `la keeps windowed aggregates of streams continuously up to date.

Usage: la COMMAND [--help]

${lines.join('\n')}

la COMMAND --help says more of each; la --version names the version. To see it at work: la demo
Exit codes: 0 fine, 1 failed, 2 wrong usage or invalid configuration, 3 unhealthy.
`;
}
