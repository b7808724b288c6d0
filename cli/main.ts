/** The command line. */
import { errorToData } from '../runtime/errors.ts';
import { type Command, helpOf, readArguments } from './command.ts';
import { cliError } from './errors.ts';
import { closest } from '../views/closest.ts';
import { printError } from './print.ts';

/** Loaded when used: no command pays for another. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run.ts')).run,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    await printHelp();
    return name === undefined ? 2 : 0;
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (load === undefined) {
    const near = closest(name, Object.keys(commands));
    const suggestion = near === undefined ? '' : ` Did you mean "${near}"?`;
    throw cliError('LA_USAGE_UNKNOWN_COMMAND', { command: name, suggestion });
  }
  const command = await load();
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpOf(name, command));
    return 0;
  }
  return command.run(readArguments(name, command, rest, process.env));
}

async function printHelp(): Promise<void> {
  const lines: string[] = [];
  for (const [name, load] of Object.entries(commands)) {
    lines.push(`  ${name.padEnd(14)}${(await load()).doc}`);
  }
  process.stdout.write(`la <command>\n\n${lines.join('\n')}\n\nla <command> --help says more.\n`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const data = errorToData(error);
  printError(data, process.argv.includes('--json'));
  process.exitCode = data.exit;
}
