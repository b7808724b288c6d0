/** The command line. */
import { readFile } from 'node:fs/promises';
import { errorToData } from '../runtime/errors.ts';
import { closest } from '../views/closest.ts';
import { isOn, readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { cliError } from './errors.ts';
import { commandHelp, mainHelp } from './help.ts';
import { printError } from './print.ts';

/** Loaded when used: no command pays for another. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./demo.ts')).demo,
  init: async () => (await import('./init.ts')).init,
  lint: async () => (await import('./lint.ts')).lint,
  test: async () => (await import('./test.ts')).test,
  explain: async () => (await import('./explain.ts')).explain,
  run: async () => (await import('./run.ts')).run,
  checkpoint: async () => (await import('./checkpoint.ts')).checkpoint,
  aggregations: async () => (await import('./aggregations.ts')).aggregations,
};

async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--version' || name === '-v') return printVersion();
  if (name === undefined || ['--help', '-h', 'help'].includes(name)) {
    const list = Object.entries(commands).map(
      async ([each, load]) => [each, await load()] as const,
    );
    process.stdout.write(mainHelp(await Promise.all(list)));
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
    process.stdout.write(commandHelp(name, command));
    return 0;
  }
  return command.run(readArguments(command, rest, process.env));
}

/** In the published package as in a checkout, package.json is one folder up. */
async function printVersion(): Promise<number> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { version: string } = JSON.parse(text);
  process.stdout.write(`${version}\n`);
  return 0;
}

// `la … | head` ends the reader of our output first, which is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const data = errorToData(error);
  printError(data, process.argv.includes('--json') || isOn(process.env.LA_JSON));
  process.exitCode = data.exit;
}
